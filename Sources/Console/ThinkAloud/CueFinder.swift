import Randomness
import SessionStore
import StudyProtocol
import Timebase

/// Applies a protocol's rules to a session: which moments a participant is asked about. Pure; the same
/// session and rules give the same moments.
struct CueFinder {
    /// A moment that a rule may choose.
    struct Moment: Hashable {
        var id: String
        var kind: String
        /// Seconds since the session's start.
        var time: Double
        var to: Double
        var label: String
        /// What comes first where not all are chosen; nil where that is drawn.
        var size: Double?
    }

    /// What the rules look at, in seconds since the session's start.
    struct Material {
        var turns: [Moment] = []
        /// Whose turn each is, by its id.
        var authors: [String: String] = [:]
        var marks: [Moment] = []
        /// Times at which something was said, typed or shown, rising.
        var activity: [Double] = []
        /// Where pauses count: the chat's phases.
        var talk: [ClosedRange<Double>] = []
        /// Peaks by their kind in the rules.
        var peaks: [(kind: CueRule.Peak, moment: Moment)] = []
    }

    let plan: ThinkAloudPlan
    /// The session's id, which the draws depend on.
    let session: String
    let material: Material

    /// The chosen moments, by time.
    func cues() -> [CuePoint] {
        var queues = plan.cues.enumerated().map { number, rule in
            (rule: rule, moments: chosen(rule, number: number))
        }
        // Where the whole is bounded, the rules take turns, so that none takes all.
        let most = plan.mostCues ?? .max
        var cues: [CuePoint] = []
        var taken: Set<String> = []
        while cues.count < most, queues.contains(where: { !$0.moments.isEmpty }) {
            for index in queues.indices where !queues[index].moments.isEmpty && cues.count < most {
                let moment = queues[index].moments.removeFirst()
                // A moment that two rules choose is asked about once.
                guard taken.insert(moment.id).inserted else { continue }
                cues.append(
                    CuePoint(
                        id: moment.id, kind: moment.kind, time: moment.time,
                        from: max(0, moment.time - plan.cueLeadSeconds), to: moment.to,
                        label: moment.label, origin: queues[index].rule.text))
            }
        }
        return cues.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    /// What a rule chooses, what comes first at the front.
    private func chosen(_ rule: CueRule, number: Int) -> [Moment] {
        var moments: [Moment] =
            switch rule.moments {
            case .peaks(let kind):
                material.peaks.filter { kind == .all || $0.kind == kind }.map(\.moment)
            case .pauses(let seconds): pauses(longerThan: seconds)
            case .turns(let author):
                material.turns.filter {
                    author == .all || material.authors[$0.id] == author.rawValue
                }
            case .marks(let label):
                material.marks.filter { label == nil || $0.label == label }
            }
        if moments.allSatisfy({ $0.size != nil }) {
            moments.sort { ($1.size ?? 0, $0.time) < ($0.size ?? 0, $1.time) }
        } else {
            var generator = SeededGenerator(
                seed: SeededGenerator.seed(plan.cueSeed, ["cues", session, "\(number)"]))
            moments = generator.shuffled(moments)
        }
        return Array(moments.prefix(rule.most ?? .max))
    }

    /// Stretches of a chat in which nothing happened.
    private func pauses(longerThan seconds: Double) -> [Moment] {
        var found: [Moment] = []
        for talk in material.talk {
            let times =
                [talk.lowerBound] + material.activity.filter(talk.contains) + [talk.upperBound]
            for (start, end) in zip(times, times.dropFirst()) where end - start > seconds {
                let length = ((end - start) * 10).rounded() / 10
                found.append(
                    Moment(
                        id: "pause-\(Int((start * 1000).rounded()))", kind: "pause", time: start,
                        to: end, label: "Pause of \(length) s", size: end - start))
            }
        }
        return found
    }
}
