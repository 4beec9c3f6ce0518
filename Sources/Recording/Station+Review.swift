import Link
import SessionStore
import SystemCalls

/// The answers of `io.attune.Review`: what people say of finished sessions, and who rates what.
extension Station {
    func answerReview(_ call: VarlinkCall) throws {
        switch call.method {
        case ReviewInterface.AddScheme.name:
            let asked = try call.parameters(of: ReviewInterface.AddScheme.self)
            let scheme = CodingSchemeText(
                actor: teller(asked.actor, call), name: asked.name, version: asked.version,
                text: asked.text)
            try order(.scheme(scheme), of: asked.session, call, "scheme add", by: call.actor)
        case ReviewInterface.PutAnnotations.name:
            let asked = try call.parameters(of: ReviewInterface.PutAnnotations.self)
            let changes = try asked.changes.map { try AnnotationChange($0) }
            let actor = teller(asked.actor, call)
            try order(
                .annotations(changes, actor: actor), of: asked.session, call, "annotations put",
                [("changes", "\(changes.count)")], by: call.actor)
        case ReviewInterface.PutRatings.name:
            let asked = try call.parameters(of: ReviewInterface.PutRatings.self)
            let ratings = try asked.ratings.map { try Rating($0) }
            try order(
                .ratings(ratings), of: asked.session, call, "ratings put",
                [("ratings", "\(ratings.count)")], by: call.actor(named: ratings.first?.rater))
        case ReviewInterface.SetStage.name:
            let asked = try call.parameters(of: ReviewInterface.SetStage.self)
            guard let action = RatingStage.Action(rawValue: asked.action) else {
                throw ReviewRefusal.refused(
                    change: "", reason: "an action is opened or locked, not '\(asked.action)'")
            }
            let stage = RatingStage(
                rater: asked.rater, assignment: asked.assignment, stage: asked.stage,
                action: action)
            try order(
                .stage(stage), of: asked.session, call, "stage \(action.rawValue)",
                [("assignment", JSONText.string(stage.assignment))],
                by: call.actor(named: stage.rater))
        case ReviewInterface.AddTranscript.name: try addTranscript(call)
        case ReviewInterface.MakePlan.name: try makePlan(call)
        case ReviewInterface.ChangeAssignment.name: try changeAssignment(call)
        default: throw VarlinkError.methodNotImplemented(call.method)
        }
    }

    /// Who did it: whom the caller names, else the caller.
    private func teller(_ named: String?, _ call: VarlinkCall) -> String {
        named.map { $0.isBlank ? call.actor : $0 } ?? call.actor
    }

    private func addTranscript(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ReviewInterface.AddTranscript.self)
        guard let source = Transcript.Source(rawValue: asked.source) else {
            throw ReviewRefusal.refused(
                change: asked.change,
                reason: "a transcript's source is one of "
                    + Transcript.Source.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let transcript = Transcript(
            change: asked.change, actor: teller(asked.actor, call), source: source,
            language: asked.language ?? "", detail: asked.detail?.text ?? "{}")
        try order(
            .transcript(transcript, asked.segments.map(TranscriptSegment.init)),
            of: asked.session, call, "transcript add", by: call.actor)
    }

    /// Has something added to a session's review file, and keeps the call until it is durable.
    private func order(
        _ order: ReviewKeeper.Order, of asked: String, _ call: VarlinkCall, _ action: String,
        _ detail: [(String, String)] = [], by actor: String
    ) throws {
        if !asked.isEmpty, let active = session(asked) {
            throw ReviewRefusal.invalidState(active.state.rawValue, expected: ["finished"])
        }
        let stored: SessionInfo
        do {
            stored = try self.stored(asked)
        } catch ControlError.noSuchSession {
            throw ReviewRefusal.noSuchSession(asked)
        }
        guard !removing.contains(stored.id) else { throw ReviewRefusal.noSuchSession(asked) }
        let number = nextAlignment
        nextAlignment += 1
        alignCalls[number] = call
        noteWhenReviewed(
            number, action, session: stored.id, study: stored.study, detail, actor: actor)
        reviewKeeper.messages.post(
            ReviewKeeper.Message(path: stored.file, order: order, number: number))
    }

    func reviewed(_ number: UInt64, _ outcome: ReviewOutcome) {
        if case .paused = outcome { return reviewsDrained(number) }
        let call = alignCalls.removeValue(forKey: number)
        if case .failed = outcome {
            noteReviewed(number, isDone: false)
        } else {
            noteReviewed(number, isDone: true)
        }
        switch outcome {
        case .scheme(let row, let sha256):
            call?.reply(ReviewInterface.AddScheme.Reply(id: row.id, sha256: sha256))
        case .annotations(let rows, let version):
            call?.reply(
                ReviewInterface.PutAnnotations.Reply(
                    rows: rows.map(ReviewRowInfo.init), version: version))
        case .ratings(let rows):
            call?.reply(ReviewInterface.PutRatings.Reply(rows: rows.map(ReviewRowInfo.init)))
        case .stage(let row):
            call?.reply(ReviewInterface.SetStage.Reply(row: ReviewRowInfo(row)))
        case .paused: break
        case .transcript(let row):
            call?.reply(ReviewInterface.AddTranscript.Reply(row: ReviewRowInfo(row)))
        case .failed(let error, let path):
            log.warning("nothing was added beside \(path): \(error)")
            call?.fail(ReviewRefusal(error))
        }
    }

    // MARK: - Who rates what

    private func reviewedStudy(_ name: String) throws -> StudyDatabase {
        guard hasDatabase(study: name) else { throw ReviewRefusal.noSuchStudy(name) }
        return try study(name)
    }

    private func makePlan(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ReviewInterface.MakePlan.self)
        let plan = ReviewPlan(
            id: asked.plan.id, actor: teller(asked.actor, call), name: asked.plan.name,
            scheme: asked.plan.scheme, schemeVersion: asked.plan.schemeVersion,
            schemeText: asked.plan.schemeText, seed: asked.plan.seed,
            detail: asked.plan.detail?.text ?? "{}")
        let assignments = try asked.assignments.map { try ReviewAssignment($0, plan: plan.id) }
        let database = try reviewedStudy(asked.study)
        let added: Int
        do throws(SessionStoreError) {
            added = try database.make(plan, assignments)
        } catch {
            throw ReviewRefusal(error, change: plan.id)
        }
        note(
            "review plan", [("plan", JSONText.string(plan.id)), ("assignments", "\(added)")],
            study: asked.study, actor: call.actor)
        log.info("the study \(asked.study) has the review plan \(plan.name): \(added) assignments")
        call.reply(ReviewInterface.MakePlan.Reply(added: Int64(added)))
    }

    private func changeAssignment(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ReviewInterface.ChangeAssignment.self)
        let change = AssignmentChange(
            assignment: asked.assignment, actor: teller(asked.actor, call), action: asked.action,
            reason: asked.reason ?? "")
        let database = try reviewedStudy(asked.study)
        do throws(SessionStoreError) {
            try database.add(change)
        } catch {
            throw ReviewRefusal(error, change: asked.assignment)
        }
        note(
            "assignment change",
            [
                ("assignment", JSONText.string(change.assignment)),
                ("action", JSONText.string(change.action)),
            ], study: asked.study, actor: call.actor)
        call.reply(ReviewInterface.ChangeAssignment.Reply())
    }
}
