import Reports
import SessionStore
import StudyProtocol
import Timebase

/// Questionnaires: what was answered, under the codes and labels of the protocol, and the scores.
extension SessionTables {
    private static let asking = [
        TableColumn("phase", .text, "", "Phase in which it was asked; again for each time"),
        TableColumn("questionnaire", .text, "", "Name of the questionnaire"),
        TableColumn(
            "final", .integer, "", "1 if the participant was done with the questionnaire, else 0"),
    ]

    func writeAnswers() throws(ExportError) {
        let log = try fromStore { () throws(SessionStoreError) in
            var log = AnswerLog(phases: try reader.phases())
            for (from, to) in try export.eventSlices() {
                for event in try reader.events(from: from, to: to) { log.take(event) }
            }
            return log
        }
        let askings = log.askings.filter { asking in
            asking.phase.map { export.selection.takes(phase: $0) } ?? export.takes(asking.last.time)
        }
        try writeAnswers(askings, export.plan)
        try writeScales(askings)
    }

    private func writeAnswers(
        _ askings: [AnswerLog.Asking], _ plan: StudyPlan?
    ) throws(ExportError) {
        let columns =
            Self.asking + [
                TableColumn("item", .text, "", "Name of the item"),
                TableColumn(
                    "variable", .text, "", "Code of the answer, unique in the protocol"),
                TableColumn("label", .text, "", "What the variable is called in codebooks"),
                TableColumn(
                    "number", .real, "",
                    "The answer; for a choice of several 1 where the option is chosen, else 0"),
                TableColumn("value_label", .text, "", "What the number means"),
                TableColumn("text", .text, "", "The answer where it is a text"),
            ] + TableColumn.moment("When it was answered; the last time, if it was changed") + [
                TableColumn.bound()
            ]
        try table("answers", "A variable of a questionnaire that was asked", columns) { file in
            for asking in askings {
                let known = plan?.questionnaire(named: asking.questionnaire)?.variables ?? []
                let others = asking.answers.keys.sorted().filter { name in
                    !known.contains { $0.item == name }
                }
                // Without its protocol, an answer has the name of its item.
                for variable in known + others.flatMap({ Self.plain($0, asking) }) {
                    write(asking, file)
                    let given = asking.answers[variable.item]
                    let value = variable.value(of: given?.answer ?? .none)
                    file.text(variable.item)
                    file.text(variable.code)
                    file.text(variable.label)
                    file.real(value.number)
                    file.text(
                        value.number.flatMap { number in
                            variable.valueLabels.first { $0.value == number }?.text
                        })
                    if case .text(let text) = value { file.text(text) } else { file.missing() }
                    moment(given?.event.time, file)
                    file.milliseconds(given?.event.bound)
                    try file.endRow()
                }
                try proceed()
            }
        }
    }

    private func writeScales(_ askings: [AnswerLog.Asking]) throws(ExportError) {
        let columns =
            Self.asking + [
                TableColumn("scale", .text, "", "Name of the scale, unique in the protocol"),
                TableColumn("title", .text, "", "What the scale is called"),
                TableColumn(
                    "score", .real, "",
                    "The score when the participant was done; empty where too little was answered"),
                TableColumn("answered", .integer, "", "Items that were answered"),
                TableColumn("items", .integer, "", "Items that the scale has"),
            ] + TableColumn.moment("When the participant was done") + [TableColumn.bound()]
        try table("scales", "A score of a scale", columns) { file in
            for asking in askings {
                for score in asking.scores {
                    write(asking, file)
                    file.text(score.scale)
                    file.text(score.title)
                    file.real(score.value)
                    file.integer(Int64(score.answered))
                    file.integer(Int64(score.of))
                    moment(asking.last.time, file)
                    file.milliseconds(asking.last.bound)
                    try file.endRow()
                }
            }
        }
    }

    private func write(_ asking: AnswerLog.Asking, _ file: TableBuilder) {
        file.text(asking.phase)
        file.text(asking.questionnaire)
        file.integer(asking.isFinal ? 1 : 0)
    }

    /// Variables of an item that no protocol describes.
    private static func plain(
        _ item: String, _ asking: AnswerLog.Asking
    ) -> [Questionnaire.Variable] {
        let kind: Questionnaire.Item.Kind =
            if case .text = asking.answers[item]?.answer { .text } else { .choice }
        var unknown = Questionnaire.Item(name: item, kind: kind, text: item)
        if case .choices(let values, let texts)? = asking.answers[item]?.answer {
            unknown.isMultiple = values.count > 1
            unknown.options = values.map {
                .init(value: $0, label: "\($0)", hasText: texts[$0] != nil)
            }
        }
        return unknown.variables
    }
}
