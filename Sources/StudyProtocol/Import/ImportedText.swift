/// Plain text out of the HTML of a survey's texts.
enum ImportedText {
    /// The text without tags, entities resolved, lines kept where blocks end.
    static func plain(_ html: String) -> String {
        var result = ""
        var rest = html[...]
        var isHidden = false
        var hasTags = true
        while let first = rest.first {
            if first == "<", hasTags, opensTag(rest) {
                guard let end = rest.firstIndex(of: ">") else {
                    hasTags = false
                    continue
                }
                let tag = rest[rest.index(after: rest.startIndex)..<end].lowercased()
                let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
                switch name {
                case "style", "script": isHidden = !tag.hasPrefix("/")
                case "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table":
                    result += "\n"
                case "td", "th": result += " "
                default: break
                }
                rest = rest[rest.index(after: end)...]
                continue
            }
            if first == "&", let (text, after) = entity(rest) {
                if !isHidden { result += text }
                rest = after
                continue
            }
            if !isHidden { result.append(first == "\u{a0}" ? " " : first) }
            rest.removeFirst()
        }
        return tidy(result)
    }

    /// Whether a `<` is more than a sign for "less".
    private static func opensTag(_ text: Substring) -> Bool {
        guard let next = text.dropFirst().first else { return false }
        return next.isLetter || next == "/" || next == "!"
    }

    /// What a person has to look after in a text: pictures, and places where Qualtrics puts in
    /// something else.
    static func losses(_ html: String) -> [String] {
        var losses: [String] = []
        let low = html.lowercased()
        if low.contains("<img") { losses.append("a picture in the text") }
        if low.contains("<audio") || low.contains("<video") || low.contains("<iframe") {
            losses.append("a recording or frame in the text")
        }
        if html.contains("${") { losses.append("piped text (${…}), which stands there as it is") }
        return losses
    }

    /// Spaces to one, at most one empty line, none at the ends.
    private static func tidy(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if !words.isEmpty { lines.append(words) }
        }
        return lines.joined(separator: "\n")
    }

    private static func entity(_ text: Substring) -> (String, Substring)? {
        guard let end = text.prefix(12).firstIndex(of: ";") else { return nil }
        let name = text[text.index(after: text.startIndex)..<end]
        let after = text[text.index(after: end)...]
        let known = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
            "ndash": "–", "mdash": "—", "hellip": "…", "rsquo": "’", "lsquo": "‘", "ldquo": "“",
            "rdquo": "”", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö",
            "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è",
        ]
        if let character = known[String(name)] { return (character, after) }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let code =
            digits.first == "x" || digits.first == "X"
            ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let code, let scalar = Unicode.Scalar(code), code != 0 else { return nil }
        return (code == 0xa0 ? " " : String(Character(scalar)), after)
    }
}
