/// How a reply of the client stands to what the supporter did.
public enum ReplyStance: String, Codable, Hashable, Sendable, CaseIterable {
    /// Tells something that was not known.
    case discloses
    /// Goes along: agrees, answers, follows.
    case agrees
    /// Holds back: a short answer, a topic refused.
    case withholds
    /// Pushes back: against advice, judgement, pressure.
    case resists
    /// None of these.
    case neutral
}

/// So that counts by stance are a JSON object.
extension ReplyStance: CodingKeyRepresentable {}
