import Foundation
import Link
import Review
import SessionStore
import StudyProtocol
import Timebase

/// What people said of the session afterwards: ratings and annotations.
extension SessionTables {
    func writeRatings() throws(ExportError) {
        let columns =
            [
                TableColumn("rater", .text, "", "Who rated"),
                TableColumn.category(
                    "role", RatingRole.allCases.map(\.rawValue), "What the rater is in the study"),
                TableColumn.category(
                    "purpose", ReviewAssignment.Purpose.allCases.map(\.rawValue),
                    "main; calibration, which all raters have; repeat, the same once more; own, the "
                        + "participant's own session"),
                TableColumn("plan", .text, "", "Name of the review's plan"),
                TableColumn("scheme", .text, "", "Coding scheme that was rated on"),
                TableColumn("scheme_version", .text, "", "Its version"),
                TableColumn("assign_id", .text, "", "Identifier of the rater's assignment"),
                TableColumn.category(
                    "stage", ReviewStage.allCases.map(\.rawValue),
                    "What the rater had seen: transcript, the words alone; context, also what the "
                        + "participant was shown"),
                TableColumn(
                    "turn", .integer, "", "Number of the turn; empty for the whole session"),
                TableColumn("item", .text, "", "Name of the item"),
                TableColumn("title", .text, "", "The item as raters saw it"),
                TableColumn("value", .real, "", "The answer"),
                TableColumn("value_label", .text, "", "What the answer means"),
                TableColumn("rationale", .text, "", "Why, in the rater's words"),
                TableColumn.flag("handed_in", "if the rater has handed it in"),
                TableColumn("made_utc", .utc, "", "When it was said"),
            ]
        try table("ratings", "What a rater says of a turn, or of a session, on one item", columns) {
            builder in
            for rating in try review.ratings() where takes(turn: rating.turn) {
                guard let value = try? JSONValue(parsing: rating.value), value != .null else {
                    continue
                }
                let assignment = study.assignments[rating.assignment]
                let plan = assignment.flatMap { study.plans[$0.plan] }
                let item = plan.flatMap { study.schemes[$0.id]?.form.item(rating.item) }
                builder.text(export.names.person(rating.rater))
                builder.text(rating.role.rawValue)
                builder.text(assignment?.purpose.rawValue)
                builder.text(plan?.name)
                builder.text(plan?.scheme)
                builder.text(plan?.schemeVersion)
                builder.text(rating.assignment)
                builder.text(rating.stage)
                builder.integer(rating.turn)
                builder.text(rating.item)
                builder.text(item?.title)
                builder.real(value.number)
                builder.text(
                    value.integer.flatMap { item?.scale.label(of: Int(clamping: $0)) }
                        ?? value.string)
                builder.text(
                    rating.rationale.isEmpty ? nil : export.names.remark(rating.rationale))
                builder.flag(!rating.isDraft)
                builder.utc(rating.madeRealtime &+ clock.shift)
                try builder.endRow()
                try proceedSometimes(builder)
            }
        }
    }

    func writeAnnotations() throws(ExportError) {
        let columns =
            [
                TableColumn(
                    "layer", .text, "", "Whose annotations: a coder, an assignment, or signals"),
                TableColumn.category(
                    "kind", AnnotationKind.allCases.map(\.rawValue), "What it marks"),
                TableColumn("code", .text, "", "The code, or a word"),
                TableColumn("code_title", .text, "", "The code as coders saw it"),
                TableColumn("modifiers", .text, "", "What was chosen beside the code (JSON)"),
            ] + TableColumn.moment("The moment, or where it begins")
            + TableColumn.end("Where it ends") + [
                TableColumn("duration_ms", .milliseconds, "ms", "From its beginning to its end"),
                TableColumn.stream,
                TableColumn("channel", .text, "", "Channel of that stream"),
                TableColumn("turn", .integer, "", "Number of the turn"),
                TableColumn(
                    "span_start", .integer, "UTF-16 units", "Where in the turn's text it begins"),
                TableColumn("spn_end", .integer, "UTF-16 units", "Where it ends; exclusive"),
                TableColumn("text", .text, "", "The piece of the turn's text"),
                TableColumn("scheme", .text, "", "Coding scheme; empty where none was used"),
                TableColumn("scheme_version", .text, "", "Its version"),
                TableColumn("stage", .text, "", "Stage of the rater's assignment"),
                TableColumn(
                    "reaction_ms", .real, "ms", "Taken off the key press for the coder's reaction"),
                TableColumn("note", .text, "", "A remark"),
                TableColumn("actor", .text, "", "Who made it as it stands"),
                TableColumn("made_utc", .utc, "", "When that was"),
                TableColumn("id", .text, "", "Identifier of the annotation"),
                TableColumn("review_version", .integer, "", "Number of its row in the review file"),
            ]
        try table("annotations", "Something that somebody marked, as it stands", columns) {
            builder in
            let schemes = try codeTitles()
            for annotation in try standingAnnotations() {
                let code = annotation.schemeSHA256.flatMap { schemes[$0]?[annotation.code] }
                builder.text(layer(annotation.layer))
                builder.text(annotation.kind.rawValue)
                builder.text(annotation.code)
                builder.text(code)
                builder.text(annotation.modifiers == "{}" ? nil : annotation.modifiers)
                moment(annotation.start, builder)
                moment(annotation.end, builder)
                builder.milliseconds(
                    annotation.end.flatMap { end in annotation.start.map { end - $0 } })
                builder.text(annotation.stream.flatMap { streamName($0) })
                builder.text(annotation.channel)
                builder.integer(annotation.turn)
                builder.integer(annotation.spanStart)
                builder.integer(annotation.spanEnd)
                builder.text(span(annotation))
                builder.text(annotation.scheme)
                builder.text(annotation.schemeVersion)
                builder.text(annotation.stage)
                builder.real(
                    (try? JSONValue(parsing: annotation.detail))?["reaction_ms"]?.number)
                builder.text(annotation.note.isEmpty ? nil : export.names.remark(annotation.note))
                builder.text(export.names.person(annotation.actor))
                builder.utc(annotation.madeRealtime &+ clock.shift)
                builder.text(annotation.annotation)
                builder.integer(annotation.id)
                try builder.endRow()
                try proceedSometimes(builder)
            }
        }
    }

    /// Annotations that are not removed and may be exported, in the order of time.
    private func standingAnnotations() throws -> [Annotation] {
        let all = try review.annotations()
        return all.filter { annotation in
            guard !annotation.isRemoved, takes(turn: annotation.turn) else { return false }
            if let stream = annotation.stream, streamName(stream) == nil { return false }
            guard let start = annotation.start else { return true }
            return export.takes(from: start, to: annotation.end ?? start)
        }.sorted {
            ($0.start?.nanoseconds ?? .max, $0.turn ?? .max, $0.id)
                < ($1.start?.nanoseconds ?? .max, $1.turn ?? .max, $1.id)
        }
    }

    /// Whether what is said of a turn is exported.
    private func takes(turn: Int64?) -> Bool {
        guard let turn else { return true }
        guard export.shows(.turns) else { return false }
        return turnsByNumber[turn].map { export.takes($0.sent) } ?? true
    }

    private func span(_ annotation: Annotation) -> String? {
        guard let turn = annotation.turn, let start = annotation.spanStart,
            let end = annotation.spanEnd, let text = turnsByNumber[turn]?.text
        else { return nil }
        let units = Array(text.utf16)
        let range = (Int(clamping: start)..<max(Int(clamping: start), Int(clamping: end)))
            .clamped(to: 0..<units.count)
        return String(decoding: units[range], as: UTF16.self)
    }

    /// Titles of codes, by the hash of their scheme.
    private func codeTitles() throws -> [String: [String: String]] {
        var titles: [String: [String: String]] = [:]
        for text in try review.schemes() {
            guard let scheme = try? CodingScheme.read(text.text, file: text.name) else { continue }
            titles[text.sha256] = Dictionary(
                scheme.codes.map { ($0.code, $0.title) }
                    + scheme.form.flags.map { ($0.name, $0.title) },
                uniquingKeysWith: { first, _ in first })
        }
        return titles
    }

    /// A layer is a coder's name, an assignment's id, or `signals`.
    private func layer(_ name: String) -> String {
        name == "signals" || study.assignments[name] != nil ? name : export.names.person(name)
    }
}
