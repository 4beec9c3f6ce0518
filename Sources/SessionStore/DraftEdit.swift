import Timebase

/// One change of a message that is being written.
public struct DraftEdit: Hashable, Sendable {
    /// Number of the turn that the draft becomes (or would have become).
    public var turn: Int64
    public var time: Instant
    /// Where in the draft, in UTF-16 code units as browsers count them.
    public var position: Int64
    /// How many code units went, and how many came.
    public var deleted: Int64
    public var inserted: Int64
    /// Class of the change, such as `letter`, `delete` or `paste`.
    public var editClass: String
    /// What was inserted; only under its own consent tier, else nil.
    public var text: String?
    /// 95% bound of the time's error, in nanoseconds.
    public var bound: Int64
    /// As in `SessionEvent`.
    public var client: String?
    public var clientSequence: Int64?

    public init(
        turn: Int64, time: Instant, position: Int64, deleted: Int64, inserted: Int64,
        editClass: String, text: String? = nil, bound: Int64 = 0, client: String? = nil,
        clientSequence: Int64? = nil
    ) {
        self.turn = turn
        self.time = time
        self.position = position
        self.deleted = deleted
        self.inserted = inserted
        self.editClass = editClass
        self.text = text
        self.bound = bound
        self.client = client
        self.clientSequence = clientSequence
    }
}
