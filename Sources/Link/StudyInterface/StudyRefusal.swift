/// The errors of `io.attune.Study`.
public enum StudyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchStudy(String)
    case studyExists(String)
    case noSuchParticipant(study: String, participant: String)
    case noSuchVisit(participant: String, visit: Int64)
    case noSuchSession(String)
    case noSuchTier(String, known: [String])
    case invalidName(String, reason: String)
    case storageFailed(reason: String)
    case notPermitted(needed: String, has: String)

    /// As it travels.
    public var varlink: VarlinkError {
        func error(_ name: String, _ parameters: JSONValue) -> VarlinkError {
            VarlinkError(name: "\(StudyInterface.name).\(name)", parameters: parameters)
        }
        switch self {
        case .noSuchStudy(let study): return error("NoSuchStudy", ["study": .string(study)])
        case .studyExists(let study): return error("StudyExists", ["study": .string(study)])
        case .noSuchParticipant(let study, let participant):
            return error(
                "NoSuchParticipant",
                ["study": .string(study), "participant": .string(participant)])
        case .noSuchVisit(let participant, let visit):
            return error(
                "NoSuchVisit", ["participant": .string(participant), "visit": .integer(visit)])
        case .noSuchSession(let session):
            return error("NoSuchSession", ["session": .string(session)])
        case .noSuchTier(let tier, let known):
            return error(
                "NoSuchTier",
                ["tier": .string(tier), "known": .array(known.map(JSONValue.string))])
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
        guard error.name == "\(StudyInterface.name).\(error.shortName)" else { return nil }
        func text(_ key: String) -> String { error.parameters[key]?.string ?? "" }
        switch error.shortName {
        case "NoSuchStudy": self = .noSuchStudy(text("study"))
        case "StudyExists": self = .studyExists(text("study"))
        case "NoSuchParticipant":
            self = .noSuchParticipant(study: text("study"), participant: text("participant"))
        case "NoSuchVisit":
            self = .noSuchVisit(
                participant: text("participant"), visit: error.parameters["visit"]?.integer ?? 0)
        case "NoSuchSession": self = .noSuchSession(text("session"))
        case "NoSuchTier":
            self = .noSuchTier(
                text("tier"),
                known: (error.parameters["known"]?.array ?? []).compactMap(\.string))
        case "InvalidName": self = .invalidName(text("name"), reason: text("reason"))
        case "StorageFailed": self = .storageFailed(reason: text("reason"))
        case "NotPermitted": self = .notPermitted(needed: text("needed"), has: text("has"))
        default: return nil
        }
    }

    /// For a person, with what to do.
    public var description: String {
        switch self {
        case .noSuchStudy(""):
            "Say which study with --study: none has that participant, or more than one."
        case .noSuchStudy(let study):
            "There is no study '\(study)' (attune study list); make it with attune study new."
        case .studyExists(let study):
            "The study '\(study)' was made before; attune study add adds participants to it."
        case .noSuchParticipant(let study, let participant):
            "The study '\(study)' has no participant '\(participant)' (attune study roster \(study))."
        case .noSuchVisit(let participant, let visit):
            "\(participant) has no visit \(visit)."
        case .noSuchSession(""): "No session is recording, or more than one: say which."
        case .noSuchSession(let session): "No session '\(session)' is recording."
        case .noSuchTier(let tier, let known):
            "There is no tier '\(tier)'; there are: \(known.joined(separator: ", "))."
        case .invalidName(let name, let reason): "'\(name)' is not possible: \(reason)."
        case .storageFailed(let reason): "The study's database could not be written: \(reason)."
        case .notPermitted(let needed, let has):
            "You may not do this: it needs the right to \(needed), you have: \(has). "
                + "Members of attune may watch, members of attune-operators control."
        }
    }
}
