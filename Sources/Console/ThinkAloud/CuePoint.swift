/// A moment of a session that a participant is asked about, chosen by a rule of the protocol.
struct CuePoint: Encodable, Hashable, Sendable {
    /// Unique in the session; the same whenever the rules are applied anew.
    var id: String
    /// `peak`, `pause`, `turn` or `mark`.
    var kind: String
    /// Seconds since the session's start.
    var time: Double
    /// Where the replay begins, and how far the moment reaches.
    var from: Double
    var to: Double
    /// What a person reads.
    var label: String
    /// The rule that chose it.
    var origin: String

    enum CodingKeys: String, CodingKey {
        case id, kind
        case time = "t_s"
        case from = "from_s"
        case to = "to_s"
        case label, origin
    }
}
