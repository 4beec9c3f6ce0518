/// A participant's place in the list of the study's conditions, fixed before the first session.
public struct StudyAssignment: Hashable, Sendable {
    /// Place in the list that the protocol's conditions give, from 0.
    public var slot: Int
    /// The participant who left the study and whose place this is; nil for a place given first.
    public var replaces: String?
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64

    public init(slot: Int, replaces: String? = nil, realtime: Int64) {
        self.slot = slot
        self.replaces = replaces
        self.realtime = realtime
    }
}
