import Randomness
import SessionStore

/// Draws who rates which session, and in which order each rater gets them.
///
/// All follows from the request and its seed, by SplitMix64 and Fisher and Yates (`SeededGenerator`):
/// sessions are dealt out in a random order, each to the raters who have the fewest so far; among those
/// equally busy, to the ones who have shared the fewest sessions with who is chosen already, so that all
/// pairs of raters can be compared; then at random. Each rater's order is shuffled by itself.
public struct AssignmentPlanner: Sendable {
    private let request: AssignmentRequest

    /// - Parameter request: one without a `problem`.
    public init(_ request: AssignmentRequest) { self.request = request }

    /// All assignments, by rater and position; the participants' own come last.
    public func drafts() -> [AssignmentDraft] {
        let dealt = deal()
        var drafts: [AssignmentDraft] = []
        for rater in request.raters {
            let order = order(of: dealt[rater] ?? [], for: rater)
            for (place, entry) in order.enumerated() {
                drafts.append(
                    AssignmentDraft(
                        rater: rater, session: entry.session, position: place + 1,
                        purpose: entry.purpose, label: "Conversation \(place + 1)"))
            }
        }
        var places: [String: Int] = [:]
        for own in request.own {
            places[own.rater, default: drafts.count { $0.rater == own.rater }] += 1
            let place = places[own.rater] ?? 1
            drafts.append(
                AssignmentDraft(
                    rater: own.rater, session: own.session, position: place, purpose: .own,
                    label: "Your conversation"
                        + (request.own.count { $0.rater == own.rater } > 1 ? " \(place)" : "")))
        }
        return drafts
    }

    private func deal() -> [String: [String]] {
        guard !request.raters.isEmpty else { return [:] }
        var random = SeededGenerator(seed: request.seed, "review-deal")
        var load: [String: Int] = [:]
        var shared: [Set<String>: Int] = [:]
        var dealt: [String: [String]] = [:]
        for session in random.shuffled(request.sessions.sorted()) {
            // The order in which raters are looked at breaks ties.
            let candidates = random.shuffled(request.raters.sorted())
            var chosen: [String] = []
            while chosen.count < min(request.ratersPerSession, candidates.count) {
                func cost(_ rater: String) -> (Int, Int) {
                    (
                        load[rater] ?? 0,
                        chosen.reduce(0) { $0 + (shared[[$1, rater]] ?? 0) }
                    )
                }
                guard
                    let next = candidates.filter({ !chosen.contains($0) })
                        .min(by: { cost($0) < cost($1) })
                else { break }
                for other in chosen { shared[[other, next], default: 0] += 1 }
                chosen.append(next)
            }
            for rater in chosen {
                load[rater, default: 0] += 1
                dealt[rater, default: []].append(session)
            }
        }
        return dealt
    }

    private struct Entry {
        var session: String
        var purpose: ReviewAssignment.Purpose
    }

    private func order(of sessions: [String], for rater: String) -> [Entry] {
        var random = SeededGenerator(seed: request.seed, "review-order", rater)
        let main = random.shuffled(sessions.sorted()).map { Entry(session: $0, purpose: .main) }
        var order = main
        var left = Int((request.repeatShare * Double(main.count)).rounded())
        // No more can lie between the two times than there are other sessions.
        let distance = min(request.repeatDistance, main.count - 1)
        if left > 0, distance > 0 {
            // Putting one more in never brings two times of another session closer together.
            let candidates = random.shuffled(main.map(\.session))
            for session in candidates where left > 0 {
                let first = order.firstIndex { $0.session == session } ?? 0
                let from = first + distance + 1
                guard from <= order.count else { continue }
                let place = from + random.next(below: order.count - from + 1)
                order.insert(Entry(session: session, purpose: .repeat), at: place)
                left -= 1
            }
            if left > 0 {
                order = Self.apart(main, candidates, repeats: order.count - main.count + left)
            }
        }
        return request.calibration.map { Entry(session: $0, purpose: .calibration) } + order
    }

    /// So many repeats as far apart as can be: their sessions first, and all of them last.
    private static func apart(_ main: [Entry], _ sessions: [String], repeats: Int) -> [Entry] {
        let chosen = Set(sessions.prefix(repeats))
        let again = main.filter { chosen.contains($0.session) }
        return again + main.filter { !chosen.contains($0.session) }
            + again.map { Entry(session: $0.session, purpose: .repeat) }
    }
}
