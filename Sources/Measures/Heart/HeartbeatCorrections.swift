import Timebase

/// What people changed about the R peaks that were found: as annotations of the review say.
public struct HeartbeatCorrections: Hashable, Sendable {
    /// Peaks that people put there.
    public var added: [Instant]
    /// Found peaks that are none.
    public var removed: [Instant]
    /// Stretches of which nothing is to be told.
    public var artefacts: [Range<Instant>]

    /// How far a removal may lie from the peak that it is about: times of peaks change a little with an
    /// alignment.
    static let reach: Int64 = 50_000_000

    public init(
        added: [Instant] = [], removed: [Instant] = [], artefacts: [Range<Instant>] = []
    ) {
        self.added = added
        self.removed = removed
        self.artefacts = artefacts
    }

    /// The peaks as corrected, in order, each once.
    /// - Parameter peaks: as found, in order.
    public func apply(to peaks: [Instant]) -> [Instant] {
        var kept = peaks
        for time in removed {
            // The nearest one alone, so that a removal never takes two.
            guard
                let nearest = kept.indices.min(by: {
                    (kept[$0] - time).magnitude < (kept[$1] - time).magnitude
                }), (kept[nearest] - time).magnitude <= Self.reach.magnitude
            else { continue }
            kept.remove(at: nearest)
        }
        return Array(Set(kept + added)).sorted()
    }
}
