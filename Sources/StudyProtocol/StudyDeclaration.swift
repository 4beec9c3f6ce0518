import Declarations

/// A protocol file as it is written.
struct StudyDeclaration: CheckedDeclaration {
    struct Phase: Decodable {
        var name: String
        var title: String
        var kind: StudyPhase.Kind
        var durationSeconds: Double?
        var instructions: String?
        var optional: Bool?
        var keys: Bool?
    }
    struct Tier: Decodable {
        var name: ConsentTier.Name
        var title: String
        var explanation: String?
        var covers: [ConsentTier.Data]
        var required: Bool?
    }
    struct Chat: Decodable {
        var script: String
        var clientLabel: String?
    }
    var name: String
    var version: Int
    var title: String
    var phases: [Phase]
    var consent: [Tier]
    var chat: Chat?

    func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.require(version, in: 1...1_000_000, at: "version")
        if phases.isEmpty { report.add(at: "phases", message: "expected at least one phase") }
        for (index, phase) in phases.enumerated() {
            report.requireName(phase.name, at: "phases", "\(index)", "name")
            report.require(
                phase.durationSeconds, in: 1...86_400, at: "phases", "\(index)", "durationSeconds")
            if phases[..<index].contains(where: { $0.name == phase.name }) {
                report.add(
                    at: "phases", "\(index)", "name",
                    message: "'\(phase.name)' is the name of two phases")
            }
            if phase.kind == .chat, chat == nil {
                report.add(
                    at: "phases", "\(index)", "kind",
                    message: "expected the key chat with a script, since there is a chat phase")
            }
        }
        for (index, tier) in consent.enumerated() {
            if consent[..<index].contains(where: { $0.name == tier.name }) {
                report.add(
                    at: "consent", "\(index)", "name",
                    message: "the tier '\(tier.name.rawValue)' stands twice")
            }
            if tier.covers.isEmpty {
                report.add(
                    at: "consent", "\(index)", "covers",
                    message: "expected at least one of "
                        + ConsentTier.Data.allCases.map(\.rawValue).joined(separator: ", "))
            }
            for (place, data) in tier.covers.enumerated() {
                let own: ConsentTier.Name? =
                    switch data {
                    case .draftText: .draftText
                    case .keyContent: .keyContent
                    default: nil
                    }
                guard let own, tier.name != own else { continue }
                report.add(
                    at: "consent", "\(index)", "covers", "\(place)",
                    message: "\(data.rawValue) needs a tier of its own, named \(own.rawValue)")
            }
        }
        if let chat { report.requireName(chat.script, at: "chat", "script") }
    }

    func plan(text: String, path: String) -> StudyPlan {
        StudyPlan(
            name: name, version: version, title: title,
            phases: phases.map {
                StudyPhase(
                    name: $0.name, title: $0.title, kind: $0.kind,
                    durationSeconds: $0.durationSeconds, instructions: $0.instructions,
                    isOptional: $0.optional ?? false, permitsKeys: $0.keys)
            },
            consent: consent.map {
                ConsentTier(
                    name: $0.name, title: $0.title, explanation: $0.explanation,
                    covers: $0.covers, isRequired: $0.required ?? false)
            },
            chat: chat.map { ChatPlan(script: $0.script, clientLabel: $0.clientLabel ?? "Client") },
            text: text, path: path)
    }
}
