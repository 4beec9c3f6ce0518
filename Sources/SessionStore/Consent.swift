/// A participant's answer to one tier of consent. Answers are only added; the last one counts.
public struct Consent: Hashable, Sendable {
    public var participant: String
    /// Name of the tier in the study's protocol.
    public var tier: String
    public var isGranted: Bool
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64

    public init(participant: String, tier: String, isGranted: Bool, realtime: Int64) {
        self.participant = participant
        self.tier = tier
        self.isGranted = isGranted
        self.realtime = realtime
    }
}
