import Glibc
import Link
import SessionStore
import SystemCalls
import Testing

/// A stand-in for the daemon that keeps what raters say, in the real review files, on a real socket.
final class ReviewKeeperDouble: Sendable {
    private let signal: EventSignal
    private let thread: DedicatedThread

    /// - Parameters:
    ///   - sessions: the sessions' files by their ids.
    ///   - study: the path of the study's database.
    init(path: String, sessions: [String: String], study: String) throws {
        let socket = try ListeningSocket(path: path, mode: 0o600)
        let signal = try EventSignal()
        self.signal = signal
        thread = try DedicatedThread(name: "keeper", stackSize: 8 << 20) {
            do {
                let server = try VarlinkServer(
                    socket: socket,
                    identity: ServiceIdentity(
                        vendor: "Attune", product: "stand-in", version: "1",
                        url: "https://example.org"),
                    interfaces: [try InterfaceDescription(ReviewInterface.text)],
                    rules: ReviewInterface.rules,
                    policy: AccessPolicy(watchGroups: [], controlGroups: []),
                    limits: ServerLimits())
                let handler = Handler(sessions: sessions, study: study)
                server.handler = handler
                defer { withExtendedLifetime(handler) {} }
                while true {
                    var entries = [
                        pollfd(fd: server.pollDescriptor, events: Int16(POLLIN), revents: 0),
                        pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0),
                    ]
                    _ = unsafe poll(&entries, 2, -1)
                    if entries[1].revents != 0 { return }
                    try server.process()
                }
            } catch {
                print("the stand-in failed: \(error)")
            }
        }
    }

    /// Ends it and waits.
    func stop() {
        signal.raise()
        thread.join()
    }

    private final class Handler: VarlinkHandler {
        private let sessions: [String: String]
        private let study: String

        init(sessions: [String: String], study: String) {
            self.sessions = sessions
            self.study = study
        }

        func connectionClosed(_ connection: ConnectionID) {}

        func handle(_ call: VarlinkCall) {
            do {
                try answer(call)
            } catch let error as SessionReviewError {
                switch error {
                case .locked(let change, let stage):
                    call.fail(ReviewRefusal.stageLocked(change: change, stage: stage))
                default: call.fail(ReviewRefusal.refused(change: "", reason: "\(error)"))
                }
            } catch {
                call.fail(ReviewRefusal.refused(change: "", reason: "\(error)"))
            }
        }

        private func review(_ session: String) throws -> SessionReview {
            guard let path = sessions[session] else {
                throw ReviewRefusal.refused(change: "", reason: "no session")
            }
            return SessionReview(path: path)
        }

        private func told(_ row: ReviewRow) -> ReviewRowInfo {
            ReviewRowInfo(change: row.change, id: row.id, madeUtcNs: row.madeRealtime)
        }

        private func answer(_ call: VarlinkCall) throws {
            switch call.method {
            case ReviewInterface.AddScheme.name:
                let given = try call.parameters(of: ReviewInterface.AddScheme.self)
                let scheme = CodingSchemeText(
                    actor: given.actor ?? "", name: given.name, version: given.version,
                    text: given.text)
                let row = try review(given.session).add(scheme)
                call.reply(ReviewInterface.AddScheme.Reply(id: row.id, sha256: scheme.sha256))
            case ReviewInterface.PutAnnotations.name:
                let given = try call.parameters(of: ReviewInterface.PutAnnotations.self)
                let changes = try given.changes.map { put in
                    AnnotationChange(
                        change: put.change, annotation: put.annotation,
                        action: try #require(AnnotationAction(rawValue: put.action)),
                        layer: put.layer, scheme: put.scheme, schemeVersion: put.schemeVersion,
                        schemeSHA256: put.schemeSha256,
                        kind: try #require(AnnotationKind(rawValue: put.kind)), code: put.code,
                        turn: put.turn, spanStart: put.spanStart, spanEnd: put.spanEnd,
                        stage: put.stage, note: put.note ?? "", isRemoved: put.removed)
                }
                let (rows, version) = try review(given.session)
                    .put(changes, actor: given.actor ?? "")
                call.reply(
                    ReviewInterface.PutAnnotations.Reply(rows: rows.map(told), version: version))
            case ReviewInterface.PutRatings.name:
                let given = try call.parameters(of: ReviewInterface.PutRatings.self)
                let rows = try review(given.session).put(
                    try given.ratings.map { put in
                        Rating(
                            change: put.change, rater: put.rater,
                            role: try #require(RatingRole(rawValue: put.role)),
                            assignment: put.assignment, stage: put.stage, turn: put.turn,
                            item: put.item, value: put.value, rationale: put.rationale ?? "",
                            isDraft: put.draft)
                    })
                call.reply(ReviewInterface.PutRatings.Reply(rows: rows.map(told)))
            case ReviewInterface.SetStage.name:
                let given = try call.parameters(of: ReviewInterface.SetStage.self)
                let row = try review(given.session).set(
                    RatingStage(
                        rater: given.rater, assignment: given.assignment, stage: given.stage,
                        action: try #require(RatingStage.Action(rawValue: given.action))))
                call.reply(ReviewInterface.SetStage.Reply(row: told(row)))
            case ReviewInterface.ChangeAssignment.name:
                let given = try call.parameters(of: ReviewInterface.ChangeAssignment.self)
                let database = try StudyDatabase.open(at: study)
                defer { try? database.close() }
                try database.add(
                    AssignmentChange(
                        assignment: given.assignment, actor: given.actor ?? "",
                        action: given.action, reason: given.reason ?? ""))
                call.reply(ReviewInterface.ChangeAssignment.Reply())
            default: throw ReviewRefusal.refused(change: "", reason: call.method)
            }
        }
    }
}
