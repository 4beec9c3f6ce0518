/// Text from outside made harmless for a terminal and for line-oriented output.
public enum PlainText {
    /// The text on one line: line ends and tabs become spaces; other control characters, which could
    /// steer a terminal, and those that turn the direction of writing become `�`.
    public static func line(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09...0x0D, 0x85, 0x2028, 0x2029: result.append(" ")
            case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The text with everything outside ASCII as `?`.
    public static func ascii(_ text: String) -> String {
        String(text.map { $0.isASCII ? $0 : asciiForm[$0] ?? "?" })
    }

    private static let asciiForm: [Character: Character] = [
        "–": "-", "—": "-", "’": "'", "‘": "'", "“": "\"", "”": "\"", "µ": "u", "μ": "u", "·": "-",
        "×": "x", "±": "~", "→": ">", "←": "<", "↑": "^", "↓": "v", "…": "~", "¹": "1",
    ]
}
