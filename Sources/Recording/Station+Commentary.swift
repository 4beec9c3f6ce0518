import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Commentaries: sessions that look back on another one.
extension Station {
    /// The session that a commentary looks back on.
    struct CommentaryParent {
        var description: SessionDescription
        /// When its recording ended; nil where it broke off.
        var stopped: Instant?
        var stoppedRealtime: Int64?
        /// Its protocol as its file has it: the commentary goes by the very same.
        var loaded: ProtocolAccess.Loaded
    }

    /// Finds the parent that a commentary names.
    /// - Parameter asked: its id, or a beginning of it that no other session has.
    /// - Throws: where it does not exist, is of another participant, looks back itself, or still records.
    func commentaryParent(
        _ asked: String?, study: String, participant: String
    ) throws -> CommentaryParent {
        guard let asked, !asked.isEmpty else {
            throw VarlinkError.invalidParameter(
                "parent", reason: "a commentary names the session that it looks back on")
        }
        if let session = session(asked) {
            throw ControlError.invalidState(
                session.state.rawValue, expected: ["stopped", "finishing", "finished"])
        }
        let (information, _) = try storedSession(asked)
        func refuse(_ reason: String) -> ControlError {
            .invalidName(information.id, reason: reason)
        }
        guard information.study == study, information.participant == participant else {
            throw refuse(
                "it is a session of \(information.participant) in the study \(information.study)")
        }
        guard information.kind == SessionKind.chat.rawValue else {
            throw refuse("it is a \(information.kind) itself")
        }
        guard information.state != .withdrawn else {
            throw refuse("the participant has withdrawn it")
        }
        let reader = try SessionReader.open(at: information.file)
        defer { try? reader.close() }
        let row = try reader.session()
        let description = row.description
        return CommentaryParent(
            description: description, stopped: row.stopped,
            stoppedRealtime: row.stopped.map {
                description.startedRealtime + ($0 - description.started)
            },
            loaded: ProtocolAccess.Loaded(
                name: description.protocolName, version: description.protocolVersion,
                text: description.protocolText,
                phases: ProtocolAccess.phases(of: description.protocolText, kind: .commentary)))
    }
}

extension SessionBatch {
    /// The event that tells how long after the task a commentary began.
    mutating func add(_ parent: Station.CommentaryParent, at triple: TimeTriple, boot: String) {
        let ended = parent.stopped
        // The monotonic clock counts on within one boot; across another only the wall clock tells.
        let isSameBoot = parent.description.bootIdentifier == boot
        let delay: Int64? =
            if let ended, isSameBoot {
                triple.monotonic - ended
            } else {
                parent.stoppedRealtime.map { triple.realtime - $0 }
            }
        events.append(
            SessionEvent(
                time: triple.monotonic, kind: "recall",
                payload: JSONText.object([
                    ("parent", JSONText.string(parent.description.identifier)),
                    ("delay_ms", delay.map { "\($0 / 1_000_000)" } ?? "null"),
                    ("clock", JSONText.string(isSameBoot ? "monotonic" : "wall")),
                    (
                        "task_ended_utc_ns",
                        parent.stoppedRealtime.map { "\($0)" } ?? "null"
                    ),
                ])))
    }
}
