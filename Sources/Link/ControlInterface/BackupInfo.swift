/// The backup place: how many finished sessions wait for copies, when the last copy was read back, and what
/// stands in the way of all of them.
public struct BackupInfo: Codable, Hashable, Sendable {
    public var place: String
    public var waiting: Int
    public var verifiedUtcNs: Int64?
    public var problem: String?

    public init(place: String, waiting: Int, verifiedUtcNs: Int64? = nil, problem: String? = nil) {
        self.place = place
        self.waiting = waiting
        self.verifiedUtcNs = verifiedUtcNs
        self.problem = problem
    }
}
