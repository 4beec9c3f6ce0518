import Foundation
import Link
import SessionStore
import StudyProtocol
import Timebase

/// A session on the control thread's side, while it records or is being stopped.
final class ActiveSession {
    /// A linked client of the session.
    final class Client {
        let name: String
        var title: String
        /// Number of its source; nil while it brings no streams.
        var source: UInt32?
        var streams: [LinkedStream] = []
        var streamIDs: [Int64] = []
        var connection: ConnectionID?
        /// Whether its window has the focus, as it said last on this connection; nil while it has
        /// said nothing.
        var isFocused: Bool?
        /// Whether its times are on a clock of its own, that round trips map.
        var hasOwnClock = false
        /// Whether the record knows that its signals are withheld for want of consent; nil where that
        /// has to be told anew.
        var isWithheld: Bool? = false
        /// The last round trip that it reported.
        var lastTrip: RoundTrip?
        /// Highest number that was put into the ring.
        var taken: Int64 = 0
        /// Highest number that is durable.
        var durable: Int64 = 0
        /// What is on its way: up to which number, and up to where in the control ring.
        var underway: [(sequence: Int64, position: UInt64)] = []

        init(name: String, title: String) {
            self.name = name
            self.title = title
        }
    }

    let number: UInt32
    let description: SessionDescription
    let path: String
    let phases: [String]
    /// Phases in which keyboard and pointer may be read; nil for all the time.
    let inputPhases: [String]?
    var state = Link.SessionState.recording
    /// Its way through the protocol, its alarms, its pause.
    var procedure: ProcedureState
    /// What the protocol says; nil without one.
    let plan: StudyPlan?
    var phase: String?
    /// What of the participant's data may be recorded now; nothing before it is known.
    var consent = ConsentRule.unreadable()
    /// Its visit and its condition.
    var placement = SessionPlacement()
    var sources: SessionSources
    var devices: [UInt32]
    var clients: [String: Client] = [:]
    var outcome: String?
    var reason: String?
    /// Who asked for its end.
    var stopActor = "attuned"
    var stopped: Instant?
    /// Input devices that still have to be let go before the session can stop.
    var inputsToClose: Set<UInt32> = []
    var stopRequested: Instant?
    /// Clients that bring sound and may hand over what they still hold before the session stops, and until
    /// when they are waited for.
    var clientsToHear: Set<String> = []
    var hearsUntil: Instant?
    /// Whether its end still has to be recorded, for which the ring had no room.
    var owesStop = false
    /// Calls of StopSession that wait for durability.
    var stopCalls: [VarlinkCall] = []
    /// Calls of WatchSession.
    var watchers: [VarlinkCall] = []
    /// Counts at the session's end, when the sequencer has forgotten it.
    var lastSnapshot: StationSnapshot.Session?

    init(
        number: UInt32, description: SessionDescription, path: String, phases: [String],
        sources: SessionSources, devices: [UInt32]
    ) {
        self.number = number
        self.description = description
        self.path = path
        self.phases = phases
        plan = ProtocolAccess.plan(of: description.protocolText)
        procedure = ProcedureState(plan, kind: description.kind)
        inputPhases = ProtocolAccess.inputPhases(of: description.protocolText)
        self.sources = sources
        self.devices = devices
    }

    var identifier: String { description.identifier }

    /// Whether a phase in which consent is asked for lies behind it.
    var isBehindConsent: Bool {
        guard let phases = plan?.phases, let phase,
            let place = phases.firstIndex(where: { $0.name == phase })
        else { return false }
        return phases[place].kind != .consent
            && phases[..<place].contains { $0.kind == .consent }
    }

    /// The state as the file has it.
    var storedState: SessionStore.SessionState {
        switch state {
        case .recording, .stopping: .recording
        case .stopped, .finishing: .stopped
        case .finished: .finished
        case .interrupted: .interrupted
        case .aborted: .aborted
        case .withdrawn: .withdrawn
        }
    }

    /// What linked clients are told.
    var linkSession: LinkSession {
        LinkSession(
            id: identifier, study: description.study, participant: description.participant,
            kind: description.kind.rawValue, state: state, pilot: description.isPilot,
            protocol: description.protocolName.isEmpty ? nil : description.protocolName,
            phase: phase, startedNs: description.started.nanoseconds,
            visit: placement.visit, condition: placement.condition, consent: consent.answers,
            paused: procedure.paused, alarms: procedure.waitingAlarms, message: procedure.message)
    }
}

/// A call that is answered once everything before a position of the control ring is durable.
struct PendingAcknowledgement {
    var session: UInt32
    var position: UInt64
    var answer: () -> Void
}

/// A subscriber of a session's live pieces.
final class Subscription {
    let call: VarlinkCall
    let session: UInt32
    let streams: Set<String>?
    let wantsEvents: Bool
    var missed: [String: Int] = [:]

    init(call: VarlinkCall, session: UInt32, streams: Set<String>?, wantsEvents: Bool) {
        self.call = call
        self.session = session
        self.streams = streams
        self.wantsEvents = wantsEvents
    }
}
