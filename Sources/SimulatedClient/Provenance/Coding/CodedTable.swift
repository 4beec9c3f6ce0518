/// A sample that two people have coded, as a spreadsheet gives it back.
///
/// Fields are separated by commas, semicolons or tabs, whichever the header has. Needed are the columns
/// `item`, `coder_1` and `coder_2`; others are passed over.
public struct CodedTable: Hashable, Sendable {
    /// What two people said of one item; nil where one has not.
    public struct Item: Hashable, Sendable {
        public var item: String
        public var first: AdoptionClass?
        public var second: AdoptionClass?
    }

    /// Why a table cannot be read.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// Of the table's text, from 1.
        public var line: Int
        public var message: String
        public var description: String { "\(line): \(message)" }
    }

    public var items: [Item] = []

    /// - Parameter text: without any limit on its length; rows are read once.
    public init(_ text: String) throws(Problem) {
        let rows = Self.rows(text)
        guard let header = rows.first else {
            throw Problem(line: 1, message: "the table is empty")
        }
        let names = header.fields.map {
            String($0.filter { !$0.isWhitespace && $0 != "\u{FEFF}" }).lowercased()
        }
        func column(_ name: String) throws(Problem) -> Int {
            guard let place = names.firstIndex(of: name) else {
                throw Problem(
                    line: header.line,
                    message:
                        "there is no column \(name); there are \(names.joined(separator: ", "))")
            }
            return place
        }
        let (item, first, second) = (
            try column("item"), try column("coder_1"), try column("coder_2")
        )
        var known: Set<String> = []
        for row in rows.dropFirst() where row.fields.contains(where: { !$0.isEmpty }) {
            func field(_ place: Int) -> String {
                row.fields.indices.contains(place) ? row.fields[place] : ""
            }
            let name = field(item).filter { !$0.isWhitespace }
            guard !name.isEmpty else {
                throw Problem(line: row.line, message: "the item is missing")
            }
            guard known.insert(name).inserted else {
                throw Problem(line: row.line, message: "the item \(name) stands here twice")
            }
            items.append(
                Item(
                    item: name, first: try Self.adoption(field(first), row.line),
                    second: try Self.adoption(field(second), row.line)))
        }
    }

    /// A class by its stored name, its label or its first word, in any case; nil for an empty field.
    private static func adoption(
        _ field: String, _ line: Int
    ) throws(Problem) -> AdoptionClass? {
        let letters = String(field.lowercased().filter(\.isLetter))
        if letters.isEmpty { return nil }
        for adoption in AdoptionClass.allCases {
            let names = [
                adoption.rawValue, adoption.label, String(adoption.label.prefix { $0 != " " }),
                "\(adoption)",
            ]
            if names.contains(where: { $0.filter(\.isLetter) == letters }) { return adoption }
        }
        throw Problem(
            line: line,
            message: "'\(field)' is no class; classes are "
                + AdoptionClass.allCases.map(\.label).joined(separator: ", "))
    }

    private struct Row {
        var line: Int
        var fields: [String]
    }

    private static func rows(_ text: String) -> [Row] {
        let headline = text.prefix { !$0.isNewline }
        let separator: Character =
            [",", ";", "\t"].max { one, other in
                headline.count { $0 == one } < headline.count { $0 == other }
            } ?? ","
        var rows: [Row] = []
        var row = Row(line: 1, fields: [])
        var field = ""
        var isQuoted = false
        var wasQuote = false
        var line = 1
        func end(_ field: inout String, _ row: inout Row) {
            row.fields.append(field)
            field = ""
        }
        for character in text {
            if character.isNewline { line += 1 }
            if isQuoted {
                if wasQuote {
                    wasQuote = false
                    if character == "\"" {
                        field.append(character)
                        continue
                    }
                    isQuoted = false
                } else if character == "\"" {
                    wasQuote = true
                    continue
                } else {
                    field.append(character)
                    continue
                }
            }
            if character == "\"", field.isEmpty || field == "\u{FEFF}" {
                isQuoted = true
            } else if character == separator {
                end(&field, &row)
            } else if character.isNewline {
                end(&field, &row)
                rows.append(row)
                row = Row(line: line, fields: [])
            } else {
                field.append(character)
            }
        }
        if !field.isEmpty || !row.fields.isEmpty {
            end(&field, &row)
            rows.append(row)
        }
        return rows
    }
}
