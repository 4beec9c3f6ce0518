/// Where something that was handed over stands now.
public struct ReviewRow: Hashable, Sendable {
    /// The id that was given with it.
    public var change: String
    /// The row's number.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    /// Whether it had been there before, from a request whose answer was lost.
    public var isRepeated: Bool
}
