/// Text as HTML, SVG and other XML take it: what has a meaning there is escaped, and what XML 1.0 cannot hold
/// is U+FFFD, so that no document is refused for what somebody typed or a device called itself.
public enum MarkupText {
    /// For content and for attributes in either kind of quotes. Line ends and tabs are references, which
    /// stay what they are in attributes, too; all else is as it was said.
    public static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n": result += "&#10;"
            case "\r": result += "&#13;"
            case "\t": result += "&#9;"
            default: result.unicodeScalars.append(holds(scalar) ? scalar : replacement)
            }
        }
        return result
    }

    /// The same for a label that is drawn on one line: line ends and tabs are spaces, and what would turn
    /// the direction of what stands beside it is U+FFFD.
    public static func escapedLine(_ text: String) -> String { escaped(line(text)) }

    /// One line of text that XML 1.0 could hold, not escaped: for labels, and for formats that have quotes of
    /// their own.
    public static func line(_ text: String) -> String {
        var result = ""
        var follows = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where follows: break
            case "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": result += " "
            case "\u{7F}"..."\u{84}", "\u{86}"..."\u{9F}", "\u{202A}"..."\u{202E}",
                "\u{2066}"..."\u{2069}":
                result.unicodeScalars.append(replacement)
            default: result.unicodeScalars.append(holds(scalar) ? scalar : replacement)
            }
            follows = scalar == "\r"
        }
        return result
    }

    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// Whether XML 1.0 has the character (section 2.2), but the last two of each plane, which it advises
    /// against.
    private static func holds(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value >= 0x20 || scalar == "\t" || scalar == "\n" || scalar == "\r")
            && scalar.value & 0xFFFE != 0xFFFE
    }
}
