import Hummingbird
import Link
import SystemCalls

/// What is done in a session that records. Each answer is what the daemon said, in its words where it
/// refused; nothing is taken for granted before.
extension Dashboard {
    private struct PhaseOrder: Decodable, Sendable {
        var phase: String
        var reason: String?
    }

    private struct MarkOrder: Decodable, Sendable {
        var label: String
        var text: String?
        /// When it was pressed, or the first key of its text, and the bound of that.
        var atNs: Int64?
        var boundNs: Int64?
        /// When it was sent.
        var sentNs: Int64?
    }

    private struct ReasonOrder: Decodable, Sendable {
        var reason: String?
        var outcome: String?
    }

    private struct TextOrder: Decodable, Sendable { var text: String }
    private struct NotesOrder: Decodable, Sendable { var notes: [String: String] }
    private struct AnswersOrder: Decodable, Sendable { var answers: [String: Bool] }

    private struct AlarmOrder: Decodable, Sendable {
        var session: String
        var alarm: String
        var note: String?
    }

    func addProcedureRoutes(to router: ConsoleRouter) {
        let (commands, watch) = (commands, watch)
        let path = { (command: String) in
            RouterPath("api/dashboard/sessions/:session/\(command)")
        }
        router.post(path("phase"), Self.actors) { call in
            let order = try await call.body(PhaseOrder.self)
            let session = try call.session
            let reply: ControlInterface.StartPhase.Reply
            do throws(ClientError) {
                reply = try await commands.call(
                    ControlInterface.StartPhase.self,
                    .init(
                        session: session, phase: order.phase, reason: order.reason,
                        actor: call.visitor.name))
            } catch {
                return try Self.asked(for: error)
            }
            return try ConsoleAnswer.json(reply)
        }
        router.post(path("mark"), Self.actors) { call in
            let order = try await call.body(MarkOrder.self)
            var detail: [String: JSONValue] = [:]
            if let text = order.text { detail["text"] = .string(text) }
            if let sent = order.sentNs { detail["sent_ns"] = .integer(sent) }
            let reply = try await commands.call(
                ControlInterface.Mark.self,
                .init(
                    session: try call.session, label: order.label,
                    detail: detail.isEmpty ? nil : .object(detail), timeNs: order.atNs,
                    boundNs: order.atNs == nil ? nil : order.boundNs, actor: call.visitor.name))
            return try ConsoleAnswer.json(reply)
        }
        router.post(path("pause"), Self.actors) { call in
            let order = try await call.body(ReasonOrder.self)
            return try ConsoleAnswer.json(
                try await commands.call(
                    ControlInterface.PauseSession.self,
                    .init(
                        session: try call.session, reason: order.reason ?? "",
                        actor: call.visitor.name)))
        }
        router.post(path("resume"), Self.actors) { call in
            let order = try await call.body(ReasonOrder.self)
            return try ConsoleAnswer.json(
                try await commands.call(
                    ControlInterface.ResumeSession.self,
                    .init(
                        session: try call.session, reason: order.reason, actor: call.visitor.name)))
        }
        router.post(path("stop"), Self.actors) { call in
            let order = try await call.body(ReasonOrder.self)
            return try ConsoleAnswer.json(
                try await commands.call(
                    ControlInterface.StopSession.self,
                    .init(
                        session: try call.session, outcome: order.outcome, reason: order.reason,
                        actor: call.visitor.name)))
        }
        router.post(path("message"), Self.actors) { call in
            let order = try await call.body(TextOrder.self)
            return try ConsoleAnswer.json(
                try await commands.call(
                    ControlInterface.SendMessage.self,
                    .init(
                        session: try call.session, text: order.text, actor: call.visitor.name)))
        }
        router.post(path("fitting"), Self.actors) { call in
            let order = try await call.body(NotesOrder.self)
            let session = try call.session
            let reply = try await commands.call(
                ControlInterface.NoteFitting.self,
                .init(session: session, notes: order.notes, actor: call.visitor.name))
            await watch.check(session)
            return try ConsoleAnswer.json(reply)
        }
        router.post(path("check"), Self.actors) { call in
            await watch.check(try call.session)
            return ConsoleAnswer.json([:])
        }
        router.post(path("consent"), Self.actors) { call in
            let order = try await call.body(AnswersOrder.self)
            return try ConsoleAnswer.json(
                try await commands.call(
                    StudyInterface.RecordConsent.self,
                    .init(
                        session: try call.session, answers: order.answers,
                        actor: call.visitor.name)))
        }
        router.post(path("invite"), Self.actors) { call in
            try ConsoleAnswer.json(
                try await watch.callChat(
                    ChatInterface.Invite.self,
                    .init(session: try call.session, actor: call.visitor.name)))
        }
        router.post(path("revoke"), Self.actors) { call in
            try ConsoleAnswer.json(
                try await watch.callChat(
                    ChatInterface.RevokeInvitations.self,
                    .init(session: try call.session, actor: call.visitor.name)))
        }
        router.post("api/dashboard/alarms/acknowledge", Self.actors) { call in
            let order = try await call.body(AlarmOrder.self)
            if watch.dismiss(session: order.session, alarm: order.alarm) {
                return ConsoleAnswer.json([:])
            }
            return try ConsoleAnswer.json(
                try await commands.call(
                    ControlInterface.AcknowledgeAlarm.self,
                    .init(
                        session: order.session, alarm: order.alarm, note: order.note,
                        actor: call.visitor.name)))
        }
    }

    /// A fitting that is not done is no failure: the daemon wants a reason, and the page asks for it.
    private static func asked(for error: ClientError) throws -> Response {
        guard case .refused(let refusal) = error,
            case .notReady(let checks, let reason)? = ControlError(refusal)
        else { throw error }
        return ConsoleAnswer.json([
            "needs_reason": [
                "checks": .array(checks.map(JSONValue.string)), "words": .string(reason),
            ]
        ])
    }
}

extension ConsoleCall {
    /// The session of the path. An empty one would mean any that records.
    var session: String {
        get throws(ConsoleRefusal) {
            let session = try parameter("session")
            guard session.utf8.count >= 6 else { throw .missing("session") }
            return session
        }
    }
}
