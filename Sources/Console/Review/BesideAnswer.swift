import Review
import SessionStore

/// One session turn by turn: what participant and experts said of each, side by side.
struct BesideAnswer: Encodable {
    struct Rater: Encodable {
        var rater: String
        var role: String
        var purpose: String
    }
    struct Said: Encodable {
        /// Place among the raters.
        var rater: Int
        var turn: Int64?
        var item: String
        var stage: String
        var value: Int
        var rationale: String
    }
    struct Flag: Encodable {
        var rater: Int
        var turn: Int64
        var start: Int
        var end: Int
        var code: String
        var stage: String
        var rationale: String
    }

    var session: String
    var items: [RatingItem]
    var flagCodes: [FlagCode]
    var turns: [Conversation.Turn]
    var raters: [Rater]
    var ratings: [Said]
    var flags: [Flag]

    init(_ reading: PlanReading, _ session: String, _ conversation: Conversation) {
        self.session = session
        items = reading.scheme.form.ratings
        flagCodes = reading.scheme.form.flags
        turns = conversation.turns
        let order: [ReviewAssignment.Purpose] = [.own, .main, .calibration, .repeat]
        let entries = reading.entries.filter {
            $0.assignment.session == session && !$0.isWithdrawn
        }.sorted { one, other in
            (order.firstIndex(of: one.assignment.purpose) ?? 9, one.assignment.rater)
                < (order.firstIndex(of: other.assignment.purpose) ?? 9, other.assignment.rater)
        }
        raters = entries.map {
            Rater(
                rater: $0.assignment.rater, role: $0.assignment.role.rawValue,
                purpose: $0.assignment.purpose.rawValue)
        }
        let places = Dictionary(
            entries.enumerated().map { ($0.element.assignment.id, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        ratings = reading.values.compactMap { value in
            places[value.assignment].map {
                Said(
                    rater: $0, turn: value.turn, item: value.item, stage: value.stage.rawValue,
                    value: value.value, rationale: value.rationale)
            }
        }
        flags = reading.flags.compactMap { flag in
            places[flag.assignment].map {
                Flag(
                    rater: $0, turn: flag.turn, start: flag.start, end: flag.end, code: flag.code,
                    stage: flag.stage.rawValue, rationale: flag.rationale)
            }
        }
    }
}
