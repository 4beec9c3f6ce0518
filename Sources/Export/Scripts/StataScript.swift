/// `import.do`: reads the CSV tables into Stata and saves each as `.dta`.
enum StataScript {
    static let file = "import.do"

    static func text(_ tables: ScriptTables) -> String {
        var script = """
            * Reads the tables of this export and saves each of them as a data file of Stata (14 or newer).
            * Go to this file's folder first: cd "/where/it/is"
            version 14
            set more off

            * Everything is read as text, so that no digit is lost, and then turned into what it is.
            capture program drop attune_number
            program attune_number
                args name
                rename `name' attune_text
                generate double `name' = real(attune_text), before(attune_text)
                drop attune_text
            end

            capture program drop attune_moment
            program attune_moment
                args name
                rename `name' attune_text
                replace attune_text = subinstr(subinstr(attune_text, "T", " ", 1), "Z", "", 1)
                generate double `name' = clock(attune_text, "YMDhms"), before(attune_text)
                format `name' %tc
                drop attune_text
            end

            """
        for table in tables.tables {
            script += "\n* \(line(table.title))\n"
            script += read(table, "\"\(table.name).csv\"")
            script += "save \"\(table.name).dta\", replace\n"
        }
        for (place, samples) in tables.samples.enumerated() {
            let program = "attune_s\(place)"
            script += "\n* \(samples.name)\ncapture program drop \(program)\nprogram \(program)\n"
            script += "    args folder\n"
            for line in read(samples.table, "\"`folder'\(samples.table.name).csv\"").split(
                separator: "\n")
            { script += "    \(line)\n" }
            script += "    save \"`folder'\(samples.table.name).dta\", replace\nend\n"
            for folder in samples.folders { script += "\(program) \"\(folder)\"\n" }
        }
        return script
    }

    private static func read(_ table: ScriptTables.Table, _ file: String) -> String {
        let names = StatisticsNames.names(of: table.columns, longTexts: [], .stata)
        var text: String
        if table.rows == 0 {
            // There is nothing to read types from.
            text = "clear\n"
            for name in names { text += "generate str1 \(name) = \"\"\n" }
        } else {
            text = """
                import delimited using \(file), clear varnames(nonames) rowrange(2) delimiters(",") ///
                    bindquotes(strict) maxquotedrows(unlimited) stringcols(_all) encoding("UTF-8")
                rename (\(names.indices.map { "v\($0 + 1)" }.joined(separator: " "))) ///
                    (\(names.joined(separator: " ")))

                """
        }
        text += "label data \(quoted(StatisticsFormat.stata.cut(table.title, .codePoints(80))))\n"
        for (name, column) in zip(names, table.columns) {
            text += convert(name, column)
            text += "label variable \(name) \(quoted(StatisticsFormat.stata.label(of: column)))\n"
        }
        return text
    }

    private static func convert(_ name: String, _ column: TableColumn) -> String {
        var text = ""
        switch column.kind {
        case .text: return ""
        case .integer, .real, .milliseconds: text = "attune_number \(name)\n"
        case .utc: return "attune_moment \(name)\n"
        case .category:
            text = """
                rename \(name) attune_text
                generate long \(name) = ., before(attune_text)

                """
            for label in column.labels {
                text += "replace \(name) = \(ScriptNumber.text(label.value)) "
                text += "if attune_text == \(quoted(label.text))\n"
            }
            text += "drop attune_text\n"
        }
        let labels = StatisticsFormat.stata.labels(of: column)
        if !labels.isEmpty {
            // The name may be taken from another table.
            text += "capture label drop \(name)\n"
            for label in labels {
                text += "label define \(name) \(ScriptNumber.text(label.value)) "
                text += "\(quoted(label.text)), add\n"
            }
            text += "label values \(name) \(name)\n"
        }
        return text
    }

    /// A text between compound quotes; what would be a macro in it is none.
    private static func quoted(_ text: String) -> String {
        let plain = line(text).replacing("`", with: "\\`").replacing("$", with: "\\$")
            .replacing("\"'", with: "\" '")
        return "`\"\(plain)\"'"
    }

    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
