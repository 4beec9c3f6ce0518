/// Scripts for SAS: `import.sas`, which reads the CSV tables, and `load.sas`, which loads the transport files
/// and says what codes mean.
enum SASScript {
    static let importFile = "import.sas"
    static let loadFile = "load.sas"

    /// - Parameter isStudy: whether samples are in folders of their sessions.
    static func importing(_ tables: ScriptTables) -> String {
        var script = """
            /* Reads the tables of this export into the library WORK. The session's encoding is UTF-8. */
            /* Where this file is: */
            %let folder = .;


            """
        let formats = Formats(tables.tables)
        script += formats.declarations(withInformats: true)
        for table in tables.tables {
            let folder = table.hasLineBreaks ? OneLine.folder : ""
            script += "\n/* \(comment(table.title)) */\n"
            script += read(
                table, formats, member: table.name, "\"&folder/\(folder)\(table.name).csv\"")
        }
        let members = SASMembers(samples: tables.samples.map(\.name))
        for (place, samples) in tables.samples.enumerated() {
            // A data set each, by the number of the session's folder.
            let member = "\((members.long[samples.name] ?? samples.name).prefix(26))"
            script += "\n%macro attune_s\(place)(session, number);\n"
            script += read(
                samples.table, formats, member: "\(member)&number",
                "\"&folder/&session.\(samples.table.name).csv\"")
            script += "%mend;\n"
            for (number, folder) in samples.folders.enumerated() {
                let suffix = samples.folders.count == 1 ? "" : "_\(number + 1)"
                script += "%attune_s\(place)(\(folder), \(suffix));\n"
            }
        }
        return script
    }

    static func loading(_ tables: ScriptTables, isStudy: Bool) -> String {
        var script = """
            /* Loads the tables in the folder v8 into the library WORK, with what their codes mean. */
            /* The files in v5 hold the same for programs that know nothing else: short names, and texts */
            /* of 200 bytes. %xpt2loc comes with SAS. */
            /* Where this file is: */
            %let folder = .;


            """
        let formats = Formats(tables.tables)
        script += formats.declarations(withInformats: false)
        let members = SASMembers(tables: tables.tables.map(\.name)).long
        for table in tables.tables {
            let member = members[table.name] ?? table.name
            script += "\n/* \(comment(table.title)) */\n"
            script += load("v8/\(table.name).xpt", member)
            let names = names(table)
            let labelled = table.columns.indices.filter {
                formats.name(of: table.name, table.columns[$0]) != nil
            }
            if labelled.isEmpty { continue }
            script += "proc datasets library=work nolist;\n    modify \(member);\n"
            for place in labelled {
                let format = formats.name(of: table.name, table.columns[place]) ?? ""
                script += "    format \(names[place]) \(format).;\n"
            }
            script += "quit;\n"
        }
        if !tables.samples.isEmpty {
            script += "\n/* Samples, of one session at a time. */\n"
            let members = SASMembers(samples: tables.samples.map(\.table.name)).long
            for samples in tables.samples {
                for folder in samples.folders {
                    let place = folder == "./" ? "" : folder
                    let call = load(
                        "v8/\(place)\(samples.table.name).xpt",
                        members[samples.table.name] ?? samples.table.name)
                    script += isStudy ? "/* \(call.dropLast()) */\n" : call
                }
            }
        }
        return script
    }

    private static func load(_ file: String, _ member: String) -> String {
        "%xpt2loc(libref=work, memlist=\(member), filespec=\"&folder/\(file)\");\n"
    }

    private static func names(_ table: ScriptTables.Table) -> [String] {
        StatisticsNames.names(of: table.columns, longTexts: [], .sas8)
    }

    private static func read(
        _ table: ScriptTables.Table, _ formats: Formats, member: String, _ file: String
    ) -> String {
        let names = names(table)
        let isRead = { (place: Int) in
            table.columns[place].kind == .utc || table.columns[place].kind == .category
        }
        let bytes = table.statistics.reduce(4096) { $0 + OneLine.width($1.longest) }
        var text = """
            data \(member) (label=\(quoted(table.title)));
                infile \(file) dsd dlm=',' firstobs=2 lrecl=\(bytes) truncover encoding='utf-8' termstr=lf;
                length
            """
        for place in table.columns.indices {
            text += "\n        \(names[place]) \(length(table, place))"
        }
        for place in table.columns.indices where isRead(place) {
            text += "\n        attune_\(place) $ \(width(table, place))"
        }
        text += ";\n    input"
        for place in table.columns.indices {
            let column = table.columns[place]
            switch column.kind {
            case .integer, .real, .milliseconds: text += "\n        \(names[place]) ?? :best32."
            case .utc, .category:
                text += "\n        attune_\(place) :$char\(width(table, place))."
            case .text: text += "\n        \(names[place]) :$char\(width(table, place))."
            }
        }
        text += ";\n"
        for place in table.columns.indices {
            text += convert(table, place, names[place], formats)
        }
        for place in table.columns.indices {
            let label = StatisticsFormat.sas8.label(of: table.columns[place])
            if !label.isEmpty { text += "    label \(names[place]) = \(quoted(label));\n" }
        }
        if table.columns.indices.contains(where: isRead) {
            text += "    drop attune_:;\n"
        }
        return text + "run;\n"
    }

    private static func convert(
        _ table: ScriptTables.Table, _ place: Int, _ name: String, _ formats: Formats
    ) -> String {
        let column = table.columns[place]
        let format = formats.name(of: table.name, column)
        var text = ""
        switch column.kind {
        case .utc:
            text += "    if attune_\(place) ne '' then\n"
            text += "        \(name) = input(substr(attune_\(place), 1, 23), e8601dt23.3);\n"
            return text + "    format \(name) datetime22.3;\n"
        case .category:
            if let format { text += "    \(name) = input(attune_\(place), \(format)i.);\n" }
        case .text:
            guard table.statistics[place].hasLineBreak else { return "" }
            text += "    \(name) = tranwrd(tranwrd(\(name), '\(OneLine.lineFeed)', '0A'x),\n"
            return text + "        '\(OneLine.carriageReturn)', '0D'x);\n"
        case .integer, .real, .milliseconds: break
        }
        if let format { text += "    format \(name) \(format).;\n" }
        return text
    }

    private static func length(_ table: ScriptTables.Table, _ place: Int) -> String {
        table.columns[place].kind == .text ? "$ \(width(table, place))" : "8"
    }

    /// Bytes of a column as it is read.
    private static func width(_ table: ScriptTables.Table, _ place: Int) -> Int {
        let column = table.columns[place]
        switch column.kind {
        case .utc: return 24
        case .category: return max(1, column.labels.map { $0.text.utf8.count }.max() ?? 1)
        default:
            let statistics = table.statistics[place]
            return statistics.hasLineBreak
                ? OneLine.width(statistics.longest) : min(32_767, max(1, statistics.longest))
        }
    }

    /// Between single quotes nothing is a macro.
    fileprivate static func quoted(_ text: String) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return "'\(line.replacing("'", with: "''"))'"
    }

    private static func comment(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 }).replacing("*/", with: "* /")
    }

    /// What codes mean: a format for each column that has labels, named as table and column.
    private struct Formats {
        private var names: [String: String] = [:]
        private var columns: [(name: String, column: TableColumn)] = []

        init(_ tables: [ScriptTables.Table]) {
            var used: Set<String> = []
            for table in tables {
                for column in table.columns where column.kind != .text && !column.labels.isEmpty {
                    // At most 32 characters, of which an informat takes one more, and no digit at the end.
                    let wish = "\(table.name)_\(column.name)".prefix(28)
                    var name = "\(wish)_f"
                    var number = 2
                    while !used.insert(name).inserted {
                        name = "\(wish.dropLast(String(number).count))\(number)_f"
                        number += 1
                    }
                    names["\(table.name).\(column.name)"] = name
                    columns.append((name, column))
                }
            }
        }

        func name(of table: String, _ column: TableColumn) -> String? {
            names["\(table).\(column.name)"]
        }

        func declarations(withInformats: Bool) -> String {
            if columns.isEmpty { return "" }
            var text = "proc format;\n"
            for (name, column) in columns {
                text += "    value \(name)"
                for label in column.labels {
                    text += "\n        \(ScriptNumber.text(label.value)) = \(quoted(label.text))"
                }
                text += ";\n"
                guard withInformats, column.kind == .category else { continue }
                text += "    invalue \(name)i"
                for label in column.labels {
                    text += "\n        \(quoted(label.text)) = \(ScriptNumber.text(label.value))"
                }
                text += "\n        other = .;\n"
            }
            return text + "run;\n"
        }
    }
}
