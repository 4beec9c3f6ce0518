/// How much of a sent message comes from Suggestions.
///
/// The raw values stand in session files and exports: they never change.
public enum AdoptionClass: String, Hashable, Sendable, Codable, CaseIterable {
    /// A Suggestion as it was shown, but for case, punctuation and spaces.
    case direct = "direct-adoption"
    /// One Suggestion with small changes.
    case slight = "slight-modification"
    /// Two or more Suggestions, or most of one with substantial text of one's own.
    case combination
    /// Words of a Suggestion in a text that is no longer like it.
    case rewritten
    /// Nothing that was found; not a proof that nobody was helped by what they read.
    case none = "no-detected-overlap"

    /// For people.
    public var label: String {
        switch self {
        case .direct: "direct adoption"
        case .slight: "slight modification"
        case .combination: "combination"
        case .rewritten: "rewritten"
        case .none: "no detected overlap"
        }
    }
}
