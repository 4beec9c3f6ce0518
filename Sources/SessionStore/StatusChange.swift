/// A participant's status as somebody set it. Changes are only added; the last one counts.
public struct StatusChange: Hashable, Sendable {
    public var participant: String
    public var status: ParticipantStatus
    public var reason: String
    /// Who set it: a user of the machine, or a program.
    public var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64

    public init(
        participant: String, status: ParticipantStatus, reason: String, actor: String,
        realtime: Int64
    ) {
        self.participant = participant
        self.status = status
        self.reason = reason
        self.actor = actor
        self.realtime = realtime
    }
}
