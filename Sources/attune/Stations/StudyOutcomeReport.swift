import ArgumentParser
import Stations

/// What a push or pull did, and the exit status that says so.
struct StudyOutcomeReport {
    let outcome: StudyOutcome
    /// `sent to` or `brought from`.
    let verb: String

    init(_ outcome: StudyOutcome, verb: String) {
        self.outcome = outcome
        self.verb = verb
    }

    func show(_ global: GlobalOptions) throws {
        if global.json { try Output.json(outcome) } else { write() }
        if let why = outcome.cutOff {
            if !global.json { Output.error(why) }
            throw ExitCode(2)
        }
        if !outcome.problems.isEmpty { throw ExitCode(1) }
    }

    private func write() {
        for left in outcome.removed { print("removed from the place: \(name(left)): \(left.why)") }
        for left in outcome.open { print("left: \(name(left)): \(left.why)") }
        for left in outcome.withdrawn { print("withdrawn: \(name(left)): \(left.why)") }
        for left in outcome.problems { print("NOT DONE  \(name(left)): \(left.why)") }
        for remark in outcome.remarks { print(remark) }
        let count = outcome.moved.count
        print(
            "\(count) session\(count == 1 ? "" : "s") \(verb) \(outcome.place) "
                + "(\(Output.bytes(outcome.bytes))), \(outcome.present) there and here already")
    }

    private func name(_ left: StudyOutcome.Left) -> String {
        [left.study, left.participant, left.session.map { String($0.prefix(8)) }]
            .compactMap { $0 }.joined(separator: " ")
    }
}
