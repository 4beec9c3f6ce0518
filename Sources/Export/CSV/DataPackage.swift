import Foundation
import SessionStore

/// The tables' description for programs: `datapackage.json`, a Frictionless Data Package (version 1, with
/// the `categories` of version 2).
///
/// Keys are declared where they hold whatever a session's content is: by the uniqueness that session files
/// guarantee.
struct DataPackage {
    static let file = "datapackage.json"

    private struct Document: Encodable {
        var profile = "tabular-data-package"
        var name = "attune-export"
        var title: String
        var description: String
        var software = "Attune \(SoftwareVersion.current)"
        var resources: [Resource]
    }

    private struct Resource: Encodable {
        var profile = "tabular-data-resource"
        var name: String
        var path: String
        var title: String
        var format = "csv"
        var mediatype = "text/csv"
        var encoding = "utf-8"
        var dialect = Dialect()
        var schema: Schema
    }

    private struct Dialect: Encodable {
        var csvddfVersion = 1.2
        var delimiter = ","
        var lineTerminator = "\n"
        var quoteChar = "\""
        var doubleQuote = true
        var skipInitialSpace = false
        var header = true
        var caseSensitiveHeader = true
    }

    private struct Schema: Encodable {
        var fields: [Field]
        var missingValues = [""]
        var primaryKey: [String]?
        var foreignKeys: [ForeignKey]?
    }

    private struct Field: Encodable {
        var name: String
        var type: String
        var format: String?
        var title: String?
        var description: String
        var unit: String?
        var constraints: Constraints?
        /// Numbers that mean something each; `labels` where other numbers occur as well.
        var categories: [Category]?
        var labels: [Category]?
    }

    private struct Constraints: Encodable {
        var required: Bool?
        var `enum`: [String]?
    }

    private struct Category: Encodable {
        var value: Double
        var label: String
    }

    private struct ForeignKey: Encodable {
        struct Reference: Encodable {
            var resource: String
            var fields: [String]
        }

        var fields: [String]
        var reference: Reference
    }

    private let document: Document

    init(_ tables: [any TableSource], _ facts: DatasetFacts, isStudy: Bool) {
        let names = Set(tables.map(\.name))
        var resources = tables.map { table in
            Resource(
                name: table.name, path: "\(table.name).csv", title: table.title,
                schema: Schema(
                    fields: zip(table.columns, table.statistics).map {
                        Self.field($0, $1, rows: table.rows)
                    },
                    primaryKey: Self.key(of: table.name, table.columns),
                    foreignKeys: Self.references(of: table, among: names)))
        }
        var used = names
        for session in facts.sessions {
            for (name, columns) in session.sampleColumns.sorted(by: { $0.key < $1.key }) {
                let folder = isStudy ? "\(session.key.session)/" : ""
                let resource = Self.unused(
                    isStudy ? "\(session.key.session).\(name)" : name, &used)
                resources.append(
                    Resource(
                        name: resource, path: "\(folder)\(name).csv",
                        title: "Samples of the session \(session.key.session)",
                        schema: Schema(
                            fields: columns.map { Self.field($0, nil, rows: 0) },
                            primaryKey: ["sample_index"])))
            }
        }
        resources.append(
            Resource(
                name: Self.unused("codebook", &used), path: Codebook.file,
                title: "A column of a table",
                schema: Schema(
                    fields: Codebook.columns.map { Self.field($0, nil, rows: 0) },
                    primaryKey: ["table", "column"])))
        let studies = Set(facts.sessions.map(\.entry.study)).sorted().joined(separator: ", ")
        document = Document(
            title: "Sessions of \(studies)",
            description:
                "\(facts.sessions.count) sessions as tidy tables; an empty field is a missing "
                + "value. codebook.html describes every column.",
            resources: resources)
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    /// Names of resources are lower case, of a few characters only, and unique.
    private static func unused(_ wish: String, _ used: inout Set<String>) -> String {
        let plain = String(
            wish.lowercased().map { character in
                character.isASCII
                    && (character.isLetter || character.isNumber || "-_.".contains(character))
                    ? character : "-"
            })
        var name = plain
        var number = 2
        while !used.insert(name).inserted {
            name = "\(plain)-\(number)"
            number += 1
        }
        return name
    }

    private static func field(
        _ column: TableColumn, _ statistics: ColumnStatistics?, rows: Int64
    ) -> Field {
        let type =
            switch column.kind {
            case .integer: "integer"
            case .real, .milliseconds: "number"
            case .utc: "datetime"
            case .text, .category: "string"
            }
        var field = Field(
            name: column.name, type: type, description: column.meaning,
            unit: column.unit.isEmpty ? nil : column.unit)
        if column.kind == .category {
            // An empty text among the words is a missing value to those who read.
            let words = column.labels.map(\.text).filter { !$0.isEmpty }
            if !words.isEmpty { field.constraints = Constraints(enum: words) }
        } else if !column.labels.isEmpty {
            let categories = column.labels.map { Category(value: $0.value, label: $0.text) }
            if covers(column.labels, statistics) {
                field.categories = categories
            } else {
                field.labels = categories
            }
        }
        return field
    }

    /// Whether the labels name every whole number that can occur between the smallest and the largest one.
    private static func covers(
        _ labels: [TableColumn.Label], _ statistics: ColumnStatistics?
    ) -> Bool {
        guard let statistics, statistics.minimum <= statistics.maximum,
            statistics.maximum - statistics.minimum < 1000
        else { return false }
        let known = Set(labels.map(\.value))
        return stride(from: statistics.minimum, through: statistics.maximum, by: 1)
            .allSatisfy { known.contains($0) }
    }

    private static let keys: [String: [String]] = [
        "sessions": ["session"], "participants": ["participant"], "streams": ["session", "stream"],
        "channels": ["session", "stream", "position"], "turns": ["session", "turn"],
        "keystrokes": ["session", "stream", "ordinal"],
        "clock_segments": ["session", "stream", "first_index"],
        "faults": ["session", "stream", "cause"],
    ]

    private static func key(of table: String, _ columns: [TableColumn]) -> [String]? {
        guard let key = keys[table],
            key.allSatisfy({ name in columns.contains { $0.name == name } })
        else { return nil }
        return key
    }

    /// Tables of which every row belongs to a stream that is exported.
    private static let ofStreams: Set<String> = [
        "channels", "keystrokes", "gaps", "clock_segments", "faults",
    ]

    private static func references(
        of table: any TableSource, among names: Set<String>
    ) -> [ForeignKey]? {
        func has(_ column: String) -> Bool { table.place(of: column) != nil }
        var keys: [ForeignKey] = []
        if table.name != "sessions", names.contains("sessions"), has("session") {
            keys.append(
                ForeignKey(
                    fields: ["session"],
                    reference: .init(resource: "sessions", fields: ["session"])))
        }
        if ofStreams.contains(table.name), names.contains("streams"), has("stream") {
            keys.append(
                ForeignKey(
                    fields: ["session", "stream"],
                    reference: .init(resource: "streams", fields: ["session", "stream"])))
        }
        return keys.isEmpty ? nil : keys
    }
}
