/// Something that can be marked.
public struct Code: Codable, Hashable, Sendable {
    /// What it is put on.
    public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
        case point, interval, turn, span
        /// A stretch of a stream that measures leave out.
        case artefact
    }

    /// How it is called in the data.
    public var code: String
    /// How it is called for people.
    public var title: String
    public var kind: Kind
    /// What it means and what it does not.
    public var definition: String?
    public var examples: [String]
    /// One character; nil where it has a button alone.
    public var key: String?
    /// Number of a series' colour, 1 to 8.
    public var colour: Int
    public var group: String?
    /// The code within whose intervals it lies.
    public var parent: String?
    public var modifiers: [Modifier]

    public init(
        code: String, title: String, kind: Kind, definition: String? = nil, examples: [String] = [],
        key: String? = nil, colour: Int, group: String? = nil, parent: String? = nil,
        modifiers: [Modifier] = []
    ) {
        self.code = code
        self.title = title
        self.kind = kind
        self.definition = definition
        self.examples = examples
        self.key = key
        self.colour = colour
        self.group = group
        self.parent = parent
        self.modifiers = modifiers
    }
}
