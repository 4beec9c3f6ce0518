/// `import.sps`: reads the CSV tables into SPSS (or PSPP) and saves each as `.sav`.
enum SPSSScript {
    static let file = "import.sps"

    static func text(_ tables: ScriptTables) -> String {
        // The mark tells SPSS that the file is UTF-8.
        var script = """
            \u{FEFF}* Reads the tables of this export and saves each of them as a data file of SPSS.
            * Go to this file's folder first: CD '/where/it/is'.
            * With UNICODE on, which SET UNICODE=ON does while no data are open.
            * Infinite numbers become missing with a warning each, which must not end it.
            SET MXWARNS=1000000.

            """
        for table in tables.tables {
            script += "\n* \(line(table.title)).\n"
            script += read(table, "'\(table.hasLineBreaks ? OneLine.folder : "")\(table.name).csv'")
            script += save(table, "'\(table.name).sav'")
        }
        for (place, samples) in tables.samples.enumerated() {
            let file = { (ending: String) in
                "!QUOTE(!CONCAT(!UNQUOTE(!1), '\(samples.table.name).\(ending)'))"
            }
            script += "\n* \(samples.name).\nDEFINE attune_s\(place) (!POSITIONAL !TOKENS(1))\n"
            script += read(samples.table, file("csv"))
            script += save(samples.table, file("sav"))
            script += "!ENDDEFINE.\n"
            for folder in samples.folders { script += "attune_s\(place) '\(folder)'.\n" }
        }
        return script
    }

    /// Columns as they are read: under a name for the time being where they become something else.
    private static func isRecoded(_ table: ScriptTables.Table, _ place: Int) -> Bool {
        switch table.columns[place].kind {
        case .utc, .category: true
        case .text: table.statistics[place].hasLineBreak
        case .integer, .real, .milliseconds: false
        }
    }

    private static func names(_ table: ScriptTables.Table) -> [String] {
        StatisticsNames.names(of: table.columns, longTexts: table.longTexts, .spss)
    }

    private static func read(_ table: ScriptTables.Table, _ file: String) -> String {
        let names = names(table)
        var text = """
            GET DATA /TYPE=TXT /FILE=\(file) /ENCODING='UTF8' /ARRANGEMENT=DELIMITED
              /DELCASE=LINE /DELIMITERS=',' /QUALIFIER='"' /FIRSTCASE=2 /VARIABLES=

            """
        for place in table.columns.indices {
            let name = isRecoded(table, place) ? "attune_\(place)" : names[place]
            text += "  \(name) \(inputFormat(table, place))\n"
        }
        text += "  .\n"
        for place in table.columns.indices where isRecoded(table, place) {
            text += recode(table, place, names[place])
        }
        return text
    }

    private static func inputFormat(_ table: ScriptTables.Table, _ place: Int) -> String {
        let column = table.columns[place]
        switch column.kind {
        case .integer, .real, .milliseconds: return "F25.0"
        case .utc: return "A24"
        case .category:
            return "A\(max(1, column.labels.map { $0.text.utf8.count }.max() ?? 1))"
        case .text:
            let statistics = table.statistics[place]
            return statistics.hasLineBreak
                ? "A\(OneLine.width(statistics.longest))" : "A\(width(statistics))"
        }
    }

    private static func width(_ statistics: ColumnStatistics) -> Int {
        min(32_767, max(1, statistics.longest))
    }

    private static func recode(
        _ table: ScriptTables.Table, _ place: Int, _ name: String
    ) -> String {
        let column = table.columns[place]
        let read = "attune_\(place)"
        switch column.kind {
        case .utc:
            func part(_ first: Int, _ count: Int, _ format: String) -> String {
                "NUMBER(SUBSTR(\(read), \(first), \(count)), \(format))"
            }
            return """
                NUMERIC \(name) (DATETIME26.3).
                IF (\(read) NE '') \(name) = DATE.DMY(\(part(9, 2, "F2.0")), \(part(6, 2, "F2.0")),
                  \(part(1, 4, "F4.0"))) + \(part(12, 2, "F2.0")) * 3600
                  + \(part(15, 2, "F2.0")) * 60 + \(part(18, 2, "F2.0")) + \(part(21, 3, "F3.0")) / 1000.

                """
        case .category:
            let codes = column.labels.map { "(\(quoted($0.text))=\(number($0.value)))" }
            guard !codes.isEmpty else { return "NUMERIC \(name) (F8.0).\n" }
            return "NUMERIC \(name) (F8.0).\nRECODE \(read)\n  "
                + codes.joined(separator: "\n  ") + "\n  INTO \(name).\n"
        default:
            return """
                STRING \(name) (A\(width(table.statistics[place]))).
                COMPUTE \(name) = REPLACE(REPLACE(\(read), '\(OneLine.lineFeed)', STRING(10, PIB1)),
                  '\(OneLine.carriageReturn)', STRING(13, PIB1)).

                """
        }
    }

    private static func save(_ table: ScriptTables.Table, _ file: String) -> String {
        let names = names(table)
        var text = ""
        for (place, column) in table.columns.enumerated()
        where column.kind != .text && column.kind != .category && column.kind != .utc {
            let format = StatisticsFormat.spss.format(of: column, table.statistics[place])
            text += "FORMATS \(names[place]) (\(format)).\n"
        }
        for (place, column) in table.columns.enumerated() {
            let label = StatisticsFormat.spss.label(of: column)
            if !label.isEmpty {
                text += "VARIABLE LABELS \(names[place])\n  \(quoted(label)).\n"
            }
            let labels = column.kind == .text ? [] : StatisticsFormat.spss.labels(of: column)
            if !labels.isEmpty {
                text += "VALUE LABELS \(names[place])"
                for label in labels { text += "\n  \(number(label.value)) \(quoted(label.text))" }
                text += ".\n"
            }
        }
        // Only those are kept, in this order.
        return text + "SAVE OUTFILE=\(file)\n  /KEEP=" + names.joined(separator: "\n  ") + ".\n"
    }

    private static func quoted(_ text: String) -> String {
        "'\(line(text).replacing("'", with: "''"))'"
    }

    /// A text as part of a line.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func number(_ value: Double) -> String { ScriptNumber.text(value) }
}

/// Numbers in scripts.
enum ScriptNumber {
    /// Whole numbers without a point.
    static func text(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
