import SessionStore
import Timebase

/// An annotation of an ELAN document on its way into a session.
struct ElanCandidate {
    /// Its tier's place in the document.
    var tier: Int
    /// What its ids are made from.
    var place: String
    var annotation: String
    var entry: ElanDocument.Entry
    /// The code of the scheme that it stands for; nil for a free annotation.
    var code: Code?
    var note: String
    var start: Instant
    /// nil for a point.
    var end: Instant?
    /// Why it is free although it stands for a code, in words.
    var reason: String?

    /// Takes the codes from those that the scheme does not allow beside the others, or beside what stands.
    /// Of several that exclude each other the first one keeps its code.
    static func free(
        _ candidates: inout [ElanCandidate], by scheme: CodingScheme, standing: [AnnotationChange]
    ) {
        // What the file brought in before gives way to the file.
        let own = Set(candidates.map(\.annotation))
        let there = standing.filter {
            !own.contains($0.annotation) && $0.scheme == scheme.name && $0.kind == .interval
        }
        func stretches(
            _ isMeant: (AnnotationChange) -> Bool
        ) -> [(start: Instant, end: Instant)] {
            there.filter(isMeant).compactMap { change in
                guard let start = change.start, let end = change.end else { return nil }
                return (start, end)
            }
        }
        let order = candidates.indices.sorted {
            (candidates[$0].start, $0) < (candidates[$1].start, $1)
        }
        for group in scheme.groups where group.exclusive {
            let before = IntervalIndex(stretches { scheme.code($0.code)?.group == group.name })
            var taken = IntervalIndex()
            for place in order where candidates[place].code?.group == group.name {
                let candidate = candidates[place]
                guard let end = candidate.end else { continue }
                if before.overlaps(candidate.start, end) || taken.overlaps(candidate.start, end) {
                    candidates[place].free("of '\(group.title)' one is marked at a time")
                } else {
                    taken.append(candidate.start, end)
                }
            }
        }
        // Who loses its parent loses its code, and may be a parent itself.
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for parent in Set(candidates.compactMap { $0.code?.parent }) {
                let parents = IntervalIndex(
                    stretches { $0.code == parent }
                        + candidates.compactMap { candidate in
                            guard candidate.code?.code == parent else { return nil }
                            return candidate.end.map { (candidate.start, $0) }
                        })
                for place in candidates.indices where candidates[place].code?.parent == parent {
                    let candidate = candidates[place]
                    guard !parents.holds(candidate.start, candidate.end ?? candidate.start) else {
                        continue
                    }
                    candidates[place].free(
                        "no '\(scheme.code(parent)?.title ?? parent)' holds them")
                    hasChanged = true
                }
            }
        }
    }

    private mutating func free(_ reason: String) {
        code = nil
        self.reason = reason
    }
}
