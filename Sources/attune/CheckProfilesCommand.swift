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

    func run() throws {
        try DeclarationCheck(json: global.json).run(files) { file throws(DeclarationErrors) in
            (try Self.check(file), nil)
        }
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
