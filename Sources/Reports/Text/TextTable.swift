/// Rows of text in aligned columns, for a terminal.
public struct TextTable {
    /// A column's heading and the side on which its texts stand.
    public struct Column {
        var heading: String
        var isRight: Bool

        /// A column of words.
        public static func left(_ heading: String) -> Column {
            Column(heading: heading, isRight: false)
        }

        /// A column of numbers.
        public static func right(_ heading: String) -> Column {
            Column(heading: heading, isRight: true)
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; one text a column.
    public mutating func append(_ row: [String]) { rows.append(row.map(Self.plain)) }

    /// The lines, headings first, without spaces at their ends.
    public var lines: [String] {
        let all = [columns.map(\.heading)] + rows
        let widths = columns.indices.map { column in
            all.map { $0.indices.contains(column) ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        return all.map { row in
            var line = ""
            for (column, text) in zip(columns.indices, row) {
                if column > 0 { line += "  " }
                let space = String(repeating: " ", count: widths[column] - Self.width(text))
                line += columns[column].isRight ? space + text : text + space
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Columns of a terminal that a text takes, as far as that can be told: wide East Asian
    /// characters and emoji take two.
    static func width(_ text: String) -> Int {
        text.reduce(0) { width, character in
            guard let scalar = character.unicodeScalars.first else { return width }
            if scalar.properties.isEmojiPresentation { return width + 2 }
            return switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
                0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
                width + 2
            default: width + 1
            }
        }
    }

    /// Without what would move the cursor or colour the terminal: names come from outside.
    public static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }
}
