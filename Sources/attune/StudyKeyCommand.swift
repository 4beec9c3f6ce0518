import ArgumentParser
import Export

/// `attune study key`: makes the key of an export's pseudonyms.
struct StudyKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make a key for pseudonyms.",
        discussion: """
            With the same key, attune export --pseudonyms gives the same people the same names, in every \
            export. Whoever has it can find out who is who: keep it where the consent forms are, and not \
            beside what you give away. A file that is there is never replaced.
            """)

    @Argument(help: "The file to make.", completion: .file()) var file: String

    func run() throws {
        try Pseudonyms.makeKey(at: file)
        print("\(file): a new key. Keep it apart from what you export.")
    }
}
