import ArgumentParser
import Declarations
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

    /// What `--json` prints of each file.
    private struct Report: Encodable {
        struct Mistake: Encodable {
            var line: Int
            var column: Int
            var key: String
            var message: String
        }
        var path: String
        var name: String?
        var mistakes: [Mistake]
        var notes: [String] = []
    }

    func run() throws {
        var reports: [Report] = []
        for file in files {
            do throws(DeclarationErrors) {
                let (plan, notes) = try Self.check(file)
                reports.append(Report(path: file, name: plan.name, mistakes: [], notes: notes))
                if !global.json {
                    print("ok \(plan.name)")
                    for note in notes { print("note: \(note)") }
                }
            } catch {
                reports.append(
                    Report(
                        path: file,
                        mistakes: error.errors.map {
                            Report.Mistake(
                                line: $0.line, column: $0.column, key: $0.keyPath,
                                message: $0.message)
                        }))
                if !global.json { print(error.description) }
            }
        }
        if global.json { try Output.json(reports) }
        if reports.contains(where: { !$0.mistakes.isEmpty }) { throw ExitCode(1) }
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
        for (keys, persona) in plan.personas where !exists(persona, beside: file) {
            let message =
                "there is no persona '\(persona)' in \(Places.personas), nor in the folder personas "
                + "beside the protocol's"
            notes.append(document.error(at: keys, message).description)
        }
        return (plan, notes + plan.notes)
    }

    private static func exists(_ persona: String, beside file: String) -> Bool {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let places = [
            Places.personas,
            folder.isEmpty && !file.hasPrefix("/") ? "../personas" : "\(folder)/../personas",
        ]
        return places.contains { FileSystem.exists("\($0)/\(persona).yaml") }
    }
}
