/// The errors of `io.attune.Control`.
public enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchSession(String)
    case noSuchDevice(String)
    case noSuchStream(String)
    case noSuchPhase(String, allowed: [String])
    case noSuchAlarm(String, waiting: [String])
    case notReady(checks: [String], reason: String)
    case deviceBusy(device: String, session: String)
    case alreadyRecording(session: String)
    case invalidState(String, expected: [String])
    case invalidName(String, reason: String)
    case storageFailed(reason: String)
    case notPermitted(needed: String, has: String)

    /// As it travels.
    public var varlink: VarlinkError {
        func error(_ name: String, _ parameters: JSONValue) -> VarlinkError {
            VarlinkError(name: "\(ControlInterface.name).\(name)", parameters: parameters)
        }
        func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
        switch self {
        case .noSuchSession(let session):
            return error("NoSuchSession", ["session": .string(session)])
        case .noSuchDevice(let device): return error("NoSuchDevice", ["device": .string(device)])
        case .noSuchStream(let stream): return error("NoSuchStream", ["stream": .string(stream)])
        case .noSuchPhase(let phase, let allowed):
            return error("NoSuchPhase", ["phase": .string(phase), "allowed": list(allowed)])
        case .noSuchAlarm(let alarm, let waiting):
            return error("NoSuchAlarm", ["alarm": .string(alarm), "waiting": list(waiting)])
        case .notReady(let checks, let reason):
            return error("NotReady", ["checks": list(checks), "reason": .string(reason)])
        case .deviceBusy(let device, let session):
            return error("DeviceBusy", ["device": .string(device), "session": .string(session)])
        case .alreadyRecording(let session):
            return error("AlreadyRecording", ["session": .string(session)])
        case .invalidState(let state, let expected):
            return error("InvalidState", ["state": .string(state), "expected": list(expected)])
        case .invalidName(let name, let reason):
            return error("InvalidName", ["name": .string(name), "reason": .string(reason)])
        case .storageFailed(let reason):
            return error("StorageFailed", ["reason": .string(reason)])
        case .notPermitted(let needed, let has):
            return error("NotPermitted", ["needed": .string(needed), "has": .string(has)])
        }
    }

    /// Reads an error that has travelled; nil where it is none of this interface.
    public init?(_ error: VarlinkError) {
        guard error.name == "\(ControlInterface.name).\(error.shortName)" else { return nil }
        func text(_ key: String) -> String { error.parameters[key]?.string ?? "" }
        func list(_ key: String) -> [String] {
            (error.parameters[key]?.array ?? []).compactMap(\.string)
        }
        switch error.shortName {
        case "NoSuchSession": self = .noSuchSession(text("session"))
        case "NoSuchDevice": self = .noSuchDevice(text("device"))
        case "NoSuchStream": self = .noSuchStream(text("stream"))
        case "NoSuchPhase": self = .noSuchPhase(text("phase"), allowed: list("allowed"))
        case "NoSuchAlarm": self = .noSuchAlarm(text("alarm"), waiting: list("waiting"))
        case "NotReady": self = .notReady(checks: list("checks"), reason: text("reason"))
        case "DeviceBusy": self = .deviceBusy(device: text("device"), session: text("session"))
        case "AlreadyRecording": self = .alreadyRecording(session: text("session"))
        case "InvalidState": self = .invalidState(text("state"), expected: list("expected"))
        case "InvalidName": self = .invalidName(text("name"), reason: text("reason"))
        case "StorageFailed": self = .storageFailed(reason: text("reason"))
        case "NotPermitted": self = .notPermitted(needed: text("needed"), has: text("has"))
        default: return nil
        }
    }

    /// For a person, with what to do.
    public var description: String {
        switch self {
        case .noSuchSession(""):
            "There is no session that records, or more than one: say which (attune session list)."
        case .noSuchSession(let session):
            "There is no session '\(session)', or several begin so (attune session list)."
        case .noSuchDevice(let device):
            "There is no device '\(device)' (attune devices lists those there are)."
        case .noSuchStream(let stream): "The session has no stream '\(stream)'."
        case .noSuchPhase(let phase, let allowed):
            allowed.isEmpty
                ? "There is no phase '\(phase)': the session has no protocol with phases."
                : "There is no phase '\(phase)' now; possible: \(allowed.joined(separator: ", "))."
        case .noSuchAlarm(let alarm, let waiting):
            waiting.isEmpty
                ? "There is no alarm '\(alarm)', and none waits for acknowledgement."
                : "There is no alarm '\(alarm)'; waiting: \(waiting.joined(separator: ", "))."
        case .notReady(let checks, let reason):
            "The fitting is not done (\(checks.joined(separator: ", "))): \(reason) Put it right, or "
                + "go on with a reason (--reason), which is recorded."
        case .deviceBusy(let device, let session):
            "The device '\(device)' records for the session \(session); stop that one first."
        case .alreadyRecording(let session):
            "The participant is in the session \(session), which records; stop that one first."
        case .invalidState(let state, let expected):
            "The session is \(state); this needs \(expected.joined(separator: " or "))."
        case .invalidName(let name, let reason): "The name '\(name)' is not possible: \(reason)."
        case .storageFailed(let reason): "The session file could not be written: \(reason)."
        case .notPermitted(let needed, let has):
            "You may not do this: it needs the right to \(needed), you have: \(has). "
                + "Members of attune may watch, members of attune-operators control."
        }
    }
}
