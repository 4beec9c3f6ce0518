import Declarations

/// A protocol file as it is written.
///
/// All rules are checked from here, so that a mistake in one part does not hide those of another.
struct StudyDeclaration: CheckedDeclaration {
    var name: String
    var version: Int
    var title: String
    var language: String?
    var phases: [PhaseDeclaration]
    var questionnaires: [QuestionnaireDeclaration]?
    var conditions: ConditionDeclaration?
    var consent: [ConsentDeclaration]
    var retentionDays: Int?
    var chat: ChatDeclaration?

    func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.require(version, in: 1...1_000_000, at: "version")
        checkLanguage(&report)
        checkPhases(&report)
        checkQuestionnaires(&report)
        conditions?.check(&report, chat: chat)
        checkConsent(&report)
        if let retentionDays { report.require(retentionDays, in: 1...36_525, at: "retentionDays") }
        chat?.check(&report, study: self)
    }

    /// Whether the language has the form of BCP 47's first parts.
    var hasLanguage: Bool {
        guard let language else { return true }
        let parts = language.split(separator: "-", omittingEmptySubsequences: false)
        return (2...3).contains(parts[0].utf8.count)
            && parts[0].allSatisfy { $0.isASCII && $0.isLetter }
            && parts.dropFirst().allSatisfy {
                (1...8).contains($0.utf8.count)
                    && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    private func checkLanguage(_ report: inout DeclarationReport) {
        guard let language, !hasLanguage else { return }
        report.add(
            at: "language", message: "expected a language such as en or de-AT, found '\(language)'")
    }

    private func checkPhases(_ report: inout DeclarationReport) {
        if phases.isEmpty { report.add(at: "phases", message: "expected at least one phase") }
        for (index, phase) in phases.enumerated() {
            let place = ["phases", "\(index)"]
            if phases[..<index].contains(where: { $0.name == phase.name }) {
                report.add(
                    at: place + ["name"], message: "'\(phase.name)' is the name of two phases")
            }
            if phase.kind == .chat, chat == nil {
                report.add(
                    at: place + ["kind"],
                    message: "expected the key chat with a persona, since there is a chat phase")
            }
            phase.check(&report, at: place, questionnaires: (questionnaires ?? []).map(\.name))
        }
    }

    private func checkQuestionnaires(_ report: inout DeclarationReport) {
        let questionnaires = questionnaires ?? []
        var variables: [String: String] = [:]
        for (index, questionnaire) in questionnaires.enumerated() {
            let place = ["questionnaires", "\(index)"]
            if questionnaires[..<index].contains(where: { $0.name == questionnaire.name }) {
                report.add(
                    at: place + ["name"],
                    message: "'\(questionnaire.name)' is the name of two questionnaires")
            }
            questionnaire.check(
                &report, at: place, factors: conditions?.factors ?? [], variables: &variables)
        }
    }

    private func checkConsent(_ report: inout DeclarationReport) {
        for (index, tier) in consent.enumerated() {
            let place = ["consent", "\(index)"]
            if consent[..<index].contains(where: { $0.name == tier.name }) {
                report.add(
                    at: place + ["name"], message: "the tier '\(tier.name.rawValue)' stands twice")
            }
            tier.check(&report, at: place)
        }
    }

    func plan(text: String, path: String) -> StudyPlan {
        let language = language ?? "en"
        return StudyPlan(
            name: name, version: version, title: title, language: language,
            phases: phases.map {
                $0.phase(
                    hasModel: chat?.model != nil,
                    hasAudio: consent.contains { $0.covers.contains(.audio) })
            },
            questionnaires: (questionnaires ?? []).map(\.questionnaire),
            conditions: conditions?.plan, consent: consent.map(\.tier),
            chat: chat.map { $0.plan(language: language, factors: conditions?.factors ?? []) },
            retentionDays: retentionDays, text: text, path: path)
    }
}

/// A text for people out of a name: `human-likeness` becomes "Human likeness".
func readable(_ name: String) -> String {
    let words = name.map { "-_.".contains($0) ? " " : String($0) }.joined()
    return words.prefix(1).uppercased() + words.dropFirst()
}
