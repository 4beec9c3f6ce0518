/// As what somebody rates.
public enum RatingRole: String, CaseIterable, Hashable, Sendable {
    case expert, participant, researcher
}
