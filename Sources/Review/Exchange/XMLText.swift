/// Writing XML: values and attributes with what has a meaning in XML escaped, and without what XML 1.0
/// cannot hold.
enum XMLText {
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\r": result += "&#13;"
            case "\t": result += "&#9;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// An element's start with its attributes; those of nil are left out.
    static func tag(
        _ name: String, _ attributes: [(String, String?)], isEmpty: Bool = false
    ) -> String {
        var text = "<\(name)"
        for case (let key, let value?) in attributes {
            text += " \(key)=\"\(escaped(value))\""
        }
        return text + (isEmpty ? "/>" : ">")
    }
}
