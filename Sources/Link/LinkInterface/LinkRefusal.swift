/// The errors of `io.attune.Link`.
public enum LinkRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchSession(String)
    case invalidState(String, expected: [String])
    case notRegistered(client: String)
    case clientBusy(String)
    case noSuchStream(String)
    case invalidName(String, reason: String)
    case sequenceGap(expected: Int64)
    case itemRefused(sequence: Int64, reason: String)
    case storageFailed(reason: String)
    case notPermitted(needed: String, has: String)

    /// As it travels.
    public var varlink: VarlinkError {
        func error(_ name: String, _ parameters: JSONValue) -> VarlinkError {
            VarlinkError(name: "\(LinkInterface.name).\(name)", parameters: parameters)
        }
        switch self {
        case .noSuchSession(let session):
            return error("NoSuchSession", ["session": .string(session)])
        case .invalidState(let state, let expected):
            return error(
                "InvalidState",
                ["state": .string(state), "expected": .array(expected.map(JSONValue.string))])
        case .notRegistered(let client):
            return error("NotRegistered", ["client": .string(client)])
        case .clientBusy(let client): return error("ClientBusy", ["client": .string(client)])
        case .noSuchStream(let stream): return error("NoSuchStream", ["stream": .string(stream)])
        case .invalidName(let name, let reason):
            return error("InvalidName", ["name": .string(name), "reason": .string(reason)])
        case .sequenceGap(let expected):
            return error("SequenceGap", ["expected": .integer(expected)])
        case .itemRefused(let sequence, let reason):
            return error(
                "ItemRefused", ["sequence": .integer(sequence), "reason": .string(reason)])
        case .storageFailed(let reason):
            return error("StorageFailed", ["reason": .string(reason)])
        case .notPermitted(let needed, let has):
            return error("NotPermitted", ["needed": .string(needed), "has": .string(has)])
        }
    }

    /// Reads an error that has travelled; nil where it is none of this interface.
    public init?(_ error: VarlinkError) {
        guard error.name == "\(LinkInterface.name).\(error.shortName)" else { return nil }
        func text(_ key: String) -> String { error.parameters[key]?.string ?? "" }
        func number(_ key: String) -> Int64 { error.parameters[key]?.integer ?? 0 }
        switch error.shortName {
        case "NoSuchSession": self = .noSuchSession(text("session"))
        case "InvalidState":
            self = .invalidState(
                text("state"),
                expected: (error.parameters["expected"]?.array ?? []).compactMap(\.string))
        case "NotRegistered": self = .notRegistered(client: text("client"))
        case "ClientBusy": self = .clientBusy(text("client"))
        case "NoSuchStream": self = .noSuchStream(text("stream"))
        case "InvalidName": self = .invalidName(text("name"), reason: text("reason"))
        case "SequenceGap": self = .sequenceGap(expected: number("expected"))
        case "ItemRefused":
            self = .itemRefused(sequence: number("sequence"), reason: text("reason"))
        case "StorageFailed": self = .storageFailed(reason: text("reason"))
        case "NotPermitted": self = .notPermitted(needed: text("needed"), has: text("has"))
        default: return nil
        }
    }

    /// Whether trying again later can help.
    public var isPassing: Bool {
        switch self {
        case .storageFailed, .clientBusy, .notRegistered, .sequenceGap: true
        default: false
        }
    }

    /// For a person, with what to do.
    public var description: String {
        switch self {
        case .noSuchSession(""): "No session is recording, or more than one: say which."
        case .noSuchSession(let session): "There is no session '\(session)', or it is over."
        case .invalidState(let state, let expected):
            "The session is \(state); this needs \(expected.joined(separator: " or "))."
        case .notRegistered(let client): "'\(client)' is not registered on this connection."
        case .clientBusy(let client):
            "Another program is registered as '\(client)'; stop it, or choose another name."
        case .noSuchStream(let stream): "The stream '\(stream)' was not registered."
        case .invalidName(let name, let reason): "The name '\(name)' is not possible: \(reason)."
        case .sequenceGap(let expected): "Something was left out: \(expected) is expected next."
        case .itemRefused(let sequence, let reason): "Item \(sequence) was refused: \(reason)."
        case .storageFailed(let reason): "The session file could not be written: \(reason)."
        case .notPermitted(let needed, let has):
            "You may not do this: it needs the right to \(needed), you have: \(has). "
                + "Members of attune may watch, members of attune-operators control."
        }
    }
}
