import ArgumentParser
import Declarations
import DeviceProfiles

/// `attune devices check`: whether profiles are right.
struct CheckProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check device profiles.",
        discussion: """
            Prints 'ok NAME' for each profile that is right, and for each that is not every mistake as \
            'file:line:column: key: what was expected, what was found'. Exit status: 0 when all are \
            right, 1 when one is not.
            """)

    @Argument(help: "The profiles.", completion: .file(extensions: ["yaml"]))
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
    }

    func run() throws {
        var reports: [Report] = []
        for file in files {
            do throws(DeclarationErrors) {
                let name = try Self.check(file)
                reports.append(Report(path: file, name: name, mistakes: []))
                if !global.json { print("ok \(name)") }
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

    /// The name of a profile that is right.
    private static func check(_ file: String) throws(DeclarationErrors) -> String {
        let document = try DeclarationDocument(path: file)
        let profile = try DeviceProfile.read(document.text, file: file)
        // The library finds a profile by the name of its file.
        let name = file.split(separator: "/").last.map(String.init) ?? file
        if name != "\(profile.name).yaml" {
            let message =
                name.hasSuffix(".yaml")
                ? "expected \(name.dropLast(5)) as the file is called, found \(profile.name)"
                : "expected the file to be called \(profile.name).yaml, found \(name)"
            throw DeclarationErrors([document.error(at: ["name"], message)])
        }
        return profile.name
    }
}
