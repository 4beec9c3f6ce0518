/// One event. The bound is the 95% bound of its time. Two kinds have tables of their own in the
/// session file, and their payloads these fields: turn        number: int, author: string
/// (participant or client), text: string, composed_from_ns: ?int (first key), sent_ns: int,
/// shown_ns: ?int draft_edit  draft: int (the turn being written), position: int, deleted: int,
/// inserted: int (user-perceived characters), class: string (letter, digit, space, punctuation,
/// emoji, paste, delete, other), text: ?string (only with consent) Any other kind is kept as it
/// is.
public struct LinkEvent: Codable, Hashable, Sendable {
    public var sequence: Int64
    public var timeNs: Int64
    public var boundNs: Int64?
    public var stream: String?
    public var kind: String
    public var payload: JSONValue

    public init(
        sequence: Int64, timeNs: Int64, boundNs: Int64? = nil, stream: String? = nil, kind: String,
        payload: JSONValue
    ) {
        self.sequence = sequence
        self.timeNs = timeNs
        self.boundNs = boundNs
        self.stream = stream
        self.kind = kind
        self.payload = payload
    }
}
