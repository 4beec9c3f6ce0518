extension StudyPlan {
    /// The chat as a participant in this condition has it: the factors `suggestions` and `emotions`
    /// (`on`, `off`) and `persona` (its name) take the place of what the protocol says. Levels that
    /// are none of these change nothing. nil in a study without a chat.
    public func effectiveChat(condition: [String: String]) -> ChatPlan? {
        guard var plan = chat else { return nil }
        switch condition["suggestions"] {
        case "on": plan.suggestions.isShown = true
        case "off": plan.suggestions.isShown = false
        default: break
        }
        switch condition["emotions"] {
        case "on": plan.emotions.isShown = true
        case "off": plan.emotions.isShown = false
        default: break
        }
        if let persona = condition["persona"], !persona.isEmpty { plan.persona = persona }
        return plan
    }
}
