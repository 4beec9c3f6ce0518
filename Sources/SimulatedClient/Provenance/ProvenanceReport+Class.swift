import StudyProtocol

extension ProvenanceReport {
    /// The report as it would be at other thresholds, by the measures that stand in it.
    ///
    /// Edits are kept as they are: Suggestions that contribute only at the new thresholds have none.
    public func classified(by thresholds: AdoptionThresholds) -> ProvenanceReport {
        var report = self
        report.thresholds = thresholds
        (report.adoption, report.contributors) = decision(thresholds)
        return report
    }

    /// The rule that `Provenance` describes.
    private func decision(
        _ thresholds: AdoptionThresholds
    ) -> (adoption: AdoptionClass, contributors: [String]) {
        // The first of the largest, and an inserted one before its equals.
        let nearest = suggestions.indices.max {
            (suggestions[$0].editSimilarity, suggestions[$0].insertions, -$0)
                < (suggestions[$1].editSimilarity, suggestions[$1].insertions, -$1)
        }
        guard let nearest else { return (.none, []) }
        let best = suggestions[nearest]
        // A Suggestion of which nothing is there is never adopted, whatever the thresholds.
        if best.editSimilarity >= thresholds.direct, best.editSimilarity > 0 {
            return (.direct, [best.id])
        }
        let contributing = ordered {
            $0.taken > 0
                && ($0.coverage >= thresholds.overlap || $0.taken >= Provenance.most)
        }
        if contributing.count >= 2 { return (.combination, contributing.map(\.id)) }
        if best.editSimilarity >= thresholds.slight, best.editSimilarity > 0 {
            return (.slight, [best.id])
        }
        if let one = contributing.first, one.taken >= Provenance.most, own > 0,
            own >= thresholds.overlap
        {
            return (.combination, [one.id])
        }
        let overlapping = ordered {
            ($0.sharedPairs >= 2 || ($0.sharedPairs == 1 && $0.insertions > 0))
                && $0.containment >= thresholds.overlap
                || $0.taken > 0 && $0.coverage >= thresholds.overlap
        }
        // A phrase that several have is that one's whose run it is.
        let own = overlapping.filter { $0.taken > 0 }
        return overlapping.isEmpty
            ? (.none, []) : (.rewritten, (own.isEmpty ? overlapping : own).map(\.id))
    }

    /// Those that fulfil something, the one with the largest part of the message first.
    private func ordered(_ condition: (SuggestionUse) -> Bool) -> [SuggestionUse] {
        suggestions.enumerated().filter { condition($0.element) }.sorted {
            (-$0.element.coverage, -$0.element.containment, $0.offset)
                < (-$1.element.coverage, -$1.element.containment, $1.offset)
        }.map(\.element)
    }
}
