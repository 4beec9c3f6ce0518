/// Where something that was added stands now (`ReviewRow`).
public struct ReviewRowInfo: Codable, Hashable, Sendable {
    public var change: String
    public var id: Int64
    public var madeUtcNs: Int64
    public var repeated: Bool

    public init(change: String, id: Int64, madeUtcNs: Int64, repeated: Bool = false) {
        self.change = change
        self.id = id
        self.madeUtcNs = madeUtcNs
        self.repeated = repeated
    }
}
