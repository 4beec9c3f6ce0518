import Export
import Reports
import SimulatedClient
import StudyProtocol

/// The use of Suggestions as tables.
struct SuggestionsSummary {
    var record: ProvenanceRecord
    /// nil for those recorded with each message.
    var thresholds: AdoptionThresholds?
    var table: AdoptionTable
    /// Around the thresholds; nil where messages were recorded with several and none were given.
    var shift: AdoptionShift?
    var middle: AdoptionThresholds?

    init(_ record: ProvenanceRecord, thresholds: AdoptionThresholds?) {
        self.record = record
        self.thresholds = thresholds
        table = AdoptionTable(record.messages)
        let used = Set(record.messages.map(\.report.thresholds))
        middle = thresholds ?? (used.count == 1 ? used.first : nil)
        let shown = record.messages.map(\.report).filter(\.shown)
        shift = middle.flatMap { shown.isEmpty ? nil : AdoptionShift(shown, around: $0) }
    }

    /// Messages that are in another class than recorded.
    var moved: Int { zip(record.messages, record.recorded).count { $0.report.adoption != $1 } }

    var lines: [String] {
        var lines: [String] = []
        let messages = record.messages.count
        lines.append(
            "messages: \(messages), of sessions: \(record.sessions)"
                + (record.pilotSessions > 0 ? " (pilots among them: \(record.pilotSessions))" : ""))
        if record.without > 0 {
            lines.append("sessions without a word of Suggestions: \(record.without)")
        }
        if record.unreadable > 0 {
            lines.append("look at this: \(record.unreadable) events could not be read")
        }
        guard messages > 0 else { return lines }
        if let middle { lines.append("thresholds: \(Self.text(middle))") }
        if thresholds != nil {
            lines.append("\(moved) messages are in another class than recorded")
        }
        lines += [""] + use
        if !shifts.isEmpty { lines += [""] + shifts }
        return lines
    }

    private static func text(_ thresholds: AdoptionThresholds) -> String {
        func decimal(_ value: Double) -> String { ReadableNumber.decimal(value, 2) }
        return "direct \(decimal(thresholds.direct)), slight \(decimal(thresholds.slight)), "
            + "overlap \(decimal(thresholds.overlap))"
    }

    private var use: [String] {
        var table = TextTable(
            [
                .left("participant"), .left("condition"), .left("Suggestions"), .right("messages"),
            ] + AdoptionClass.allCases.map { .right($0.label) } + [
                .right("inserted"), .right("similarity"), .right("containment"), .right("own"),
            ])
        for row in self.table.rows {
            let condition = row.condition ?? "all"
            table.append(
                [
                    row.participant ?? "all", condition.isEmpty ? "-" : condition,
                    row.shown ? "shown" : "not shown", "\(row.messages)",
                ]
                    + AdoptionClass.allCases.map { adoption in
                        let percent = ReadableNumber.decimal(row.share(adoption) * 100, 0)
                        return "\(row.counts[adoption] ?? 0) (\(percent)%)"
                    } + [
                        "\(row.inserted)", ReadableNumber.decimal(row.editSimilarity, 2),
                        ReadableNumber.decimal(row.containment, 2),
                        ReadableNumber.decimal(row.own, 2),
                    ])
        }
        return table.lines
    }

    private var shifts: [String] {
        guard let shift else { return [] }
        var table = TextTable(
            [.left("changed"), .right("direct"), .right("slight"), .right("overlap")]
                + AdoptionClass.allCases.map { .right($0.label) } + [.right("moved")])
        for row in shift.rows {
            func decimal(_ value: Double) -> String { ReadableNumber.decimal(value, 2) }
            table.append(
                [
                    row.changed?.rawValue ?? "-", decimal(row.thresholds.direct),
                    decimal(row.thresholds.slight), decimal(row.thresholds.overlap),
                ] + AdoptionClass.allCases.map { "\(row.counts[$0] ?? 0)" } + ["\(row.moved)"])
        }
        return ["how the classes of messages with Suggestions move with the thresholds:"]
            + table.lines
    }
}

extension SuggestionsSummary: Encodable {
    private enum Key: String, CodingKey {
        case sessions, pilotSessions, sessionsWithout, unreadableEvents, thresholds, moved, use
        case shift, messages
    }

    private struct UseRow: Encodable {
        var participant: String?
        var condition: String?
        var shown: Bool
        var messages: Int
        var classes: [String: Int]
        var inserted: Int
        var editSimilarity: Double
        var containment: Double
        var own: Double
    }

    private struct ShiftRow: Encodable {
        var changed: String?
        var thresholds: AdoptionThresholds
        var classes: [String: Int]
        var moved: Int
    }

    private struct MessageRow: Encodable {
        var session: String
        var participant: String
        var condition: [String: String]
        var turn: Int64
        var shown: Bool
        var `class`: String
        var recordedClass: String
        var contributors: [String]
        var editSimilarity: Double
        var containment: Double
        var own: Double
    }

    private static func names(_ counts: [AdoptionClass: Int]) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: AdoptionClass.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(record.sessions, forKey: .sessions)
        try object.encode(record.pilotSessions, forKey: .pilotSessions)
        try object.encode(record.without, forKey: .sessionsWithout)
        try object.encode(record.unreadable, forKey: .unreadableEvents)
        try object.encodeIfPresent(middle, forKey: .thresholds)
        try object.encode(moved, forKey: .moved)
        try object.encode(
            table.rows.map {
                UseRow(
                    participant: $0.participant, condition: $0.condition, shown: $0.shown,
                    messages: $0.messages, classes: Self.names($0.counts), inserted: $0.inserted,
                    editSimilarity: $0.editSimilarity, containment: $0.containment, own: $0.own)
            }, forKey: .use)
        try object.encode(
            (shift?.rows ?? []).map {
                ShiftRow(
                    changed: $0.changed?.rawValue, thresholds: $0.thresholds,
                    classes: Self.names($0.counts), moved: $0.moved)
            }, forKey: .shift)
        try object.encode(
            zip(record.messages, record.recorded).map { message, recorded in
                MessageRow(
                    session: message.session, participant: message.participant,
                    condition: message.condition, turn: message.turn, shown: message.report.shown,
                    class: message.report.adoption.rawValue, recordedClass: recorded.rawValue,
                    contributors: message.report.contributors,
                    editSimilarity: message.report.editSimilarity,
                    containment: message.report.containment, own: message.report.own)
            }, forKey: .messages)
    }
}
