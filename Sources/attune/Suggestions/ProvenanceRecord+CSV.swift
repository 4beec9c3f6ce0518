import Export
import Measures
import SimulatedClient

extension ProvenanceRecord {
    /// Prints a row a message; what is not known is empty. Times are in milliseconds.
    func writeCSV() {
        let factors = Set(messages.flatMap { $0.condition.keys }).sorted()
        var header = ["session", "study", "participant"] + factors.map { "condition_\($0)" }
        header += [
            "pilot", "turn", "shown", "class", "recorded_class", "edit_similarity", "containment",
            "own", "contributors", "groups", "suggestions", "inserted", "words", "length",
            "truncated",
        ]
        header += [
            "first_edit_after_ms", "writing_ms", "send_after_ms", "edits", "pauses",
            "pauses_ms", "longest_pause_ms", "p_bursts", "r_bursts", "mean_burst_length",
            "deletions", "deleted", "revisions", "revision_share", "pastes", "pasted",
            "insertions", "suggested", "compositions", "typed", "final_to_typed",
            "characters_per_minute",
        ]
        print(header.joined(separator: ","))
        for place in messages.indices {
            let message = messages[place]
            let fields =
                [message.session, message.study, message.participant]
                + factors.map { message.condition[$0] ?? "" } + origin(place)
                + Self.writing(drafts[place])
            print(fields.map(CodingSample.field).joined(separator: ","))
        }
    }

    private func origin(_ place: Int) -> [String] {
        let message = messages[place]
        let report = message.report
        let used = report.suggestions.filter { report.contributors.contains($0.id) }
        return [
            message.isPilot ? "1" : "0", "\(message.turn)", report.shown ? "1" : "0",
            report.adoption.rawValue, recorded[place].rawValue,
            Self.decimal(report.editSimilarity), Self.decimal(report.containment),
            Self.decimal(report.own), report.contributors.joined(separator: " "),
            Set(used.map(\.group.rawValue)).sorted().joined(separator: " "),
            "\(report.suggestions.count)",
            "\(report.suggestions.reduce(0) { $0 + $1.insertions })", "\(report.words)",
            "\(report.length)", report.truncated ? "1" : "0",
        ]
    }

    private static func writing(_ dynamics: DraftDynamics?) -> [String] {
        guard let dynamics else { return [String](repeating: "", count: 22) }
        func milliseconds(_ value: Int64?) -> String {
            value.map { decimal(Double($0) / 1e6) } ?? ""
        }
        let bursts = dynamics.bursts
        let length = bursts.reduce(0) { $0 + Double($1.inserted) } / Double(max(bursts.count, 1))
        return [
            milliseconds(dynamics.timeToFirstEdit), milliseconds(dynamics.writing),
            milliseconds(dynamics.timeToSend), "\(dynamics.edits)", "\(dynamics.pauses.count)",
            milliseconds(dynamics.pauses.reduce(0, &+)), milliseconds(dynamics.pauses.max()),
            "\(dynamics.bursts(endedBy: .pause).count)",
            "\(dynamics.bursts(endedBy: .revision).count)",
            bursts.isEmpty ? "" : decimal(length), "\(dynamics.deletions)",
            "\(dynamics.deleted)", "\(dynamics.revisions)",
            dynamics.revisionShare.map(decimal) ?? "", "\(dynamics.pastes)", "\(dynamics.pasted)",
            "\(dynamics.insertions)", "\(dynamics.suggested)", "\(dynamics.compositions)",
            "\(dynamics.typed)", dynamics.finalToTyped.map(decimal) ?? "",
            dynamics.charactersPerMinute.map(decimal) ?? "",
        ]
    }

    /// A number with a point and at most six decimals.
    private static func decimal(_ value: Double) -> String {
        let rounded = (value * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? "\(Int64(rounded))" : "\(rounded)"
    }
}
