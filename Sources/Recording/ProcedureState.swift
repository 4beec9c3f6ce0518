import Link
import SessionStore
import StudyProtocol
import Timebase

/// Where a session stands beside its data: its way through the protocol, its alarms, whether it is
/// paused, and what the operator told the participant last.
///
/// A pure value. It is made in the same way from what happens and from what a session's file says has
/// happened, so that it survives the daemon.
struct ProcedureState {
    /// An alarm that a linked client raised.
    struct ClientAlarm: Hashable {
        /// `a` and its number among the session's alarms, from 1, in the order in which they are stored.
        var id: String
        var code: String
        var text: String
        var severity: Alarm.Severity
        var since: Instant
        var needsAcknowledgement: Bool
        var isAcknowledged = false

        var isWaiting: Bool { needsAcknowledgement && !isAcknowledged }
    }

    /// The way through the protocol; nil in a session without one.
    var procedure: Procedure?
    /// When the current phase began.
    private(set) var phaseBegan: Instant?
    private(set) var alarms: [ClientAlarm] = []
    private var alarmCount = 0
    /// Why the session is paused; nil while it goes on.
    private(set) var paused: String?
    /// When the last pause began.
    private var lastPause: Instant?
    /// When the pause that lasts now began.
    var pausedSince: Instant? { paused == nil ? nil : lastPause }
    private(set) var message: LinkMessage?
    /// How the sensors were fitted, by the name of the question.
    private(set) var fittingNotes: [String: String] = [:]

    /// Alarms that need nobody are kept up to this number, so that a client that never stops raising
    /// some does not fill the memory.
    private static let alarmLimit = 256

    /// - Parameter kind: of the session: a commentary goes through the phases from the think-aloud on.
    init(_ plan: StudyPlan?, kind: SessionKind = .chat) {
        procedure = plan.map { Procedure($0, kind: kind) }
    }

    /// Ids of the alarms that wait for acknowledgement, oldest first.
    var waitingAlarms: [String] { alarms.filter(\.isWaiting).map(\.id) }

    /// Goes into a phase.
    /// - Returns: the departure from the protocol that this is.
    mutating func enter(_ name: String, at time: Instant) -> Procedure.Deviation? {
        phaseBegan = time
        // A name that the protocol does not have was refused before.
        return try? procedure?.enter(name)
    }

    /// The fitting that has to be done before a phase is entered; see `Procedure.fitting(before:)`.
    func fittingOwed(before name: String) -> StudyPhase? {
        guard let phase = procedure?.fitting(before: name), phase.fitting != nil else { return nil }
        return phase
    }

    /// Takes an event that was recorded, of a client or of the daemon's own; what concerns none of this
    /// is passed over.
    mutating func take(_ kind: String, _ payload: JSONValue, at time: Instant, isClients: Bool) {
        switch (kind, isClients) {
        case ("alarm", true):
            guard let alarm = ClientEvent.Alarm(payload) else { return }
            raise(alarm, at: time)
        case ("alarm_acknowledged", false):
            guard let id = payload["alarm"]?.string else { return }
            acknowledge(id)
        case ("paused", false):
            paused = payload["reason"]?.string ?? ""
            lastPause = time
        case ("resumed", false): paused = nil
        case ("message", false):
            guard let id = payload["id"]?.integer, let text = payload["text"]?.string else {
                return
            }
            message = LinkMessage(id: Int(clamping: id), text: text)
        case ("fitting_notes", false):
            guard case .object(let notes)? = payload["notes"] else { return }
            fittingNotes.merge(notes.compactMapValues(\.string)) { $1 }
        default: break
        }
    }

    private mutating func raise(_ alarm: ClientEvent.Alarm, at time: Instant) {
        alarmCount += 1
        alarms.append(
            ClientAlarm(
                id: "a\(alarmCount)", code: alarm.code, text: alarm.text, severity: alarm.severity,
                since: time, needsAcknowledgement: alarm.needsAcknowledgement))
        if alarms.count > Self.alarmLimit, let index = alarms.firstIndex(where: { !$0.isWaiting }) {
            alarms.remove(at: index)
        }
    }

    private mutating func acknowledge(_ id: String) {
        guard let index = alarms.firstIndex(where: { $0.id == id }) else { return }
        alarms[index].isAcknowledged = true
    }

    /// The oldest alarm that has waited for acknowledgement for longer than that many nanoseconds while
    /// nobody paused the session; nil where it is paused, or where somebody let it go on since.
    func neglectedAlarm(after limit: Int64, now: Instant) -> ClientAlarm? {
        guard paused == nil else { return nil }
        return alarms.first { alarm in
            alarm.isWaiting && now - alarm.since >= limit
                && (lastPause.map { $0 < alarm.since } ?? true)
        }
    }

    /// What the next message of the operator is.
    func nextMessage(_ text: String) -> LinkMessage {
        LinkMessage(id: (message?.id ?? 0) + 1, text: text)
    }
}
