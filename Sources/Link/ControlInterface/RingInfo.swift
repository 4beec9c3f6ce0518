/// One ring between a reading thread and the store; capacity and used are bytes.
public struct RingInfo: Codable, Hashable, Sendable {
    public var name: String
    public var capacity: Int64
    public var used: Int64
    public var overflowedRecords: Int64
    public var overflowedBytes: Int64

    public init(
        name: String, capacity: Int64, used: Int64, overflowedRecords: Int64, overflowedBytes: Int64
    ) {
        self.name = name
        self.capacity = capacity
        self.used = used
        self.overflowedRecords = overflowedRecords
        self.overflowedBytes = overflowedBytes
    }
}
