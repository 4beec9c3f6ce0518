/// The errors of `io.attune.Review`.
public enum ReviewRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchSession(String)
    case noSuchStudy(String)
    case invalidState(String, expected: [String])
    /// `change` is the id of what is not possible, empty where it is the request itself.
    case refused(change: String, reason: String)
    case outdated(change: String, newest: Int64)
    case stageLocked(change: String, stage: String)
    case storageFailed(reason: String)
    case notPermitted(needed: String, has: String)

    /// As it travels.
    public var varlink: VarlinkError {
        func error(_ name: String, _ parameters: JSONValue) -> VarlinkError {
            VarlinkError(name: "\(ReviewInterface.name).\(name)", parameters: parameters)
        }
        switch self {
        case .noSuchSession(let session):
            return error("NoSuchSession", ["session": .string(session)])
        case .noSuchStudy(let study): return error("NoSuchStudy", ["study": .string(study)])
        case .invalidState(let state, let expected):
            return error(
                "InvalidState",
                ["state": .string(state), "expected": .array(expected.map(JSONValue.string))])
        case .refused(let change, let reason):
            return error("Refused", ["change": .string(change), "reason": .string(reason)])
        case .outdated(let change, let newest):
            return error("Outdated", ["change": .string(change), "newest": .integer(newest)])
        case .stageLocked(let change, let stage):
            return error("StageLocked", ["change": .string(change), "stage": .string(stage)])
        case .storageFailed(let reason):
            return error("StorageFailed", ["reason": .string(reason)])
        case .notPermitted(let needed, let has):
            return error("NotPermitted", ["needed": .string(needed), "has": .string(has)])
        }
    }

    /// Reads an error that has travelled; nil where it is none of this interface.
    public init?(_ error: VarlinkError) {
        guard error.name == "\(ReviewInterface.name).\(error.shortName)" else { return nil }
        func text(_ key: String) -> String { error.parameters[key]?.string ?? "" }
        switch error.shortName {
        case "NoSuchSession": self = .noSuchSession(text("session"))
        case "NoSuchStudy": self = .noSuchStudy(text("study"))
        case "InvalidState":
            self = .invalidState(
                text("state"),
                expected: (error.parameters["expected"]?.array ?? []).compactMap(\.string))
        case "Refused": self = .refused(change: text("change"), reason: text("reason"))
        case "Outdated":
            self = .outdated(
                change: text("change"), newest: error.parameters["newest"]?.integer ?? 0)
        case "StageLocked": self = .stageLocked(change: text("change"), stage: text("stage"))
        case "StorageFailed": self = .storageFailed(reason: text("reason"))
        case "NotPermitted": self = .notPermitted(needed: text("needed"), has: text("has"))
        default: return nil
        }
    }

    /// For a person, with what to do.
    public var description: String {
        switch self {
        case .noSuchSession(let session):
            "There is no session '\(session)', or several begin so (attune session list)."
        case .noSuchStudy(let study): "There is no study '\(study)' (attune study list)."
        case .invalidState(let state, let expected):
            "The session is \(state); this needs \(expected.joined(separator: " or "))."
        case .refused(_, let reason): "This is not possible: \(reason)."
        case .outdated:
            "Somebody else has changed this annotation meanwhile: look at theirs, and try again."
        case .stageLocked(_, let stage):
            "The stage '\(stage)' is locked: nothing of it changes any more."
        case .storageFailed(let reason): "The review file could not be written: \(reason)."
        case .notPermitted(let needed, let has):
            "You may not do this: it needs the right to \(needed), you have: \(has). "
                + "Members of attune may watch, members of attune-operators control."
        }
    }
}
