/// A rule that chooses moments of a session.
public struct CueRule: Hashable, Sendable {
    /// Which peaks count.
    public enum Peak: String, Hashable, Sendable, Codable, CaseIterable {
        /// Responses of the skin's conductance.
        case skinConductance = "skin-conductance"
        /// Rises of the heart rate.
        case heartRate = "heart-rate"
        case all
    }

    /// Whose turns count.
    public enum Author: String, Hashable, Sendable, Codable, CaseIterable {
        case client, participant, all
    }

    /// What it looks at.
    public enum Moments: Hashable, Sendable {
        /// The largest come first.
        case peaks(Peak)
        /// Nothing was said or typed for longer than this many seconds; the longest come first.
        case pauses(longerThan: Double)
        /// When messages were shown; which come first is drawn.
        case turns(Author)
        /// Marks of that label, or all; which come first is drawn.
        case marks(label: String?)
    }

    public var moments: Moments
    /// The most moments that this rule chooses; nil for all.
    public var most: Int?

    public init(_ moments: Moments, most: Int? = nil) {
        self.moments = moments
        self.most = most
    }

    /// The rule as it is written, for people and for what it chose.
    public var text: String {
        let rule =
            switch moments {
            case .peaks(let kind): "peaks: \(kind.rawValue)"
            case .pauses(let seconds):
                "pausesLongerThan: \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)")"
            case .turns(let author): "turns: \(author.rawValue)"
            case .marks(let label): "marks: \(label ?? "all")"
            }
        return most.map { "\(rule), most: \($0)" } ?? rule
    }
}
