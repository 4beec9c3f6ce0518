import SessionStore
import Timebase

/// The table that most analyses start from: a row a message, with everything that is known of it.
extension SessionTables {
    private static let readings = [
        ("intended", "int", "that the persona was told to have"),
        ("scored", "sco", "that the scorer read in the text"),
        ("displayed", "dis", "that the page showed"),
        ("corrected", "cor", "that a researcher corrected it to"),
    ]

    private static let emotionColumns = readings.flatMap { _, short, what in
        [
            TableColumn.category(
                "\(short)_emotion", EmotionCorrection.categories, "Category of the feeling \(what)"),
            TableColumn("\(short)_valence", .real, "", "Its valence, -1 to 1"),
            TableColumn("\(short)_arousal", .real, "", "Its arousal, -1 to 1"),
        ]
    }

    func writeTurns() throws(ExportError) {
        let known =
            [
                TableColumn("turn", .integer, "", "Counts the session's turns from 1"),
                TableColumn(
                    "author", .category, "",
                    "Who wrote it: the participant, or the simulated client",
                    labels: [.init(1, "participant"), .init(2, "client")]),
            ] + TableColumn.moment("When the turn was sent") + [
                TableColumn.bound(),
                TableColumn(
                    "began_ns", .integer, "ns", "First key or first part; since the session's start"
                ),
                TableColumn(
                    "composing_ms", .milliseconds, "ms", "From its beginning to its sending"),
                TableColumn(
                    "shown_ns", .integer, "ns", "When it stood on the participant's screen"),
                TableColumn("shown_after_ms", .milliseconds, "ms", "From its sending to then"),
                TableColumn("text", .text, "", "The whole message"),
                TableColumn(
                    "characters", .integer, "", "Characters of the text, as a person counts them"),
            ] + Self.client + [
                TableColumn("phase", .text, "", "Phase in which it was sent")
            ] + conditionColumns + [
                TableColumn(
                    "reply_source", .text, "", "Of the client's turns: by which the words came"),
                TableColumn.flag("fallback", "if a model failed and a script stood in"),
                TableColumn("safety", .integer, "", "Findings of the safety rules in it"),
            ] + Self.emotionColumns
            + study.items.flatMap { [$0.mean, $0.count, $0.own] }
        let measured = MeasureColumns(measures, of: .turn(1), beside: TableColumn.keys + known)
        try table("turns", "A message", known + measured.columns) { builder in
            let facts = try turnFacts()
            let stretches = Dictionary(
                plan.turnStretches.map { ($0.turn, $0) }, uniquingKeysWith: { first, _ in first })
            for turn in try export.turns() {
                builder.integer(turn.number)
                builder.text(turn.author)
                moment(turn.sent, builder)
                builder.milliseconds(turn.bound)
                builder.integer(turn.composedFrom.map { sinceStart($0) })
                builder.milliseconds(turn.composedFrom.map { turn.sent - $0 })
                builder.integer(turn.shown.map { sinceStart($0) })
                builder.milliseconds(turn.shown.map { $0 - turn.sent })
                builder.text(turn.text)
                builder.integer(Int64(turn.text.count))
                builder.text(turn.client)
                builder.integer(turn.clientSequence)
                builder.text(phase(at: turn.sent))
                writeConditions(builder)
                write(facts, of: turn, builder)
                try measured.write(turn.number.flatMap { stretches[$0] }, builder)
                try builder.endRow()
                try proceedSometimes(builder)
            }
        }
    }

    private func write(_ facts: TurnFacts, of turn: Turn, _ builder: TableBuilder) {
        let number = turn.number ?? 0
        let isReply = facts.sources[number] != nil
        builder.text(facts.sources[number])
        builder.flag(isReply ? facts.fallbacks.contains(number) : nil)
        builder.integer(facts.safety[number] ?? 0)
        for (which, _, _) in Self.readings {
            let emotion = facts.emotions[which]?[number]
            builder.text(emotion?.category)
            builder.real(emotion?.valence)
            builder.real(emotion?.arousal)
        }
        for place in study.items.indices {
            let rated = facts.ratings[number]?[place]
            let experts = rated?.experts ?? []
            builder.real(experts.isEmpty ? nil : experts.reduce(0, +) / Double(experts.count))
            builder.integer(experts.isEmpty ? nil : Int64(experts.count))
            builder.integer(rated?.own)
        }
    }

    private func turnFacts() throws -> TurnFacts {
        var facts = TurnFacts()
        for event in try reader.events(of: TurnFacts.kinds) { facts.take(event) }
        for correction in try review.emotionCorrections() {
            facts.take(correction)
        }
        for rating in try review.ratings() { facts.take(rating, study) }
        return facts
    }

    /// The phase that a moment lies in; nil outside of all.
    func phase(at time: Instant) -> String? {
        export.phases.last { $0.started <= time }.flatMap { phase in
            phase.ended.map { time < $0 } ?? true ? phase.name : nil
        }
    }
}
