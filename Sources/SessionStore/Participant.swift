/// A participant of a study, known by a code only.
public struct Participant: Hashable, Sendable {
    public var code: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var createdRealtime: Int64

    public init(code: String, createdRealtime: Int64) {
        self.code = code
        self.createdRealtime = createdRealtime
    }
}
