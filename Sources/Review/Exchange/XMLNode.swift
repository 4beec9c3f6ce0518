/// An element of an XML document.
struct XMLNode {
    var name: String
    var attributes: [String: String]
    var children: [XMLNode] = []
    /// The text directly within it.
    var text = ""
    /// Where it begins, from 1.
    var line: Int

    func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }
    func first(_ name: String) -> XMLNode? { children.first { $0.name == name } }
}
