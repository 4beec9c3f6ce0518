/// What the scripts that read the CSV tables know of them.
struct ScriptTables: Sendable {
    struct Table: Sendable {
        var name: String
        var title: String
        var columns: [TableColumn]
        /// One a column.
        var statistics: [ColumnStatistics]
        var rows: Int64

        /// Whether a text has a line break, which SPSS and SAS take for the end of a row: they read a copy
        /// of the file without any.
        var hasLineBreaks: Bool { statistics.contains { $0.hasLineBreak } }

        /// Places of texts that SPSS splits.
        var longTexts: Set<Int> {
            Set(
                columns.indices.filter { columns[$0].kind == .text && statistics[$0].longest > 255 }
            )
        }
    }

    /// A table of samples: the same for all sessions in which it has the same columns.
    struct Samples: Sendable {
        var table: Table
        /// Its name, with a number where other sessions have other columns.
        var name: String
        /// Where its files are: `./`, or each session's folder with a slash.
        var folders: [String]
    }

    let tables: [Table]
    let samples: [Samples]

    init(_ tables: [any TableSource], _ facts: DatasetFacts, isStudy: Bool) {
        self.tables = tables.map {
            Table(
                name: $0.name, title: $0.title, columns: $0.columns, statistics: $0.statistics,
                rows: $0.rows)
        }
        var samples: [Samples] = []
        for session in facts.sessions {
            let folder = isStudy ? "\(session.key.session)/" : "./"
            for (name, columns) in session.sampleColumns.sorted(by: { $0.key < $1.key }) {
                let known = samples.firstIndex {
                    $0.table.name == name && $0.table.columns == columns
                }
                if let known {
                    samples[known].folders.append(folder)
                    continue
                }
                let others = samples.count { $0.table.name == name }
                let table = Table(
                    name: name, title: "Samples of \(name)", columns: columns,
                    statistics: columns.map { _ in ColumnStatistics() }, rows: 1)
                samples.append(
                    Samples(
                        table: table, name: others == 0 ? name : "\(name)_\(others + 1)",
                        folders: [folder]))
            }
        }
        self.samples = samples
    }
}

/// Tables without line breaks in their texts, for programs whose rows end with every line.
enum OneLine {
    /// The folder in which the copies are.
    static let folder = "one_line/"
    /// What stands for a line feed and for a carriage return: the signs that Unicode has for showing them.
    static let lineFeed: Unicode.Scalar = "\u{240A}"
    static let carriageReturn: Unicode.Scalar = "\u{240D}"

    /// A text in which the signs stand for line breaks, and a space for the character NUL.
    static func text(_ text: String) -> String {
        guard ColumnStatistics.hasLineBreak(text) else { return text }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line.append(lineFeed)
            case "\r": line.append(carriageReturn)
            case "\0": line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }

    /// Bytes that a text may take: each line break has three.
    static func width(_ longest: Int) -> Int { min(32_767, max(1, longest) * 3) }
}
