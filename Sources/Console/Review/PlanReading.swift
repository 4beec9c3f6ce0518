import Review
import SessionStore

/// All that was said by one plan, as it stands now. Drafts count as progress and not as results.
struct PlanReading: Sendable {
    struct Entry: Sendable {
        var assignment: ReviewAssignment
        var progress: RatingProgress
        var answered: Int
        var asked: Int
        var isWithdrawn: Bool
    }

    let plan: ReviewPlan
    let scheme: RatingScheme
    private(set) var entries: [Entry] = []
    private(set) var sessions: [String: Conversation] = [:]
    /// Sessions whose files cannot be read, such as withdrawn ones.
    private(set) var unreadable: [String] = []

    init(
        _ plan: ReviewPlan, _ book: ReviewBook, _ surroundings: ConsoleSurroundings
    ) async throws {
        guard let scheme = book.schemes[plan.id] else {
            throw ConsoleRefusal(
                .unprocessableContent, "The plan's scheme cannot be read by this version.")
        }
        self.plan = plan
        self.scheme = scheme
        for assignment in book.assignments where assignment.plan == plan.id {
            guard !unreadable.contains(assignment.session),
                let opened = try? await surroundings.shelf.open(assignment.session)
            else {
                if !unreadable.contains(assignment.session) {
                    unreadable.append(assignment.session)
                }
                continue
            }
            let form = scheme.form(for: assignment.purpose)
            let known = sessions[assignment.session]
            let (progress, conversation) = try await opened.read { reader in
                (
                    try RatingProgress(opened.path, assignment: assignment.id, form: form),
                    // The researcher sees texts as they are.
                    try known ?? Conversation(reader, file: opened.path, isOwn: true)
                )
            }
            sessions[assignment.session] = conversation
            var (answered, asked) = (0, 0)
            for stage in form.stages {
                let check = AnswerCheck(form: form, stage: stage, turns: conversation.checked)
                let given = progress.given(stage)
                asked += check.asked.count
                answered += check.asked.count {
                    given.contains(.init(item: $0.item.name, turn: $0.turn))
                }
            }
            entries.append(
                Entry(
                    assignment: assignment, progress: progress, answered: answered, asked: asked,
                    isWithdrawn: book.isWithdrawn(assignment)))
        }
    }

    /// What counts: of assignments that are not withdrawn, of stages that are locked.
    private var counted: [(Entry, ReviewStage)] {
        entries.filter { !$0.isWithdrawn }.flatMap { entry in
            ReviewStage.allCases.filter { entry.progress.locked.contains($0.rawValue) }
                .map { (entry, $0) }
        }
    }

    var values: [RatedValue] {
        counted.flatMap { entry, stage in
            entry.progress.ratings.compactMap { rating in
                guard rating.stage == stage.rawValue, let value = Int(rating.value) else {
                    return nil
                }
                let own = entry.assignment
                return RatedValue(
                    assignment: own.id, rater: own.rater, role: own.role, purpose: own.purpose,
                    session: own.session, stage: stage, turn: rating.turn, item: rating.item,
                    value: value, rationale: rating.rationale)
            }
        }
    }

    var flags: [RaisedFlag] {
        counted.flatMap { entry, stage in
            entry.progress.flags.compactMap { flag in
                guard flag.stage == stage.rawValue, let turn = flag.turn else { return nil }
                let own = entry.assignment
                return RaisedFlag(
                    assignment: own.id, rater: own.rater, purpose: own.purpose,
                    session: own.session, stage: stage, turn: turn,
                    start: Int(flag.spanStart ?? 0), end: Int(flag.spanEnd ?? 0), code: flag.code,
                    rationale: flag.note)
            }
        }
    }

    var rated: [RatedSession] {
        sessions.sorted { $0.key < $1.key }.map { id, conversation in
            var finished: [ReviewStage: Set<String>] = [:]
            for (entry, stage) in counted
            where entry.assignment.session == id && entry.assignment.purpose == .main {
                finished[stage, default: []].insert(entry.assignment.rater)
            }
            return RatedSession(id: id, turns: conversation.checked, finished: finished)
        }
    }

    func results(seed: UInt64, resamples: Int) -> ReviewResults {
        ReviewResults(
            form: scheme.form, values: values, flags: flags, sessions: rated, seed: seed,
            resamples: resamples)
    }
}
