import Markup

/// A quality report as one page of HTML, which needs nothing beside itself.
public struct QualityPage: Sendable {
    private let report: QualityReport

    public init(_ report: QualityReport) { self.report = report }

    /// Reads a session's file and makes its page.
    /// - Throws: where the file cannot be read.
    public static func html(of path: String) throws -> String {
        QualityPage(try QualityReader.read(path)).html
    }

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(MarkupText.escaped(report.title))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>\(MarkupText.escaped(report.title))</h1>
        <p class="verdict \(report.level.rawValue)">\(Self.mark(report.level)) \(verdict)</p>
        <ul class="findings">
        \(report.findings.map(finding).joined(separator: "\n"))
        </ul>
        <dl>
        \(report.facts.map { "<dt>\(MarkupText.escaped($0.name))</dt><dd>\(MarkupText.escaped($0.value))</dd>" }.joined(separator: "\n"))
        </dl>
        \(report.sections.map(section).joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    private var verdict: String {
        let count = report.findings.count { $0.level == report.level }
        return switch report.level {
        case .good: "Good as it is"
        case .look: "To be looked at: \(count) \(count == 1 ? "thing" : "things")"
        case .bad: "Parts may be of no use: \(count) \(count == 1 ? "thing" : "things")"
        }
    }

    /// Told by more than colour.
    private static func mark(_ level: QualityReport.Level) -> String {
        switch level {
        case .good: "<span aria-hidden=\"true\">✓</span>"
        case .look: "<span aria-hidden=\"true\">!</span>"
        case .bad: "<span aria-hidden=\"true\">✕</span>"
        }
    }

    private static func word(_ level: QualityReport.Level) -> String {
        switch level {
        case .good: "Good"
        case .look: "Look"
        case .bad: "Problem"
        }
    }

    private func finding(_ finding: QualityReport.Finding) -> String {
        "<li class=\"\(finding.level.rawValue)\"><b>\(Self.mark(finding.level)) "
            + "\(Self.word(finding.level))</b> \(MarkupText.escaped(finding.text))</li>"
    }

    private func section(_ section: QualityReport.Section) -> String {
        let title = "<h2>\(MarkupText.escaped(section.title))</h2>"
        guard !section.rows.isEmpty else {
            return title + "<p>\(MarkupText.escaped(section.without))</p>"
        }
        let head = section.header.map { "<th scope=\"col\">\(MarkupText.escaped($0))</th>" }
            .joined()
        let rows = section.rows.map { row in
            "<tr>"
                + row.map { cell in
                    let classes = [
                        cell.level == .good ? nil : cell.level.rawValue,
                        cell.isNumber ? "number" : nil,
                    ]
                    .compactMap(\.self).joined(separator: " ")
                    let mark = cell.level == .good ? "" : Self.mark(cell.level) + " "
                    return "<td\(classes.isEmpty ? "" : " class=\"\(classes)\"")>\(mark)"
                        + "\(MarkupText.escaped(cell.text))</td>"
                }.joined() + "</tr>"
        }.joined(separator: "\n")
        return title + "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\""
            + "\(MarkupText.escaped(section.title))\"><table><thead><tr>\(head)</tr></thead><tbody>\n"
            + rows + "\n</tbody></table></div>"
    }

    private static let style = """
        :root { color-scheme: light dark; --ground: #fff; --ink: #22231f; --soft: #55564f; --line: #d3d1c8;
          --look: #855500; --look-ground: #fff3d6; --bad: #a01c2c; --bad-ground: #fde6e6; --good: #00614a; }
        @media (prefers-color-scheme: dark) { :root { --ground: #1b1e1f; --ink: #eceae4; --soft: #b4b6b1;
          --line: #3b4042; --look: #f0c060; --look-ground: #3a3016; --bad: #ff9c9c; --bad-ground: #431c1f;
          --good: #5fd0ad; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        main { max-width: 70rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 3rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        .verdict { font-weight: 600; padding: .6rem .9rem; border-radius: .4rem; border: 1px solid currentColor; margin: 0 0 1rem; }
        .good { color: var(--good); }
        .look { color: var(--look); }
        .bad { color: var(--bad); }
        .verdict.look, td.look { background: var(--look-ground); }
        .verdict.bad, td.bad { background: var(--bad-ground); }
        .findings { list-style: none; margin: 0; padding: 0; }
        .findings li { padding: .35rem 0; border-bottom: 1px solid var(--line); color: var(--ink); overflow-wrap: anywhere; }
        .findings b { display: inline-block; min-width: 6.5rem; }
        .findings .good b { color: var(--good); } .findings .look b { color: var(--look); } .findings .bad b { color: var(--bad); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 1.5rem 0 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .35rem 1.4rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { color: var(--soft); font-weight: 500; } .number { text-align: right; } td.number { white-space: nowrap; }
        td.look, td.bad { padding-left: .4rem; padding-right: .4rem; }
        @media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } .findings b { display: block; } }
        @media print { body { font-size: .8rem; } main { padding: 0; max-width: none; } .wide { overflow: visible; } }
        """
}
