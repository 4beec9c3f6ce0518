/// Text as a terminal shows it.
enum TerminalText {
    /// Text without anything that a terminal would act on: what a partner says must not move the
    /// cursor or set the title.
    static func harmless(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x09: result.unicodeScalars.append(" ")
            case 0..<0x20, 0x7F..<0xA0: result.unicodeScalars.append("\u{FFFD}")
            // Marks that reverse the direction of text.
            case 0x202A...0x202E, 0x2066...0x2069: result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Columns that a character takes: two for East Asian wide ones and emoji.
    static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// The last characters that fit into so many columns.
    static func tail(of text: String, columns limit: Int) -> String {
        var left = limit
        var start = text.endIndex
        while start > text.startIndex {
            let previous = text.index(before: start)
            left -= columns(of: text[previous])
            if left < 0 { break }
            start = previous
        }
        return String(text[start...])
    }

    /// The first characters that fit into so many columns.
    static func head(of text: String, columns limit: Int) -> String {
        var left = limit
        var end = text.startIndex
        while end < text.endIndex {
            left -= columns(of: text[end])
            if left < 0 { break }
            end = text.index(after: end)
        }
        return String(text[..<end])
    }

    static func columns(of text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }
}
