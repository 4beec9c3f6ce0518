import ArgumentParser
import Declarations
import Review
import SystemCalls

/// `attune review schemes`: the coding schemes of this computer, and whether one is right.
struct ReviewSchemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemes",
        abstract: "List the coding schemes of this computer, or check some.",
        subcommands: [List.self, Check.self], defaultSubcommand: List.self)

    /// `attune review schemes`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the coding schemes of this computer.")

        @OptionGroup var global: GlobalOptions

        private struct Entry: Encodable {
            var name: String
            var version: String?
            var title: String?
            var codes: Int?
            var mistakes: Int
        }

        func run() throws {
            let entries = SchemeShelf.names.map { name -> Entry in
                do throws(DeclarationErrors) {
                    let scheme = try SchemeShelf.scheme(named: name)?.scheme
                    return Entry(
                        name: name, version: scheme?.version, title: scheme?.title,
                        codes: scheme?.codes.count, mistakes: 0)
                } catch {
                    return Entry(name: name, mistakes: error.errors.count)
                }
            }
            if global.json { return try Output.json(entries) }
            guard !entries.isEmpty else { return print("\(Places.schemes): no coding scheme") }
            Output.table(
                [["NAME", "VERSION", "CODES", "TITLE"]]
                    + entries.map {
                        [
                            $0.name, $0.version ?? "–", $0.codes.map(String.init) ?? "–",
                            $0.title
                                ?? "\($0.mistakes) mistakes: attune review schemes check FILE",
                        ]
                    })
        }
    }

    /// `attune review schemes check FILE …`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check coding schemes.",
            discussion: """
                Prints 'ok NAME' for each scheme that is right, and for each that is not every mistake \
                as 'file:line:column: key: what was expected, what was found'. Exit status: 0 when all \
                are right, 1 when one is not.
                """)

        @Argument(help: "The schemes.", completion: .file(extensions: ["yaml"]))
        var files: [String]
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try DeclarationCheck(json: global.json).run(files, notesOfWrong: []) {
                file throws(DeclarationErrors) in
                let document = try DeclarationDocument(path: file)
                let scheme = try CodingScheme.read(document.text, file: file)
                let name = file.split(separator: "/").last.map(String.init) ?? file
                guard name != "\(scheme.name).yaml" else { return (scheme.name, []) }
                let note = document.error(
                    at: ["name"], "the console finds the scheme only as \(scheme.name).yaml")
                return (scheme.name, [note.description])
            }
        }
    }
}
