import ArgumentParser
import Declarations
import Foundation
import StudyProtocol

/// `attune protocol preview`: how questionnaires look.
struct ProtocolPreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show the questionnaires of a study protocol.",
        discussion: """
            Prints the questionnaires with their codes, conditions and scales. With --html they are \
            written as one page that loads nothing and sends nothing.
            """)

    @Argument(help: "The protocol.", completion: .file(extensions: ["yaml"]))
    var file: String
    @Option(help: "The name of one questionnaire; without it, all.")
    var questionnaire: String?
    @Option(help: "Write a page to this file, instead of printing.", completion: .file())
    var html: String?
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let plan: StudyPlan
        do throws(DeclarationErrors) {
            plan = try StudyPlan.load(path: file)
        } catch {
            print(error.description)
            throw ExitCode(1)
        }
        var shown = plan.questionnaires
        if let questionnaire {
            shown = shown.filter { $0.name == questionnaire }
            guard !shown.isEmpty else {
                let names = plan.questionnaires.map(\.name).joined(separator: ", ")
                throw ValidationError(
                    "There is no questionnaire '\(questionnaire)' in \(file). "
                        + (names.isEmpty ? "It has none." : "There are: \(names)."))
            }
        }
        if let html {
            let page = QuestionnairePreview.page(
                shown, title: plan.title, language: plan.language)
            return try Output.write(page, to: html)
        }
        if global.json { return try Output.json(shown.map { $0.page() }) }
        if shown.isEmpty { return print("\(plan.name) has no questionnaires.") }
        print(
            shown.map { QuestionnairePreview.text($0) }.joined(separator: "\n"), terminator: "")
    }
}
