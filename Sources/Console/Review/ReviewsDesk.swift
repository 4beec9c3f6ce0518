import Foundation
import Link
import Review
import SessionStore

/// What a researcher plans and looks at: who rates what, how far it is, and what came out.
struct ReviewsDesk: Sendable {
    let surroundings: ConsoleSurroundings
    let shelf: ReviewShelf

    // MARK: - Looking

    struct SchemeChoice: Encodable {
        var name: String
        var title: String
        var version: String
        var ratings: Int
        var flags: Int
        var stages: [ReviewStage]
    }

    struct SessionChoice: Encodable {
        var id: String
        var participant: String
        var startedUtcNs: Int64
        var durationS: Double?
        var condition: [String]
        var pilot: Bool
    }

    struct PlanLine: Encodable {
        var id: String
        var name: String
        var madeUtcNs: Int64
        var actor: String
        var scheme: String
        var schemeVersion: String
        var seed: Int64
        var assignments: Int
        var finished: Int
    }

    struct Overview: Encodable {
        var study: String
        var schemes: [SchemeChoice]
        var sessions: [SessionChoice]
        var raters: [String]
        var plans: [PlanLine]
    }

    func book(_ study: String) async throws -> ReviewBook {
        guard let book = try await shelf.book(study) else { throw ConsoleRefusal.missing("study") }
        return book
    }

    func overview(_ study: String) async throws -> Overview {
        let book = try await book(study)
        let sessions = try await surroundings.shelf.list(study: study)
        let schemes = try await surroundings.shelf.run { RatingScheme.all }
        return Overview(
            study: study,
            schemes: schemes.map {
                SchemeChoice(
                    name: $0.name, title: $0.title, version: $0.version,
                    ratings: $0.form.ratings.count, flags: $0.form.flags.count,
                    stages: $0.form.stages)
            },
            sessions: sessions.filter { $0.isFinished && $0.kind == "chat" }.map {
                SessionChoice(
                    id: $0.id, participant: $0.participant, startedUtcNs: $0.startedUtcNs,
                    durationS: $0.durationS,
                    condition: ($0.condition ?? [:]).sorted { $0.key < $1.key }
                        .map { "\($0.key): \($0.value)" }, pilot: $0.pilot)
            },
            raters: Set(
                book.assignments.filter { $0.purpose != .own }.map(\.rater)
                    + surroundings.gate.raterNames
            ).sorted(),
            plans: book.plans.map { plan in
                let own = book.assignments.filter { $0.plan == plan.id }
                return PlanLine(
                    id: plan.id, name: plan.name, madeUtcNs: plan.madeRealtime, actor: plan.actor,
                    scheme: plan.scheme, schemeVersion: plan.schemeVersion, seed: plan.seed,
                    assignments: own.count { !book.isWithdrawn($0) },
                    finished: own.count { book.changes[$0.id]?.action == "finished" })
            })
    }

    // MARK: - Planning

    struct PlanRequest: Decodable {
        var name: String?
        var scheme: String
        var sessions: [String]
        var raters: [String]
        var ratersPerSession: Int
        var calibration: [String]?
        var repeatShare: Double?
        var repeatDistance: Int?
        /// Whether participants rate those sessions themselves.
        var own: Bool?
        var seed: Int64?
        /// A UUID that the page makes, so that a plan that is sent twice is made once.
        var id: String?
    }

    struct Preview: Encodable {
        struct Line: Encodable {
            var rater: String
            var position: Int
            var session: String
            var participant: String
            var purpose: String
            var label: String
        }
        var seed: Int64
        var lines: [Line]
    }

    private struct Drawn {
        var scheme: RatingScheme
        var seed: Int64
        var drafts: [AssignmentDraft]
        var participants: [String: String]
    }

    private func draw(_ study: String, _ request: PlanRequest) async throws -> Drawn {
        _ = try await book(study)
        let schemes = try await surroundings.shelf.run { RatingScheme.all }
        guard let scheme = schemes.first(where: { $0.name == request.scheme }) else {
            throw ConsoleRefusal(.badRequest, "Choose a scheme.")
        }
        let chosen = request.sessions + (request.calibration ?? [])
        let known = Dictionary(
            try await surroundings.shelf.list(study: study)
                .filter { $0.isFinished && $0.kind == "chat" }.map { ($0.id, $0.participant) },
            uniquingKeysWith: { first, _ in first })
        guard chosen.allSatisfy({ known[$0] != nil }) else {
            throw ConsoleRefusal(
                .badRequest, "A chosen session is not of this study, or is not finished.")
        }
        let seed = request.seed ?? Int64.random(in: 1...999_999_999)
        let drawn = AssignmentRequest(
            sessions: request.sessions, raters: request.raters,
            ratersPerSession: request.ratersPerSession, calibration: request.calibration ?? [],
            repeatShare: request.repeatShare ?? 0, repeatDistance: request.repeatDistance ?? 3,
            own: request.own ?? false
                ? request.sessions.map { .init(session: $0, rater: known[$0] ?? "") } : [],
            seed: UInt64(bitPattern: seed))
        if let problem = drawn.problem {
            throw ConsoleRefusal(
                .badRequest, problem.prefix(1).uppercased() + problem.dropFirst() + ".")
        }
        return Drawn(
            scheme: scheme, seed: seed, drafts: AssignmentPlanner(drawn).drafts(),
            participants: known)
    }

    func preview(_ study: String, _ request: PlanRequest) async throws -> Preview {
        let drawn = try await draw(study, request)
        return Preview(
            seed: drawn.seed,
            lines: drawn.drafts.map {
                .init(
                    rater: $0.rater, position: $0.position, session: $0.session,
                    participant: drawn.participants[$0.session] ?? "",
                    purpose: $0.purpose.rawValue, label: $0.label)
            })
    }

    /// Makes a plan.
    /// - Returns: its id.
    func make(_ study: String, _ request: PlanRequest, by actor: String) async throws -> String {
        guard request.seed != nil else {
            throw ConsoleRefusal(
                .badRequest, "Look at the plan before you make it: it has no seed.")
        }
        let name = request.name ?? ""
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw ConsoleRefusal(.badRequest, "Give the plan a name.")
        }
        // Sent again because the answer was lost: its assignments would get other ids, and be there twice.
        if let id = request.id, try await book(study).plans.contains(where: { $0.id == id }) {
            return id
        }
        let drawn = try await draw(study, request)
        let id = request.id ?? UUID().uuidString.lowercased()
        let detail: JSONValue = [
            "raters_per_session": .integer(Int64(request.ratersPerSession)),
            "repeat_share": .real(request.repeatShare ?? 0),
            "repeat_distance": .integer(Int64(request.repeatDistance ?? 3)),
            "own": .bool(request.own ?? false),
            "sessions": .array(request.sessions.map(JSONValue.string)),
            "calibration": .array((request.calibration ?? []).map(JSONValue.string)),
            "raters": .array(request.raters.map(JSONValue.string)),
        ]
        _ = try await surroundings.station.call(
            ReviewInterface.MakePlan.self,
            .init(
                study: study, actor: actor,
                plan: ReviewPlanInfo(
                    id: id, name: name, scheme: drawn.scheme.name,
                    schemeVersion: drawn.scheme.version, schemeText: drawn.scheme.text,
                    seed: drawn.seed, detail: detail),
                assignments: drawn.drafts.map {
                    AssignmentInfo(
                        id: UUID().uuidString.lowercased(), rater: $0.rater,
                        role: $0.purpose == .own
                            ? RatingRole.participant.rawValue : RatingRole.expert.rawValue,
                        session: $0.session, position: $0.position, purpose: $0.purpose.rawValue,
                        label: $0.label)
                }))
        return id
    }

    /// Takes an assignment back, or gives it out again.
    func change(
        _ study: String, _ assignment: String, action: String, reason: String, by actor: String
    ) async throws {
        guard ["withdrawn", "restored"].contains(action) else {
            throw ConsoleRefusal(.badRequest, "An assignment is withdrawn or restored.")
        }
        guard try await book(study).assignments.contains(where: { $0.id == assignment }) else {
            throw ConsoleRefusal.missing("assignment")
        }
        _ = try await surroundings.station.call(
            ReviewInterface.ChangeAssignment.self,
            .init(
                study: study, actor: actor, assignment: assignment, action: action, reason: reason))
    }

    /// A link by which a participant rates their own session; it works once.
    func invite(
        _ study: String, _ assignment: String, by visitor: Visitor
    ) async throws -> String {
        let book = try await book(study)
        guard
            let found = book.assignments.first(where: {
                $0.id == assignment && $0.purpose == .own && !book.isWithdrawn($0)
            })
        else { throw ConsoleRefusal.missing("assignment") }
        let token = try await surroundings.gate.makeLink(
            role: .participant, session: found.session)
        await surroundings.note(
            .accessLink, study: study, ["assignment": assignment, "session": found.session],
            by: visitor)
        return surroundings.gate.address(ofLink: token) + "&from=/review"
    }

    // MARK: - Results

    func reading(_ study: String, _ plan: String) async throws -> PlanReading {
        let book = try await book(study)
        guard let plan = book.plans.first(where: { $0.id == plan }) else {
            throw ConsoleRefusal.missing("plan")
        }
        return try await PlanReading(plan, book, surroundings)
    }

    func results(_ reading: PlanReading) async throws -> ReviewResults {
        try await surroundings.shelf.run { reading.results(seed: 1, resamples: 2000) }
    }
}
