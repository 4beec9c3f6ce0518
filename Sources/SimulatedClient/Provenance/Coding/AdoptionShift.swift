import StudyProtocol

/// How the classes of messages move with the thresholds.
public struct AdoptionShift: Hashable, Sendable {
    /// What a step changes.
    public enum Threshold: String, Hashable, Sendable, CaseIterable {
        case direct, slight, overlap
    }

    /// The classes at one set of thresholds.
    public struct Row: Hashable, Sendable {
        /// nil where none is changed.
        public var changed: Threshold?
        public var thresholds: AdoptionThresholds
        public var counts: [AdoptionClass: Int]
        /// Messages that are in another class than at the thresholds in the middle.
        public var moved: Int
    }

    /// For each threshold in turn from low to high, the others as they are.
    public var rows: [Row] = []

    /// - Parameters:
    ///   - thresholds: those in the middle.
    ///   - step: between two rows; three to either side, as far as they stay in 0…1 and in order.
    public init(
        _ reports: [ProvenanceReport], around thresholds: AdoptionThresholds, step: Double = 0.05
    ) {
        let middle = reports.map { $0.classified(by: thresholds).adoption }
        for threshold in Threshold.allCases {
            for place in -3...3 {
                var changed = thresholds
                let amount = Double(place) * step
                switch threshold {
                case .direct: changed.direct += amount
                case .slight: changed.slight += amount
                case .overlap: changed.overlap += amount
                }
                guard changed.isOrdered else { continue }
                let classes = reports.map { $0.classified(by: changed).adoption }
                rows.append(
                    Row(
                        changed: place == 0 ? nil : threshold, thresholds: changed,
                        counts: classes.reduce(into: [:]) { $0[$1, default: 0] += 1 },
                        moved: zip(classes, middle).count { $0 != $1 }))
            }
        }
    }
}

extension AdoptionThresholds {
    /// Whether they are shares in order. A hair's breadth is allowed for sums of decimals.
    public var isOrdered: Bool {
        let room = 1e-9
        return overlap >= -room && overlap <= slight + room && slight <= direct + room
            && direct <= 1 + room
    }
}
