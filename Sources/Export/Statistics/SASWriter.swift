/// The format `sas`: transport files of version 5 and of version 8, with a script that loads them and says
/// what codes mean. Protocols/formats/statistics.md.
///
/// Version 5 is what every program that knows the format reads; version 8 has long names and texts.
struct SASWriter: StatisticsWriter {
    func write(
        _ table: any TableSource, among names: [String], _ folder: String, to output: FormatOutput
    ) throws {
        let isSamples = table is SampleSource
        let members = isSamples ? SASMembers(samples: names) : SASMembers(tables: names)
        // Each row is written twice.
        output.run.expect(table.rows)
        for (version, format, member) in [
            (UInt8(5), StatisticsFormat.sas5, members.short[table.name]),
            (8, .sas8, members.long[table.name]),
        ] {
            let file = "v\(version)/\(folder)\(table.name).xpt"
            let kind = ReadStatFile.Kind.sas(version: version, member: member ?? "TABLE")
            try StatisticsTable(table, format, kind)
                .write(to: output.folder.place(file), as: file, output)
            output.folder.add(
                file, version == 8 ? table.name : "\(table.name) (version 5)", rows: table.rows,
                isSamples: isSamples && version == 8)
        }
    }

    func script(
        _ tables: [any TableSource], _ facts: DatasetFacts
    ) -> (name: String, text: String)? {
        let isStudy = facts.sessions.count > 1
        let described = ScriptTables(tables, facts, isStudy: isStudy)
        return (SASScript.loadFile, SASScript.loading(described, isStudy: isStudy))
    }
}

/// What the data sets in transport files are called: each differs from the others of the export, as far as
/// they are not of several sessions, so that one library can take all of them.
struct SASMembers: Sendable {
    /// At most 8 characters, in capitals; by the table's name.
    let short: [String: String]
    /// At most 32 characters.
    let long: [String: String]

    init(tables: [String]) {
        short = Self.names(tables, tables, longest: 8).mapValues { $0.uppercased() }
        long = Self.names(tables, tables, longest: 32)
    }

    /// - Parameter samples: tables of samples, whose names all begin alike.
    init(samples: [String]) {
        let wishes = samples.map { "s_\($0.dropFirst(ColumnNames.samplePrefix.count))" }
        short = Self.names(samples, wishes, longest: 8).mapValues { $0.uppercased() }
        long = Self.names(samples, samples, longest: 32)
    }

    private static func names(
        _ tables: [String], _ wishes: [String], longest: Int
    ) -> [String: String] {
        var used: Set<String> = []
        var names: [String: String] = [:]
        for (table, wish) in zip(tables, wishes) {
            let plain = String(wish.prefix(longest))
            var number = 1
            var name = plain
            while !used.insert(name).inserted {
                number += 1
                name = ColumnNames.numbered(
                    plain, number, significant: min(longest, plain.count + 1))
            }
            names[table] = name
        }
        return names
    }
}
