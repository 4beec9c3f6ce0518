import ArgumentParser
import Export
import Glibc
import SystemCalls

/// `attune study freeze`: pins a dataset.
struct StudyFreezeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "Pin a dataset: which sessions, and what of their reviews counts.",
        discussion: """
            PATH is a session file, a participant's folder, or a study's folder. The file that is made names each \
            session with the SHA-256 of its file, its alignment, and how many annotations, ratings, transcripts and \
            corrections there were. attune export FILE then gives the same data as long as there are the same \
            files, whatever is added later, and refuses files that have changed. Who withdraws later is left out \
            all the same.
            """)

    @Argument(help: "Session files, or folders of participants or studies.")
    var paths: [String]
    @Option(help: ArgumentHelp("The file to make: NAME.json.", valueName: "file"))
    var out: String
    @Option(help: ArgumentHelp("Only these participants, with commas between.", valueName: "codes"))
    var participants: String?
    @Flag(help: "Take trial runs in.")
    var pilots = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if paths.isEmpty { throw ValidationError("Name a study's folder.") }
        guard out.hasSuffix(".json") else {
            throw ValidationError("The dataset's file ends in .json.")
        }
    }

    func run() throws {
        var options = try ExportSelectionOptions.parse([])
        options.participants = participants
        options.pilots = pilots
        let dataset = try Dataset.find(paths, try options.selection())
        guard !dataset.sessions.isEmpty else {
            throw ExportError(
                code: .nothing,
                message: "none of the sessions found is frozen\(dataset.reasons)")
        }
        let frozen = try FrozenDataset(dataset, at: out)
        do throws(SystemError) {
            let file = try FileDescriptor(
                opening: out, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
            let number = file.number
            try FileSystem.writeAll(Array(frozen.text.utf8), to: number, subject: out)
            try systemCall("fsync", out) { fsync(number) }
        } catch {
            throw ExportError(
                code: .nothing,
                message: error.code == EEXIST
                    ? "\(out) is there already; a frozen dataset is never replaced, name another file"
                    : "\(out) cannot be made", cause: error.code == EEXIST ? nil : error.description
            )
        }
        if global.json { return print(frozen.text, terminator: "") }
        print(
            "\(out): \(frozen.sessions.count) sessions of "
                + "\(Set(frozen.sessions.map { "\($0.study)/\($0.participant)" }).count) participants"
        )
        for excluded in dataset.excluded {
            print("Left out: \(excluded.path): \(excluded.message)")
        }
    }
}
