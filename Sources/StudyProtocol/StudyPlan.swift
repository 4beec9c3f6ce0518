import Declarations
import Randomness
import SessionStore

/// A study's protocol: its phases in order, what consent covers, what is asked, the conditions, and
/// the chat.
///
/// Read from a file in `Protocols/studies`; `Protocols/formats/study-protocol.md` describes the form.
public struct StudyPlan: Hashable, Sendable {
    /// The name of the study; the file is `NAME.yaml`.
    public var name: String
    /// Raised whenever the protocol changes.
    public var version: Int
    public var title: String
    /// Of all texts, as in BCP 47: `en`, `de-AT`.
    public var language: String
    /// At least one, in the order in which a session goes through them.
    public var phases: [StudyPhase]
    /// What the phases ask, by name.
    public var questionnaires: [Questionnaire]
    /// nil in a study in which all participants get the same.
    public var conditions: ConditionPlan?
    /// What a participant is asked to agree to.
    public var consent: [ConsentTier]
    /// The chat; nil in a study without one.
    public var chat: ChatPlan?
    /// How many days a session is kept after it ended; nil without an end.
    public var retentionDays: Int?
    /// The file as it was read, stored with each session.
    public var text: String
    /// Where it was read from.
    public var path: String

    /// The phase of that name.
    public func phase(named name: String) -> StudyPhase? { phases.first { $0.name == name } }

    /// The phases of a session of a kind: of a commentary those from the first think-aloud on, of a chat
    /// all, since the think-aloud may be held within it as well.
    public func phases(of kind: SessionKind) -> [StudyPhase] {
        switch kind {
        case .chat: phases
        case .commentary: Array(phases.drop { $0.kind != .thinkAloud })
        }
    }

    /// The questionnaire of that name.
    public func questionnaire(named name: String) -> Questionnaire? {
        questionnaires.first { $0.name == name }
    }

    /// The questionnaires of a phase, in the order in which they are asked.
    public func questionnaires(in phase: StudyPhase) -> [Questionnaire] {
        phase.questionnaires.compactMap(questionnaire(named:))
    }

    /// Whether recording data of this kind needs no consent tier, or is covered by one of these.
    public func isCovered(_ data: ConsentTier.Data, by given: Set<ConsentTier.Name>) -> Bool {
        let tiers = consent.filter { $0.covers.contains(data) }
        return tiers.isEmpty ? false : tiers.contains { given.contains($0.name) }
    }

    /// Whether a request may go to this URL once the tier `model-endpoint` is granted: the tier names
    /// it, or it names none and the URL is on this computer.
    public func consentNames(endpoint url: String) -> Bool {
        guard let address = EndpointAddress(url) else { return false }
        let named = consent.filter { $0.name == .modelEndpoint }.compactMap(\.endpoint)
        return named.isEmpty ? address.isLoopback : named.contains { $0.covers(url) }
    }

    /// The seed of the order of a questionnaire's items: the same for the same participant and visit.
    public func orderSeed(participant: String, visit: Int) -> UInt64 {
        SeededGenerator.seed(conditions?.seed ?? 1, ["order", name, participant, "\(visit)"])
    }

    /// Reads a protocol from its file.
    ///
    /// - Throws: every mistake with its line, column and key.
    public static func load(path: String) throws(DeclarationErrors) -> StudyPlan {
        let (declaration, text) = try Declaration.load(StudyDeclaration.self, path: path)
        return declaration.plan(text: text, path: path)
    }

    /// Reads a protocol from a text; `file` is the name that errors show.
    public static func read(_ text: String, file: String) throws(DeclarationErrors) -> StudyPlan {
        try Declaration.decode(StudyDeclaration.self, from: text, file: file)
            .plan(text: text, path: file)
    }
}
