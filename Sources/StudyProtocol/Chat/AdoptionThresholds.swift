/// Similarities, in 0…1, from which on a message counts as taken from a Suggestion.
///
/// These are this project's choice: the literature gives none.
public struct AdoptionThresholds: Hashable, Sendable, Codable {
    /// From here on: direct adoption.
    public var direct: Double
    /// From here on: slight modification.
    public var slight: Double
    /// From here on: rewritten; below it, no detected overlap.
    public var overlap: Double

    public init(direct: Double = 0.95, slight: Double = 0.70, overlap: Double = 0.30) {
        self.direct = direct
        self.slight = slight
        self.overlap = overlap
    }
}
