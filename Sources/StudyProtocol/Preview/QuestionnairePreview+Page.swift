import Markup

extension QuestionnairePreview {
    /// One HTML page with all questionnaires. Nothing is loaded from elsewhere and nothing runs in
    /// it; it can be filled in to try it out, and sends nothing.
    ///
    /// - Parameters:
    ///   - title: of the page.
    ///   - language: of the texts, as in BCP 47.
    public static func page(
        _ questionnaires: [Questionnaire], title: String, language: String
    ) -> String {
        let parts = questionnaires.enumerated().map { form($1, id: "q\($0)") }
        return """
            <!DOCTYPE html>
            <html lang="\(MarkupText.escaped(language))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'">
            <title>\(MarkupText.escaped(title))</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <main>
            <h1>\(MarkupText.escaped(title))</h1>
            <p class="note" lang="en">Preview. Answers go nowhere. In grey: what participants do not see.</p>
            \(parts.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    private static var style: String {
        """
        :root { color-scheme: light dark; }
        body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #fff; }
        main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
        fieldset { border: 1px solid #767676; border-radius: .4rem; margin: 1.2rem 0; padding: .8rem 1rem; min-width: 0; }
        legend { font-weight: 600; padding: 0 .3rem; white-space: pre-line; }
        .instructions { white-space: pre-line; }
        .points { display: flex; flex-wrap: wrap; gap: .3rem 1rem; }
        .points label, .options label { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem; }
        .options label { display: flex; }
        .ends { display: flex; justify-content: space-between; gap: 1rem; }
        input[type=radio], input[type=checkbox] { width: 1.25rem; height: 1.25rem; }
        input[type=range], textarea, input[type=text] { width: 100%; box-sizing: border-box; font: inherit; }
        .options input[type=text] { width: auto; flex: 1; min-width: 6rem; }
        .note { color: #595959; font-size: .875rem; overflow-wrap: anywhere; }
        :focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
        @media (prefers-color-scheme: dark) {
        body { color: #f0f0f0; background: #161616; } .note { color: #b8b8b8; }
        fieldset { border-color: #8a8a8a; } :focus-visible { outline-color: #8ab4f8; }
        }
        """
    }

    private static func form(_ questionnaire: Questionnaire, id: String) -> String {
        var lines = [
            "<form aria-labelledby=\"\(id)-title\">",
            "<h2 id=\"\(id)-title\">\(MarkupText.escaped(questionnaire.title))</h2>",
        ]
        if let text = questionnaire.instructions {
            lines.append("<p class=\"instructions\">\(MarkupText.escaped(text))</p>")
        }
        if questionnaire.order == .random {
            lines.append(note("The order is shuffled for each participant and visit."))
        }
        for (index, item) in questionnaire.items.enumerated() {
            lines.append(field(item, id: "\(id)-\(index)"))
        }
        for scale in questionnaire.scales { lines.append(note("Scale " + words(scale))) }
        return (lines + ["</form>"]).joined(separator: "\n")
    }

    private static func note(_ text: String) -> String {
        "<p class=\"note\" lang=\"en\">\(MarkupText.escaped(text))</p>"
    }

    private static func field(_ item: Questionnaire.Item, id: String) -> String {
        let mark = item.isRequired ? " <span aria-hidden=\"true\">*</span>" : ""
        var lines = ["<fieldset>", "<legend>\(MarkupText.escaped(item.text))\(mark)</legend>"]
        var about = "\(item.name) → " + item.variables.map(\.code).joined(separator: ", ")
        if item.isRequired { about += "; must be answered" }
        if let dimension = item.dimension { about += "; manikin: \(dimension.rawValue)" }
        if let when = item.when { about += "; asked when \(when.words)" }
        lines.append(note(about))
        switch item.kind {
        case .likert, .manikin: lines.append(points(item, id: id))
        case .slider: lines.append(slider(item, id: id))
        case .choice: lines.append(options(item, id: id))
        case .text:
            let length = item.maximumLength.map { " maxlength=\"\($0)\"" } ?? ""
            lines.append(
                "<textarea rows=\"\(item.lines ?? 1)\"\(length)"
                    + " aria-label=\"\(MarkupText.escaped(item.text))\"\(required(item))></textarea>"
            )
        }
        return (lines + ["</fieldset>"]).joined(separator: "\n")
    }

    private static func required(_ item: Questionnaire.Item) -> String {
        item.isRequired ? " required" : ""
    }

    private static func points(_ item: Questionnaire.Item, id: String) -> String {
        let labels = Dictionary(item.labels.map { (Int($0.value), $0.text) }) { first, _ in first }
        let points = (1...max(item.points ?? 1, 1)).map { point in
            let text = labels[point].map { "\(point) – \($0)" } ?? "\(point)"
            return
                "<label><input type=\"radio\" name=\"\(id)\" value=\"\(point)\"\(required(item))>"
                + "\(MarkupText.escaped(text))</label>"
        }
        return "<div class=\"points\">\n\(points.joined(separator: "\n"))\n</div>"
    }

    private static func slider(_ item: Questionnaire.Item, id: String) -> String {
        let ends = item.labels.map {
            "<span>\($0.value.plain) – \(MarkupText.escaped($0.text))</span>"
        }
        let low = item.minimum?.plain ?? "0"
        let high = item.maximum?.plain ?? "100"
        let line =
            ends.isEmpty ? "<span>\(low)</span><span>\(high)</span>" : ends.joined(separator: "\n")
        return """
            <input type="range" id="\(id)" min="\(low)" max="\(high)" step="\(item.step?.plain ?? "1")" \
            aria-label="\(MarkupText.escaped(item.text))">
            <div class="ends">\(line)</div>
            """
    }

    private static func options(_ item: Questionnaire.Item, id: String) -> String {
        let type = item.isMultiple ? "checkbox" : "radio"
        // A box of several that is required would have to be ticked each.
        let required = item.isMultiple ? "" : required(item)
        let options = item.options.map { option in
            let label =
                "<label><input type=\"\(type)\" name=\"\(id)\" value=\"\(option.value)\"\(required)>"
                + "\(MarkupText.escaped(option.label))</label>"
            return option.hasText
                ? label
                    + "\n<input type=\"text\" aria-label=\"\(MarkupText.escaped(option.label))\">"
                : label
        }
        return "<div class=\"options\">\n\(options.joined(separator: "\n"))\n</div>"
    }
}
