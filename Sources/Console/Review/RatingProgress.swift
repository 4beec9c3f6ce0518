import Review
import SessionStore

/// How far an assignment is: what was said, and which stages are locked.
struct RatingProgress: Sendable {
    let form: RatingForm
    let locked: Set<String>
    let opened: Set<String>
    let ratings: [Rating]
    let flags: [Annotation]

    /// - Parameter path: the session's file.
    init(_ path: String, assignment: String, form: RatingForm) throws {
        let reader = try ReviewReader.open(path)
        defer { try? reader.close() }
        let stages = try reader.stages(assignment: assignment)
        self.form = form
        locked = Set(stages.filter { $0.action == .locked }.map(\.stage))
        opened = Set(stages.map(\.stage))
        ratings = try reader.ratings(assignment: assignment)
        flags = try reader.annotations(layer: assignment).filter { $0.kind == .span }
    }

    /// The stage that is worked on; nil once all are locked.
    var stage: ReviewStage? { form.stages.first { !locked.contains($0.rawValue) } }
    var isFinished: Bool { stage == nil }

    /// Answers of a stage that are there.
    func given(_ stage: ReviewStage) -> Set<AnswerCheck.Given> {
        Set(
            ratings.filter { $0.stage == stage.rawValue && $0.value != "null" }
                .map { AnswerCheck.Given(item: $0.item, turn: $0.turn) })
    }
}
