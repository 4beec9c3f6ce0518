extension StudyPlan {
    /// What is right but may not be meant, one sentence each.
    public var notes: [String] {
        var notes: [String] = []
        let asked = Set(phases.flatMap(\.questionnaires))
        for questionnaire in questionnaires where !asked.contains(questionnaire.name) {
            notes.append("the questionnaire \(questionnaire.name) is asked in no phase")
        }
        if !consent.isEmpty, !phases.contains(where: { $0.kind == .consent }) {
            notes.append(
                "there is no phase of kind consent: consent counts as taken on paper, apart from "
                    + "key-content and draft-text")
        }
        if let fitting = phases.firstIndex(where: { $0.kind == .fitting }),
            let baseline = phases.firstIndex(where: { $0.kind == .baseline }), baseline < fitting
        {
            notes.append("the first baseline comes before the fitting")
        }
        for phase in phases
        where phase.kind == .ratings && phase.questionnaires.isEmpty {
            notes.append("the phase \(phase.name) of kind ratings asks no questionnaire")
        }
        if let chat {
            if chat.machineNotice == .never {
                notes.append("the page never says that the other side is a machine")
            }
            if chat.safety.resources.isEmpty {
                notes.append("chat.safety names no resources to offer a participant in distress")
            }
            if let model = chat.model, model.tokenLimit == nil, model.spendLimit == nil {
                notes.append("the model has neither tokenLimit nor spendLimit")
            }
        }
        return notes
    }

    /// The personas that a session may have, and the keys at which they stand.
    public var personas: [(keys: [String], name: String)] {
        var personas: [(keys: [String], name: String)] = []
        for (index, factor) in (conditions?.factors ?? []).enumerated()
        where factor.name == "persona" {
            for (place, level) in factor.levels.enumerated() {
                personas.append(
                    (["conditions", "factors", "\(index)", "levels", "\(place)"], level))
            }
        }
        if let chat, personas.isEmpty { personas.append((["chat", "persona"], chat.persona)) }
        return personas
    }
}
