/// Whose words are checked.
public enum SafetySide: String, Codable, Hashable, Sendable, CaseIterable {
    /// The person who takes part: everything that may point to danger alarms.
    case participant
    /// The simulated client: what its persona may say does not alarm.
    case client
}
