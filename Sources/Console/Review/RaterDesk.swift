import Foundation
import Link
import Review
import SessionStore
import StudyProtocol

/// What raters see and do: their own assignments, and nothing that tells whose session it is.
struct RaterDesk: Sendable {
    let surroundings: ConsoleSurroundings
    let shelf: ReviewShelf

    // MARK: - What there is to do

    struct Listed: Encodable {
        var id: String
        var label: String
        var own: Bool
        /// `open`, `begun`, `finished` or `waiting` (until the one before is finished).
        var state: String
        var stage: ReviewStage?
        var answered: Int
        var asked: Int
    }

    func list(_ visitor: Visitor) async throws -> [Listed] {
        var listed: [Listed] = []
        var isWaiting: [String: Bool] = [:]
        for found in try await shelf.assignments(of: visitor) {
            // A session that was withdrawn is nobody's task any more.
            guard let opened = try? await surroundings.shelf.open(found.assignment.session)
            else { continue }
            let form = found.form
            let id = found.assignment.id
            let isOwn = found.assignment.purpose == .own
            let (progress, conversation) = try await opened.read { reader in
                (
                    try RatingProgress(opened.path, assignment: id, form: form),
                    try Conversation(reader, file: opened.path, isOwn: isOwn)
                )
            }
            if conversation.isWithheld { continue }
            let turns = conversation.checked
            var (answered, asked) = (0, 0)
            for stage in form.stages {
                let check = AnswerCheck(form: form, stage: stage, turns: turns)
                let given = progress.given(stage)
                asked += check.asked.count
                answered += check.asked.count {
                    given.contains(.init(item: $0.item.name, turn: $0.turn))
                }
            }
            let plan = found.assignment.plan
            let state =
                progress.isFinished
                ? "finished"
                : isWaiting[plan] ?? false ? "waiting" : progress.opened.isEmpty ? "open" : "begun"
            if !progress.isFinished { isWaiting[plan] = true }
            listed.append(
                Listed(
                    id: id, label: found.assignment.label, own: isOwn, state: state,
                    stage: progress.stage, answered: answered, asked: asked))
        }
        return listed
    }

    // MARK: - One of them

    /// An assignment that is at work.
    struct Work {
        var found: ReviewShelf.Found
        /// What else its rater has by the same plan.
        var others: [ReviewShelf.Found]
        var conversation: Conversation
        var progress: RatingProgress
        /// Whether it is finished while others of its plan are not. Then it is not shown again: one of them
        /// may be the same conversation once more, and what was said the first time would be copied.
        var isPutAway = false

        var session: String { found.assignment.session }
        var id: String { found.assignment.id }

        func check(_ stage: ReviewStage) -> AnswerCheck {
            AnswerCheck(form: found.form, stage: stage, turns: conversation.checked)
        }
    }

    func work(_ id: String, _ visitor: Visitor) async throws -> Work {
        let (found, others) = try await shelf.assignment(id, of: visitor)
        for other in others where other.assignment.position < found.assignment.position {
            guard try await !isOpen(other) else {
                throw RaterRefusal(.conflict, "Finish '\(other.assignment.label)' first.")
            }
        }
        return try await work(found, others)
    }

    /// Whether something is still to be done; not where its session or consent to it was withdrawn.
    private func isOpen(_ found: ReviewShelf.Found) async throws -> Bool {
        guard let opened = try? await surroundings.shelf.open(found.assignment.session)
        else { return false }
        return try await opened.read { reader in
            let progress = try RatingProgress(
                opened.path, assignment: found.assignment.id, form: found.form)
            guard !progress.isFinished else { return false }
            return SessionConsent.read(of: try reader.session(), file: opened.path).shows(.turns)
        }
    }

    private func work(_ found: ReviewShelf.Found, _ others: [ReviewShelf.Found]) async throws
        -> Work
    {
        let opened = try await surroundings.shelf.open(found.assignment.session)
        let form = found.form
        var work = try await opened.read { reader in
            Work(
                found: found, others: others,
                conversation: try Conversation(
                    reader, file: opened.path, isOwn: found.assignment.purpose == .own),
                progress: try RatingProgress(
                    opened.path, assignment: found.assignment.id, form: form))
        }
        guard !work.conversation.isWithheld else { throw ConsoleRefusal.missing("conversation") }
        guard work.progress.isFinished else { return work }
        for other in others where try await isOpen(other) {
            work.isPutAway = true
            break
        }
        return work
    }

    // MARK: - Saying something

    struct RatingChange: Decodable {
        var change: String
        var turn: Int64?
        var item: String
        /// nil takes the answer back.
        var value: Int?
        var rationale: String?
    }

    /// Keeps answers as drafts of the stage that is open.
    func rate(_ id: String, _ visitor: Visitor, _ changes: [RatingChange]) async throws {
        let work = try await work(id, visitor)
        guard let stage = work.progress.stage else { throw RaterRefusal.locked }
        let check = work.check(stage)
        for change in changes {
            if let problem = check.problem(
                item: change.item, turn: change.turn, value: change.value,
                rationale: change.rationale)
            {
                throw RaterRefusal(.badRequest, "This answer cannot be kept: \(problem).")
            }
        }
        let puts = changes.map {
            put(
                work, stage, change: $0.change, turn: $0.turn, item: $0.item,
                value: $0.value.map { "\($0)" } ?? "null", rationale: $0.rationale, isDraft: true)
        }
        guard !puts.isEmpty else { return }
        _ = try await surroundings.station.call(
            ReviewInterface.PutRatings.self, .init(session: work.session, ratings: puts))
    }

    private func put(
        _ work: Work, _ stage: ReviewStage, change: String, turn: Int64?, item: String,
        value: String, rationale: String?, isDraft: Bool
    ) -> RatingPut {
        RatingPut(
            change: change, rater: work.found.assignment.rater,
            role: work.found.assignment.role.rawValue, assignment: work.id, stage: stage.rawValue,
            turn: turn, item: item, value: value, rationale: rationale, draft: isDraft)
    }

    struct FlagPut: Decodable {
        var change: String
        var flag: String
        /// `add`, `change` or `remove`.
        var action: String
        var turn: Int64
        var start: Int
        var end: Int
        var code: String
        var rationale: String?
    }

    /// Keeps flags of the stage that is open.
    func flag(_ id: String, _ visitor: Visitor, _ changes: [FlagPut]) async throws {
        let work = try await work(id, visitor)
        guard let stage = work.progress.stage else { throw RaterRefusal.locked }
        let check = work.check(stage)
        let scheme = work.found.scheme
        for change in changes {
            guard ["add", "change", "remove"].contains(change.action) else {
                throw RaterRefusal(.badRequest, "A flag is added, changed or removed.")
            }
            let known = work.progress.flags.first { $0.annotation == change.flag }
            if let known, known.stage != stage.rawValue { throw RaterRefusal.locked }
            if let problem = check.problem(
                flag: change.code, turn: change.turn, from: change.start, to: change.end)
            {
                throw RaterRefusal(.badRequest, "This flag cannot be kept: \(problem).")
            }
        }
        guard !changes.isEmpty else { return }
        let kept = try await surroundings.station.call(
            ReviewInterface.AddScheme.self,
            .init(
                session: work.session, actor: work.found.assignment.rater, name: scheme.name,
                version: scheme.version, text: scheme.text))
        let puts = changes.map {
            AnnotationPut(
                change: $0.change, annotation: $0.flag, action: $0.action, layer: work.id,
                scheme: scheme.name, schemeVersion: scheme.version, schemeSha256: kept.sha256,
                kind: AnnotationKind.span.rawValue, code: $0.code, turn: $0.turn,
                spanStart: Int64($0.start), spanEnd: Int64($0.end), stage: stage.rawValue,
                note: $0.rationale, removed: $0.action == "remove")
        }
        _ = try await surroundings.station.call(
            ReviewInterface.PutAnnotations.self,
            .init(session: work.session, actor: work.found.assignment.rater, changes: puts))
    }

    // MARK: - Stages

    /// Notes that the rater begins.
    func open(_ id: String, _ visitor: Visitor) async throws -> Work {
        let work = try await work(id, visitor)
        guard let stage = work.progress.stage,
            !work.progress.opened.contains(stage.rawValue)
        else { return work }
        try await set(work, stage, .opened)
        return try await self.work(work.found, work.others)
    }

    /// Closes a stage for good, and opens the next one.
    func lock(_ id: String, _ visitor: Visitor, _ stage: ReviewStage) async throws -> Work {
        let work = try await work(id, visitor)
        // Asked again, because an answer was lost: it is done.
        if work.progress.locked.contains(stage.rawValue) { return work }
        guard stage == work.progress.stage else {
            throw RaterRefusal(.conflict, "Another stage comes first: load the page again.")
        }
        let check = work.check(stage)
        let lacking = check.lacking(work.progress.given(stage))
        guard lacking.isEmpty else {
            throw RaterRefusal(
                .conflict,
                lacking.count == 1
                    ? "One answer is still missing." : "\(lacking.count) answers are still missing."
            )
        }
        let answers = work.progress.ratings.filter {
            $0.stage == stage.rawValue && $0.value != "null"
        }
        let unexplained =
            answers.count { check.isUnexplained(item: $0.item, rationale: $0.rationale) }
            + work.progress.flags.count {
                $0.stage == stage.rawValue
                    && check.isUnexplained(flag: $0.code, rationale: $0.note)
            }
        guard unexplained == 0 else {
            throw RaterRefusal(
                .conflict,
                unexplained == 1
                    ? "One reason is still missing." : "\(unexplained) reasons are still missing.")
        }
        let drafts = answers.filter(\.isDraft)
        if !drafts.isEmpty {
            let puts = drafts.map {
                put(
                    work, stage, change: UUID().uuidString.lowercased(), turn: $0.turn,
                    item: $0.item, value: $0.value, rationale: $0.rationale, isDraft: false)
            }
            _ = try await surroundings.station.call(
                ReviewInterface.PutRatings.self, .init(session: work.session, ratings: puts))
        }
        try await set(work, stage, .locked)
        let stages = work.found.form.stages
        if let place = stages.firstIndex(of: stage), place + 1 < stages.count {
            try await set(work, stages[place + 1], .opened)
        } else {
            _ = try await surroundings.station.call(
                ReviewInterface.ChangeAssignment.self,
                .init(
                    study: work.found.book.study, actor: work.found.assignment.rater,
                    assignment: work.id, action: "finished"))
        }
        return try await self.work(work.found, work.others)
    }

    private func set(
        _ work: Work, _ stage: ReviewStage, _ action: RatingStage.Action
    ) async throws {
        _ = try await surroundings.station.call(
            ReviewInterface.SetStage.self,
            .init(
                session: work.session, rater: work.found.assignment.rater, assignment: work.id,
                stage: stage.rawValue, action: action.rawValue))
    }
}
