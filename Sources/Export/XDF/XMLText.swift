import Markup

/// XML without attributes, as XDF has it.
struct XMLText {
    private(set) var text = ""

    /// The document of one element.
    static func document(_ name: String, _ body: (inout XMLText) -> Void) -> [UInt8] {
        var xml = XMLText()
        xml.text = "<?xml version=\"1.0\"?>"
        xml.element(name, body)
        return Array(xml.text.utf8)
    }

    /// An element with a text; what XML cannot hold in it is U+FFFD.
    mutating func element(_ name: String, _ value: String) {
        text += "<\(name)>\(MarkupText.escaped(value))</\(name)>"
    }

    /// As above; nothing where there is no text.
    mutating func element(_ name: String, _ value: String?) {
        if let value { element(name, value) }
    }

    mutating func element(_ name: String, _ value: Double?) {
        if let value { element(name, "\(value)") }
    }

    mutating func element(_ name: String, _ body: (inout XMLText) -> Void) {
        text += "<\(name)>"
        body(&self)
        text += "</\(name)>"
    }
}
