import Link
import StudyProtocol

/// What a room needs of its session's protocol, for the participant's condition.
struct RoomPlan: Sendable {
    /// nil for a session without a protocol: a chat and nothing around it.
    var study: StudyPlan?
    /// nil in a study without a chat.
    var chat: ChatPlan?
    var condition: [String: String]
    /// Orders the items of questionnaires.
    var seed: UInt64

    init(study: StudyPlan?, session: LinkSession, defaultPersona: String) {
        self.study = study
        condition = session.condition
        chat =
            study == nil
            ? ChatPlan(persona: defaultPersona)
            : study?.effectiveChat(condition: session.condition)
        seed =
            study?.orderSeed(
                participant: session.participant, visit: session.visit ?? 1) ?? 0
    }

    var language: String { study?.language ?? "en" }

    func phase(_ name: String?) -> StudyPhase? { name.flatMap { study?.phase(named: $0) } }

    /// The phase after one; the first where there is none yet. nil after the last.
    func next(after name: String?) -> StudyPhase? {
        guard let phases = study?.phases else { return nil }
        guard let name else { return phases.first }
        guard let index = phases.firstIndex(where: { $0.name == name }) else { return nil }
        return index + 1 < phases.count ? phases[index + 1] : nil
    }

    /// Whether people chat in a phase. Without a protocol they always do.
    func isChat(_ name: String?) -> Bool {
        guard chat != nil else { return false }
        return study == nil || phase(name)?.kind == .chat
    }

    func questionnaires(in name: String?) -> [Questionnaire] {
        phase(name).flatMap { study?.questionnaires(in: $0) } ?? []
    }
}
