import Link
import SessionStore
import SystemCalls
import Timebase

/// Control actions that linked clients tell of.
extension Interpreter {
    /// Writes what was done through a client into the session's trail, with the event itself: both are
    /// stored, or neither is. The row's time is that of its arrival, which nobody else can choose.
    func audit(_ event: LinkEventRecord, _ session: SessionRecorder, arrival: Instant) {
        guard event.kind == "invitation", let payload = try? JSONValue(parsing: event.payload),
            let invitation = ClientEvent.Invitation(payload)
        else { return }
        let now = Clocks.triple()
        session.audit(
            AuditEntry(
                time: arrival, realtime: now.realtime - (now.monotonic - arrival),
                actor: "\(invitation.actor) (client \(event.client))",
                action: invitation.auditAction,
                detail: JSONText.object([
                    ("client", JSONText.string(event.client)),
                    ("client_sequence", "\(event.sequence)"),
                ])))
    }
}
