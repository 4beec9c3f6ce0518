/// How many faults of one cause a stream had. In a batch: how many more.
public struct FaultCount: Hashable, Sendable {
    public var stream: Int64
    /// Such as `checksum` or `unparsable`.
    public var cause: String
    public var count: Int64

    public init(stream: Int64, cause: String, count: Int64) {
        self.stream = stream
        self.cause = cause
        self.count = count
    }
}
