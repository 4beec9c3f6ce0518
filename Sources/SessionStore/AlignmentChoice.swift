/// Which of a session's alignments a reader takes.
public enum AlignmentChoice: Hashable, Sendable {
    /// The newest in the review file; where there is none, that of the session file.
    case newest
    /// That of the session file itself.
    case recorded
    /// The one of this number in the review file.
    case number(Int64)

    /// Reads `newest`, `recorded` or a number.
    public init?(_ text: String) {
        switch text {
        case "newest": self = .newest
        case "recorded": self = .recorded
        default:
            guard let number = Int64(text), number > 0 else { return nil }
            self = .number(number)
        }
    }
}
