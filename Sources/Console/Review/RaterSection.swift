import HTTPTypes
import Hummingbird
import Link
import Review
import SessionStore
import Web

/// The addresses of raters. All but the list begin with an assignment of theirs.
struct RaterSection: ConsoleSection {
    private let desk: RaterDesk
    private static let raters: Set<Role> = [.expert, .researcher, .participant]

    init(surroundings: ConsoleSurroundings, shelf: ReviewShelf) {
        desk = RaterDesk(surroundings: surroundings, shelf: shelf)
    }

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/review", Self.raters) { [self] call in
            try await blind {
                try ConsoleAnswer.json(
                    ListAnswer(assignments: try await desk.list(call.visitor)))
            }
        }
        router.get("api/review/:assignment", Self.raters) { [self] call in
            try await blind {
                try answer(try await desk.work(try call.parameter("assignment"), call.visitor))
            }
        }
        router.post("api/review/:assignment/open", Self.raters) { [self] call in
            try await blind {
                try answer(try await desk.open(try call.parameter("assignment"), call.visitor))
            }
        }
        router.post("api/review/:assignment/ratings", Self.raters) { [self] call in
            try await blind {
                try await desk.rate(
                    try call.parameter("assignment"), call.visitor,
                    try await call.body(RatingsRequest.self).ratings)
                return ConsoleAnswer.json(JSONValue.object(["kept": true]))
            }
        }
        router.post("api/review/:assignment/flags", Self.raters) { [self] call in
            try await blind {
                try await desk.flag(
                    try call.parameter("assignment"), call.visitor,
                    try await call.body(FlagsRequest.self).flags)
                return ConsoleAnswer.json(JSONValue.object(["kept": true]))
            }
        }
        router.post("api/review/:assignment/lock", Self.raters) { [self] call in
            try await blind {
                try answer(
                    try await desk.lock(
                        try call.parameter("assignment"), call.visitor,
                        try await call.body(LockRequest.self).stage))
            }
        }
    }

    private struct ListAnswer: Encodable { var assignments: [RaterDesk.Listed] }
    private struct RatingsRequest: Decodable { var ratings: [RaterDesk.RatingChange] }
    private struct FlagsRequest: Decodable { var flags: [RaterDesk.FlagPut] }
    private struct LockRequest: Decodable { var stage: ReviewStage }

    /// Lets nothing out that names a session, a file or a code.
    private func blind(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as RaterRefusal {
            throw ConsoleRefusal(refusal.status, refusal.message)
        } catch let refusal as ConsoleRefusal
            where refusal == .missing("conversation") || refusal == .missing("assignment")
            || refusal.status == .badRequest
            || refusal.status == .unsupportedMediaType
        {
            throw refusal
        } catch let refusal as BodyRefusal {
            throw refusal
        } catch let error as ClientError {
            if case .refused(let error) = error, error.shortName == "StageLocked" {
                throw ConsoleRefusal(RaterRefusal.locked.status, RaterRefusal.locked.message)
            }
            desk.surroundings.log.warning("A rating was not kept: \(error)")
            if case .refused = error {
                throw ConsoleRefusal(
                    .conflict, "The station did not take this. Tell the researcher.")
            }
            throw ConsoleRefusal(
                .serviceUnavailable, "The station is away at the moment. It is tried again.")
        } catch {
            desk.surroundings.log.warning("A conversation cannot be shown: \(error)")
            throw ConsoleRefusal(
                .internalServerError,
                "This conversation cannot be shown at the moment. Tell the researcher.")
        }
    }

    // MARK: - What a rater sees

    private struct Answer: Encodable {
        struct Said: Encodable {
            var stage: String
            var turn: Int64?
            var item: String
            var value: Int
            var rationale: String
        }
        struct Flag: Encodable {
            var flag: String
            var stage: String
            var turn: Int64?
            var start: Int64
            var end: Int64
            var code: String
            var rationale: String
        }
        var id: String
        var label: String
        var own: Bool
        /// Whether it is finished and not shown while others are open.
        var putAway: Bool
        var title: String
        var stages: [ReviewStage]
        /// The stage that is open; null once all are locked.
        var stage: ReviewStage?
        var items: [RatingItem]
        var flagCodes: [FlagCode]
        var turns: [Conversation.Turn]
        var ratings: [Said]
        var flags: [Flag]
    }

    private func answer(_ work: RaterDesk.Work) throws -> Response {
        let progress = work.progress
        let form = work.found.form
        // What a later stage asks is not told before.
        let shown = form.stages.filter {
            $0 == progress.stage || progress.locked.contains($0.rawValue)
        }
        return try ConsoleAnswer.json(
            Answer(
                id: work.id, label: work.found.assignment.label,
                own: work.found.assignment.purpose == .own, putAway: work.isPutAway,
                title: work.found.scheme.title,
                stages: form.stages, stage: progress.stage,
                items: form.ratings.filter { item in shown.contains { item.isAsked(in: $0) } },
                flagCodes: form.flags.filter { flag in shown.contains { flag.isUsed(in: $0) } },
                // A scheme without a second stage shows none afterwards either.
                turns: work.isPutAway
                    ? []
                    : work.conversation.turns(
                        in: progress.stage ?? form.stages.last ?? .transcript),
                ratings: (work.isPutAway ? [] : progress.ratings).compactMap { rating in
                    Int(rating.value).map {
                        Answer.Said(
                            stage: rating.stage, turn: rating.turn, item: rating.item, value: $0,
                            rationale: rating.rationale)
                    }
                },
                flags: (work.isPutAway ? [] : progress.flags).map {
                    Answer.Flag(
                        flag: $0.annotation, stage: $0.stage ?? "", turn: $0.turn,
                        start: $0.spanStart ?? 0, end: $0.spanEnd ?? 0, code: $0.code,
                        rationale: $0.note)
                }))
    }
}
