/// A questionnaire: items in order, of which branching may hide some, and the scales they make up.
public struct Questionnaire: Hashable, Sendable {
    /// In which order the items are asked.
    public enum Order: String, Hashable, Sendable, Codable, CaseIterable {
        case fixed
        /// Shuffled for each participant and visit, and the same again from the same seed.
        case random
    }

    /// Unique in the protocol.
    public var name: String
    public var title: String
    public var instructions: String?
    public var order: Order
    /// At least one, in the order of the file.
    public var items: [Item]
    public var scales: [Scale]

    public init(
        name: String, title: String, instructions: String? = nil, order: Order = .fixed,
        items: [Item], scales: [Scale] = []
    ) {
        self.name = name
        self.title = title
        self.instructions = instructions
        self.order = order
        self.items = items
        self.scales = scales
    }

    /// The item of that name.
    public func item(named name: String) -> Item? { items.first { $0.name == name } }
}
