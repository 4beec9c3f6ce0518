import Hummingbird
import Link
import Review
import SessionStore

/// The researcher's addresses: plans, progress, results.
struct ReviewsSection: ConsoleSection {
    private let desk: ReviewsDesk

    init(surroundings: ConsoleSurroundings, shelf: ReviewShelf) {
        desk = ReviewsDesk(surroundings: surroundings, shelf: shelf)
    }

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/reviews/:study", [.researcher]) { [desk] call in
            try ConsoleAnswer.json(try await desk.overview(try call.parameter("study")))
        }
        router.post("api/reviews/:study/preview", [.researcher]) { [desk] call in
            try ConsoleAnswer.json(
                try await desk.preview(
                    try call.parameter("study"), try await call.body(ReviewsDesk.PlanRequest.self)))
        }
        router.post("api/reviews/:study/plans", [.researcher]) { [desk] call in
            let id = try await desk.make(
                try call.parameter("study"), try await call.body(ReviewsDesk.PlanRequest.self),
                by: call.visitor.name)
            return ConsoleAnswer.json(JSONValue.object(["plan": .string(id)]))
        }
        router.post("api/reviews/:study/assignments/:assignment", [.researcher]) { [desk] call in
            let asked = try await call.body(ChangeRequest.self)
            try await desk.change(
                try call.parameter("study"), try call.parameter("assignment"),
                action: asked.action, reason: asked.reason ?? "", by: call.visitor.name)
            return ConsoleAnswer.json(JSONValue.object(["done": true]))
        }
        router.post("api/reviews/:study/assignments/:assignment/invite", [.researcher]) {
            [desk] call in
            let url = try await desk.invite(
                try call.parameter("study"), try call.parameter("assignment"), by: call.visitor)
            return ConsoleAnswer.json(JSONValue.object(["url": .string(url)]))
        }
        router.get("api/reviews/:study/plans/:plan", [.researcher]) { [desk] call in
            let reading = try await desk.reading(
                try call.parameter("study"), try call.parameter("plan"))
            return try ConsoleAnswer.json(
                PlanAnswer(reading, try await desk.results(reading)))
        }
        router.get("api/reviews/:study/plans/:plan/sessions/:session", [.researcher]) {
            [desk] call in
            let reading = try await desk.reading(
                try call.parameter("study"), try call.parameter("plan"))
            let session = try call.parameter("session")
            guard let conversation = reading.sessions[session] else {
                throw ConsoleRefusal.missing("session")
            }
            return try ConsoleAnswer.json(BesideAnswer(reading, session, conversation))
        }
        router.get("api/reviews/:study/plans/:plan/tables/:table", [.researcher]) { [desk] call in
            try await table(desk, call)
        }
    }

    private struct ChangeRequest: Decodable {
        var action: String
        var reason: String?
    }

    private func table(_ desk: ReviewsDesk, _ call: ConsoleCall) async throws -> Response {
        let name = try call.parameter("table")
        let reading = try await desk.reading(
            try call.parameter("study"), try call.parameter("plan"))
        let table: ReviewTable
        switch name {
        case "ratings.csv": table = .ratings(reading.values)
        case "flags.csv": table = .flags(reading.flags)
        case "agreement.csv": table = .agreement(try await desk.results(reading))
        case "confusion.csv": table = .confusion(try await desk.results(reading))
        case "bias.csv": table = .bias(try await desk.results(reading))
        case "assignments.csv": table = reading.assignmentTable
        default: throw ConsoleRefusal.missing("table")
        }
        return ConsoleAnswer.download(
            Array(table.csv.utf8), type: "text/csv; charset=utf-8",
            name: "\(reading.plan.name.replacing(" ", with: "-"))-\(name)")
    }
}

extension PlanReading {
    var assignmentTable: ReviewTable {
        ReviewTable(
            columns: [
                "assignment", "rater", "role", "position", "purpose", "label", "session", "state",
                "answered", "asked", "flags",
            ],
            rows: entries.map {
                [
                    $0.assignment.id, $0.assignment.rater, $0.assignment.role.rawValue,
                    "\($0.assignment.position)", $0.assignment.purpose.rawValue,
                    $0.assignment.label, $0.assignment.session, $0.state, "\($0.answered)",
                    "\($0.asked)", "\($0.progress.flags.count)",
                ]
            })
    }
}

extension PlanReading.Entry {
    /// `open`, `begun`, `finished` or `withdrawn`.
    var state: String {
        if isWithdrawn { return "withdrawn" }
        return progress.isFinished ? "finished" : progress.opened.isEmpty ? "open" : "begun"
    }
}
