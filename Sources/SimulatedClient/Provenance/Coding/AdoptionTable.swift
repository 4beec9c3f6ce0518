/// How many messages of whom are what.
public struct AdoptionTable: Hashable, Sendable {
    /// The messages of one participant in one condition, or of all of them.
    public struct Row: Hashable, Sendable {
        /// nil for all participants together.
        public var participant: String?
        /// nil for all conditions together.
        public var condition: String?
        /// Whether the Suggestions were shown; where not, the row tells the overlap to expect by chance.
        public var shown: Bool
        public var messages = 0
        public var counts: [AdoptionClass: Int] = [:]
        /// Messages into whose draft a Suggestion was put.
        public var inserted = 0
        /// Means over messages of the largest similarity and containment, and of the words of their own.
        public var editSimilarity = 0.0
        public var containment = 0.0
        public var own = 0.0

        /// Share of the messages in a class, 0…1.
        public func share(_ adoption: AdoptionClass) -> Double {
            messages > 0 ? Double(counts[adoption] ?? 0) / Double(messages) : 0
        }
    }

    /// By participant and condition, then a row a condition, then all; shown before not shown.
    public var rows: [Row] = []

    public init(_ messages: [MessageProvenance]) {
        struct Key: Hashable {
            var participant: String?
            var condition: String?
            var shown: Bool
        }
        var known: [Key: Row] = [:]
        for message in messages {
            for (participant, condition) in [
                (message.participant, message.conditionName), (nil, message.conditionName),
                (nil, nil),
            ] as [(String?, String?)] {
                let key = Key(
                    participant: participant, condition: condition, shown: message.report.shown)
                var row =
                    known[key]
                    ?? Row(participant: participant, condition: condition, shown: key.shown)
                row.add(message.report)
                known[key] = row
            }
        }
        rows = known.values.map(\.averaged).sorted { one, other in
            if (one.participant == nil) != (other.participant == nil) {
                return other.participant == nil
            }
            if (one.condition == nil) != (other.condition == nil) { return other.condition == nil }
            return (one.participant ?? "", one.condition ?? "", one.shown ? 0 : 1)
                < (other.participant ?? "", other.condition ?? "", other.shown ? 0 : 1)
        }
    }
}

extension AdoptionTable.Row {
    fileprivate mutating func add(_ report: ProvenanceReport) {
        messages += 1
        counts[report.adoption, default: 0] += 1
        if report.suggestions.contains(where: { $0.insertions > 0 }) { inserted += 1 }
        editSimilarity += report.editSimilarity
        containment += report.containment
        own += report.own
    }

    /// With sums made means.
    fileprivate var averaged: AdoptionTable.Row {
        var row = self
        let count = Double(max(messages, 1))
        row.editSimilarity /= count
        row.containment /= count
        row.own /= count
        return row
    }
}
