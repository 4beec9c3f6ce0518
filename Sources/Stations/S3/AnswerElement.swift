/// An element of a store's XML: its name without a namespace, its text, and what is in it.
struct AnswerElement: Hashable, Sendable {
    var name: String
    var text = ""
    var children: [AnswerElement] = []

    /// The text of the first child of a name; nil where there is none.
    func text(_ name: String) -> String? { children.first { $0.name == name }?.text }

    func all(_ name: String) -> [AnswerElement] { children.filter { $0.name == name } }
}
