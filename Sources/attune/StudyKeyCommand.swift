import ArgumentParser
import Export
import Glibc
import SystemCalls

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
        do throws(SystemError) {
            let target = try FileDescriptor(
                opening: file, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            let number = target.number
            try FileSystem.writeAll(Array(Pseudonyms.newKey().utf8), to: number, subject: file)
            try systemCall("fsync", file) { fsync(number) }
        } catch {
            throw ExportError(
                code: .key,
                message: error.code == EEXIST
                    ? "\(file) is there already; a key is never replaced, since the names of earlier "
                        + "exports would be lost with it"
                    : "the key \(file) cannot be made",
                cause: error.code == EEXIST ? nil : error.description)
        }
        print("\(file): a new key. Keep it apart from what you export.")
    }
}
