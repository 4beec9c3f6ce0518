import ArgumentParser
import Declarations
import SimulatedClient
import StudyProtocol
import SystemCalls

/// `attune protocol check`: whether study protocols are right.
struct ProtocolCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check study protocols.",
        discussion: """
            Prints 'ok NAME' for each protocol that is right, and for each that is not every mistake \
            as 'file:line:column: key: what was expected, what was found'. What is right but may not \
            be meant follows as 'note:', such as a persona that is not on this computer. Exit status: 0 when all are right, 1 when one is not.
            """)

    @Argument(help: "The protocols.", completion: .file(extensions: ["yaml"]))
    var files: [String]
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try DeclarationCheck(json: global.json).run(files, notesOfWrong: []) {
            file throws(DeclarationErrors) in
            let (plan, notes) = try Self.check(file)
            return (plan.name, notes)
        }
    }

    /// A protocol that is right, and what may not be meant.
    private static func check(
        _ file: String
    ) throws(DeclarationErrors) -> (StudyPlan, [String]) {
        let document = try DeclarationDocument(path: file)
        let plan = try StudyPlan.read(document.text, file: file)
        var notes: [String] = []
        // A study is found by the name of its file.
        let name = file.split(separator: "/").last.map(String.init) ?? file
        if name != "\(plan.name).yaml" {
            let message = "sessions find the protocol only as \(plan.name).yaml"
            notes.append(document.error(at: ["name"], message).description)
        }
        for (keys, name) in plan.personas {
            guard let message = note(persona: name, of: plan, beside: file) else { continue }
            notes.append(document.error(at: keys, message).description)
        }
        for (keys, message) in languageNotes(plan) {
            notes.append(document.error(at: keys, message).description)
        }
        return (plan, notes + plan.notes)
    }

    // MARK: Personas

    /// What may not be meant of a persona; nil where it is there, and speaks the protocol's language.
    private static func note(
        persona name: String, of plan: StudyPlan, beside file: String
    ) -> String? {
        guard let path = path(persona: name, beside: file) else {
            let places = "\(Places.personas), nor in the folder personas beside the protocol's"
            return "there is no persona '\(name)' in \(places)"
        }
        guard let persona = try? Persona.load(path: path) else {
            return "the persona '\(name)' has mistakes: attune persona check \(path)"
        }
        guard base(persona.language) != base(plan.language) else { return nil }
        return "the persona '\(name)' speaks '\(persona.language)', the protocol is in "
            + "'\(plan.language)': its sessions would have no page"
    }

    private static func path(persona: String, beside file: String) -> String? {
        if let path = Places.persona(named: persona) { return path }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let beside =
            folder.isEmpty && !file.hasPrefix("/") ? "../personas" : "\(folder)/../personas"
        let path = "\(beside)/\(persona).yaml"
        return FileSystem.exists(path) ? path : nil
    }

    /// A language without its region.
    private static func base(_ tag: String) -> String {
        tag.split(separator: "-").first.map { $0.lowercased() } ?? ""
    }

    // MARK: Files of the language

    /// What the chat needs in the protocol's language and is not on this computer.
    private static func languageNotes(
        _ plan: StudyPlan
    ) -> [(keys: [String], message: String)] {
        guard let chat = plan.chat else { return [] }
        var notes = safetyNotes(chat.safety, language: plan.language)
        let hasModel = chat.model != nil
        let emotions = chat.emotions.scorer
        if emotions == .lexicon || (emotions == .model && !hasModel) {
            do throws(SimClientError) {
                _ = try EmotionLexicon.load(language: plan.language)
            } catch {
                notes.append((["chat", "emotions"], "\(error)"))
            }
        }
        if chat.suggestions.isGenerated && !(chat.suggestions.source == .model && hasModel) {
            do throws(SimClientError) {
                _ = try SuggestionTemplates.load(language: plan.language)
            } catch {
                notes.append((["chat", "suggestions"], "\(error)"))
            }
        }
        return notes
    }

    private static func safetyNotes(
        _ safety: SafetyPlan, language: String
    ) -> [(keys: [String], message: String)] {
        let rules: SafetyRules
        do throws(SafetyRulesError) {
            rules = try SafetyRules.load(named: safety.rules, sessionLanguage: language)
        } catch {
            return [(["chat", "safety", "rules"], "\(error)")]
        }
        let known = Set(rules.categories.map(\.name)).union(rules.ruleNames)
        return safety.permits.enumerated().compactMap {
            index, name -> (keys: [String], message: String)? in
            guard !known.contains(name) else { return nil }
            return (
                ["chat", "safety", "permits", "\(index)"],
                "the rules '\(safety.rules)' have no category and no rule '\(name)': it permits nothing"
            )
        }
    }
}
