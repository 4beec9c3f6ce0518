import Foundation
import Synchronization
import TestSupport

@testable import Export

/// Tables that no session has, for what a format must not get wrong: names that collide or mean something,
/// words and labels of all kinds, the extremes of numbers and texts.
enum MadeUpTables {
    static let family = "👩‍👩‍👧‍👦"
    static let rightToLeft = "שלום עולם מرحبا"

    /// Makes the tables, in a folder in which rows may wait.
    static func all(in directory: String) throws -> [any TableSource] {
        let spool = try TableBuilder.Spool(in: directory)
        return [
            try names(spool), try values(spool), try rows(spool), try empty(spool),
            try long(spool),
        ].compactMap { StudyTable([$0]) }
    }

    private static func builder(
        _ name: String, _ columns: [TableColumn], _ spool: TableBuilder.Spool
    ) -> TableBuilder {
        TableBuilder(
            name, "A row of \(name), \"made up\"", keys: ["P01", "P01_3f2a9c01"],
            TableColumn.keys + columns, spool: spool)
    }

    /// Names that some package keeps for itself, or that are the same once they are cut. A text of more
    /// than 255 bytes is split in SPSS under the first five letters of its name.
    private static let wishes: [(name: String, text: String)] = [
        ("text_user", "u"), ("text_assistant", "a"), ("text_1", "1"), ("text_z", "z"),
        ("texts", "s"), ("text", "t"), ("turn", "n"), ("turns", "m"), ("v3_a", "v"),
    ]

    private static func names(_ spool: TableBuilder.Spool) throws -> TableSpool {
        let reserved = [
            "all", "to", "with", "by", "if", "in", "int", "double", "using", "str8", "str244_note",
            "long", "byte", "of", "not", "t_start_ms", "t_start_utc_x", "v12_a",
        ]
        let table = builder(
            "made_up_names",
            wishes.map { TableColumn($0.name, .text, "", "Text \($0.name)") }
                + reserved.map { TableColumn($0, .integer, "", "Number \($0)") }, spool)
        for row in 0..<Int64(7) {
            for (place, wish) in wishes.enumerated() {
                // Half of them are split.
                let count = place % 2 == 0 ? 300 : 20
                table.text(
                    row == 3
                        ? nil : String(repeating: "\(wish.text)\(row)é", count: count))
            }
            for place in reserved.indices {
                table.integer(row == 5 ? nil : row * 100 + Int64(place))
            }
            try table.endRow()
        }
        return try table.close()
    }

    private static func values(_ spool: TableBuilder.Spool) throws -> TableSpool {
        let words = ["client", "it's \"me\"", "&so %on $x `y'", "für µ 👍", rightToLeft, "a", "b"]
        let table = builder(
            "made_up_values",
            [
                .category(
                    "author", words, "Who wrote; the client's \"model\" or %someone & 'other'"),
                TableColumn.flag("final", "where it's the last"),
                TableColumn(
                    "rating", .real, "µS", String(repeating: "Sehr schön 👩‍👩‍👧‍👦 ", count: 30),
                    labels: [.init(0.5, "half"), .init(-3, "minus"), .init(1e10, "large")]),
                TableColumn("count", .integer, "beats", "Number"),
                TableColumn("lasted_ms", .milliseconds, "ms", "How long"),
                TableColumn("at_utc", .utc, "", "When"), TableColumn("text", .text, "", "What"),
                .category("unused", [], "Nothing at all"),
            ], spool)
        let texts: [String?] = [
            nil, "", "plain", " blanks ", "a,b", "\"quoted\"", "line\nbreak\r\nand\rall", family,
            rightToLeft, "e\u{301}", "NA", "null", ".", "0012", "=1+1", "\ttab\t", "\u{FEFF}mark",
            "nul\0inside", "a\\b", "$x `y' %z &w; ␊",
        ]
        let reals: [Double] = [
            .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 8.98846567431158e307, 9e307,
            7.2e75, 1e75, 9.04e74, 9.05e74, 5.4e-79, 5.3e-79, 0.1, 1 / 3, .pi, 1e22, 0.5, -3, 1e10,
        ]
        let integers: [Int64] = [
            .min, .max, 0, -1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, 1 << 56, 1_234_567,
        ]
        let moments: [Int64] = [
            0, -1, 999_999, 1_795_253_400_250_000_000, -2_208_988_800_000_000_001,
            4_102_444_799_999_999_999, .min, .max,
        ]
        for row in 0..<60 {
            table.text(row % 9 == 8 ? nil : words[row % words.count])
            table.flag(row % 5 == 4 ? nil : row % 2 == 0)
            table.real(reals[row % reals.count])
            table.integer(row % 11 == 10 ? nil : integers[row % integers.count])
            table.milliseconds(row % 7 == 6 ? nil : Int64(row) * 1_000_001 - 7)
            table.utc(row % 13 == 12 ? nil : moments[row % moments.count])
            table.text(texts[row % texts.count])
            table.text(nil)
            try table.endRow()
        }
        return try table.close()
    }

    /// As many rows as EDF+ cannot count, each of them different.
    private static func rows(_ spool: TableBuilder.Spool) throws -> TableSpool {
        let table = builder(
            "made_up_annotations",
            [
                TableColumn("number", .integer, "", "Number"),
                .category("code", ["laughs", "pauses", "asks"], "Code"),
                TableColumn("note", .text, "", "Note"),
            ], spool)
        for row in 0..<Int64(32_768) {
            table.integer(row)
            table.text(["laughs", "pauses", "asks"][Int(row % 3)])
            table.text(row % 100 == 0 ? nil : "note \(row) ä")
            try table.endRow()
        }
        return try table.close()
    }

    private static func empty(_ spool: TableBuilder.Spool) throws -> TableSpool {
        try builder(
            "made_up_nothing",
            [
                TableColumn("number", .integer, "", "Number"),
                .category("code", ["yes"], "Code"), TableColumn("note", .text, "", "Note"),
                TableColumn("at_utc", .utc, "", "When"),
            ], spool
        ).close()
    }

    /// Texts around each limit, of characters that must not be cut.
    private static func long(_ spool: TableBuilder.Spool) throws -> TableSpool {
        let table = builder(
            "made_up_texts",
            [
                TableColumn("body", .text, "", "Long texts"),
                TableColumn("other", .text, "", "Other long texts"),
                TableColumn("number", .integer, "", "Number"),
            ], spool)
        let texts =
            [
                0, 199, 200, 201, 254, 255, 256, 257, 2_044, 2_045, 2_046, 8_999, 9_000, 9_001,
                32_767,
            ].map {
                String(repeating: "x", count: $0)
            } + [
                String(repeating: "漢🫠\n", count: 1_125), String(repeating: "ש", count: 4_500),
                String(repeating: "ש", count: 4_501), String(repeating: family, count: 1_400),
                "x" + String(repeating: family, count: 1_400),
                String(repeating: "e\u{301}\u{323}", count: 8_000),
            ]
        for (row, text) in texts.enumerated() {
            table.text(text)
            table.text(row % 3 == 0 ? nil : String(text.reversed()))
            table.integer(Int64(row))
            try table.endRow()
        }
        return try table.close()
    }

    /// Writes the tables in several formats, each into its folder, as an export does.
    /// - Returns: the notes.
    static func write(
        _ formats: [ExportFormat], to out: String, isCompressed: Bool = false
    ) throws -> [String] {
        let tables = try all(in: (out as NSString).deletingLastPathComponent)
        let notes = ExportNotes()
        let run = ExportRun(
            directory: out, destination: out, isCancelled: { false }, progress: { _ in })
        for format in formats {
            let output = FormatOutput(
                folder: ExportFolder(out, prefix: "\(format.rawValue)/"), run: run, isStudy: false,
                options: ExportOptions(formats: formats, isCompressed: isCompressed), sessions: [],
                notes: notes)
            let facts = DatasetFacts(sessions: [], excluded: [])
            for job in try format.writer.jobs(tables: tables, of: facts, to: output) { try job() }
        }
        return notes.all
    }
}
