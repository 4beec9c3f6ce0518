import Markup

/// Writing XML.
enum XMLText {
    /// An element's start with its attributes; those of nil are left out.
    static func tag(
        _ name: String, _ attributes: [(String, String?)], isEmpty: Bool = false
    ) -> String {
        var text = "<\(name)"
        for case (let key, let value?) in attributes {
            text += " \(key)=\"\(MarkupText.escaped(value))\""
        }
        return text + (isEmpty ? "/>" : ">")
    }
}
