import Foundation
import Markup
import Reports
import SessionStore

/// The codebook for people: one page that needs nothing beside it. The search hides what does not match;
/// everything is there without it.
struct CodebookPage {
    static let file = "codebook.html"
    /// The whole page.
    let text: String

    init(_ codebook: Codebook, _ facts: DatasetFacts, isStudy: Bool) {
        let studies = Set(facts.sessions.map(\.entry.study)).sorted().joined(separator: ", ")
        let title = "Codebook of \(studies)"
        let sections = codebook.tables.map { Self.section($0, isStudy: isStudy) }
        let links = codebook.tables.map { table in
            "<li><a href=\"#\(table.name)\"><span>\(table.name.replacing("_", with: "_<wbr>"))</span> <small>"
                + "\(ReadableNumber.grouped(table.rows))</small></a></li>"
        }
        let people = Set(facts.sessions.map(\.key.participant)).count
        text = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '\(Self.hash(Self.style))'; script-src '\(Self.hash(Self.script))'">
            <title>\(MarkupText.escapedLine(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>\(MarkupText.escapedLine(title))</h1>
            <p>\(Self.count(Int64(facts.sessions.count), "session")) of \(Self.count(Int64(people), "participant")), \
            \(Self.count(Int64(codebook.tables.count), "table")). Times in <code>_ns</code> and <code>_ms</code> \
            count from the session’s start; those in <code>_utc</code> are ISO 8601. An empty field is a missing \
            value. Exported by Attune \(MarkupText.escapedLine(SoftwareVersion.current)).</p>
            <form role="search" hidden><label for="words">Search columns, meanings, units and labels</label>
            <input id="words" type="search" autocomplete="off" spellcheck="false"> <output for="words"></output></form>
            </header>
            <div class="page">
            <nav aria-label="Tables"><ul>
            \(links.joined(separator: "\n"))
            </ul></nav>
            <main>
            \(sections.joined(separator: "\n"))
            </main>
            </div>
            <script>\(Self.script)</script>
            </body>
            </html>

            """
    }

    private static func count(_ number: Int64, _ word: String) -> String {
        "\(ReadableNumber.grouped(number)) \(word)\(number == 1 ? "" : "s")"
    }

    private static func section(_ table: Codebook.Table, isStudy: Bool) -> String {
        let rows = zip(table.columns, table.missing).map { column, missing in
            """
            <tr role="row"><th scope="row" role="rowheader"><code>\(column.name)</code></th>\
            <td role="cell" class="type">\(column.kind.codebookName)</td>\
            <td role="cell" class="unit">\(MarkupText.escapedLine(column.unit))</td>\
            <td role="cell" class="meaning"><span dir="auto">\(MarkupText.escapedLine(column.meaning))</span>\(labels(column))</td>\
            <td role="cell" class="missing">\(self.missing(missing, of: table.rows))</td></tr>
            """
        }
        let first = table.title.prefix(1).lowercased()
        let what = "Each row is \(first)\(MarkupText.escapedLine(String(table.title.dropFirst())))."
        let place: String =
            if let sessions = table.sessions, isStudy {
                "SESSION/\(table.name).csv of \(count(Int64(sessions), "session"))"
            } else {
                "\(table.name).csv"
            }
        return """
            <section id="\(table.name)" aria-labelledby="\(table.name)-name">
            <h2 id="\(table.name)-name">\(table.name)</h2>
            <p>\(what) \(count(table.rows, "row")) in <code>\(place)</code>.</p>
            <table role="table" aria-labelledby="\(table.name)-name">
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Column</th>\
            <th scope="col" role="columnheader">Type</th><th scope="col" role="columnheader">Unit</th>\
            <th scope="col" role="columnheader">Meaning</th><th scope="col" role="columnheader">Missing</th></tr></thead>
            <tbody role="rowgroup">
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </section>
            """
    }

    private static func labels(_ column: TableColumn) -> String {
        if column.labels.isEmpty { return "" }
        let items = column.labels.map { label in
            "<li><b>\(label.number)</b> <span dir=\"auto\">\(MarkupText.escapedLine(label.text))</span></li>"
        }
        return "<ul class=\"labels\" aria-label=\"Labels\">\(items.joined())</ul>"
    }

    private static func missing(_ count: Int64, of rows: Int64) -> String {
        guard count > 0, rows > 0 else { return "0" }
        // A share that is none of the ends is never shown as one of them.
        let share = 100 * Double(count) / Double(rows)
        let rounded = count == rows ? 100 : min(max((share * 10).rounded() / 10, 0.1), 99.9)
        let words = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        return "\(ReadableNumber.grouped(count)) <small>(\(words)\u{202F}%)</small>"
    }

    /// What a content-security policy calls a text by.
    private static func hash(_ text: String) -> String {
        let digits = Array(FileHash.sha256(of: text).utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
        return "sha256-\(Data(bytes).base64EncodedString())"
    }

    private static let script = """

        const form = document.querySelector("form"), field = form.querySelector("input"), found = form.querySelector("output");
        const sections = [...document.querySelectorAll("section")].map(section => ({
          section, link: document.querySelector(`nav a[href="#${section.id}"]`).parentElement,
          rows: [...section.querySelectorAll("tbody tr")].map(row => ({ row, text: `${section.id} ${row.textContent}`.toLowerCase() })) }));
        function search() {
          const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
          let count = 0;
          for (const { section, link, rows } of sections) {
            let shown = 0;
            for (const { row, text } of rows) if (!(row.hidden = !words.every(word => text.includes(word)))) shown++;
            section.hidden = link.hidden = shown === 0;
            count += shown;
          }
          found.value = words.length ? `${count} ${count === 1 ? "column" : "columns"}` : "";
        }
        form.addEventListener("submit", event => event.preventDefault());
        field.addEventListener("input", search);
        form.hidden = false;

        """

    private static let style = """

        :root { color-scheme: light dark; --text: #1b1d21; --quiet: #565d68; --paper: #fff; --line: #d5d9e0; --soft: #f3f5f8; --link: #0b57d0; }
        @media (prefers-color-scheme: dark) { :root { --text: #e9ebef; --quiet: #a9b1bd; --paper: #15171b; --line: #3a3f48; --soft: #1f2228; --link: #8ab4f8; } }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); }
        header, .page { max-width: 100rem; margin: 0 auto; padding: 1rem 1.5rem; }
        header { padding-bottom: 0; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 0; overflow-wrap: anywhere; }
        p { max-width: 72ch; margin: .4rem 0 .8rem; }
        code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
        small { color: var(--quiet); font-size: .85em; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        form { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; }
        label { flex-basis: 100%; color: var(--quiet); font-size: .9rem; }
        input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--quiet); border-radius: .4rem; padding: .5rem .7rem; width: 30rem; max-width: 100%; min-height: 2.75rem; }
        .page { display: grid; grid-template-columns: minmax(11rem, 15rem) minmax(0, 1fr); gap: 2rem; align-items: start; }
        nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .5rem 0; }
        nav ul { list-style: none; margin: 0; padding: 0; }
        nav a { display: flex; justify-content: space-between; gap: 1rem; padding: .25rem .5rem; text-decoration: none; border-radius: .3rem; }
        nav a:hover { background: var(--soft); }
        nav span { overflow-wrap: anywhere; }
        section { padding-top: 1rem; margin-bottom: 1.5rem; }
        table { width: 100%; border-collapse: collapse; }
        th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line); }
        thead th { color: var(--quiet); font-size: .85rem; font-weight: 600; border-bottom-width: 2px; }
        tbody th { font-weight: 600; width: 15rem; }
        .type { width: 6rem; } .unit { width: 7rem; } .missing, th:last-child { width: 8rem; text-align: right; font-variant-numeric: tabular-nums; }
        .meaning { overflow-wrap: anywhere; }
        .labels { list-style: none; margin: .3rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem .4rem; font-size: .9rem; }
        .labels li { background: var(--soft); border-radius: .3rem; padding: 0 .45rem; }
        @media (max-width: 60rem) {
          .page { display: block; }
          nav { position: static; max-height: none; }
          nav ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 0 .5rem; }
          nav a { min-height: 2.5rem; align-items: center; }
        }
        @media (max-width: 40rem) {
          header, .page { padding-left: 1rem; padding-right: 1rem; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          table, tbody, tr, tbody th { display: block; width: auto; }
          tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
          tbody th, td { border: 0; padding: 0; }
          td { display: inline; width: auto; }
          .type, .unit, .missing { color: var(--quiet); font-size: .9rem; }
          .unit:not(:empty)::before { content: " · "; }
          .meaning { display: block; }
          .missing::before { content: "missing: "; }
        }
        @media print {
          :root { --text: #000; --quiet: #333; --paper: #fff; --line: #999; --soft: #eee; --link: #000; }
          body { font-size: 9pt; }
          header, .page { max-width: none; padding: 0; display: block; }
          form, nav { display: none; }
          tr, h2, section > p { break-inside: avoid; }
          h2, section > p { break-after: avoid; }
          thead { display: table-header-group; }
        }

        """
}
