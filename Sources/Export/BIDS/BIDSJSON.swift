import Foundation
import Link

/// The descriptions beside BIDS's tables.
enum BIDSJSON {
    /// A JSON file's text.
    static func text(_ members: [String: JSONValue]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(JSONValue.object(members)), as: UTF8.self) + "\n"
    }

    /// What a column says.
    static func column(_ column: TableColumn) -> JSONValue {
        var members: [String: JSONValue] = ["Description": .string(column.meaning)]
        if !column.unit.isEmpty { members["Units"] = .string(column.unit) }
        if !column.labels.isEmpty {
            let isWord = column.kind == .category
            members["Levels"] = .object(
                Dictionary(
                    column.labels.map { (isWord ? $0.text : $0.number, .string($0.text)) },
                    uniquingKeysWith: { first, _ in first }))
        }
        return .object(members)
    }

    static func columns(_ columns: [TableColumn]) -> [String: JSONValue] {
        Dictionary(columns.map { ($0.name, column($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// What files of a task have in common.
    static func task(_ task: String) -> [String: JSONValue] {
        [
            "TaskName": .string(task),
            "TaskDescription": .string(
                task == "chat"
                    ? "The participant writes with a simulated client in a chat."
                    : "The participant looks back on a session of theirs and thinks aloud."),
        ]
    }

    /// How texts are written.
    static let escapes =
        "Texts are JSON strings without their quotes: \\n is a line end, \\t a tab, \\\" a quote; an empty "
        + "text is \"\", and n/a is a missing value."
}
