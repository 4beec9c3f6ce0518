import ArgumentParser
import Export
import Glibc
import SessionStore
import Synchronization
import SystemCalls

/// Set by Ctrl-C and SIGTERM; a handler may do no more than that.
private let isInterrupted = Atomic<Bool>(false)

/// `attune export`: a session's tables as files.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write recordings as files that statistics packages read.",
        discussion: """
            csv writes one table a file into DIR, which appears when all of it is written; with several \
            recordings each gets a directory of its own in it. Works on recordings in progress. \
            codebook.csv says what each column means. wav writes the sound of commentaries, sample by \
            sample as it was recorded, with silence where some are missing; sound.csv beside it tells the \
            session's time of each stretch, and by how much the file's own time may be off.
            """)

    /// What can be written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv
        /// The sound of commentaries, with a table of its times.
        case wav
    }

    @Argument(help: "The session files.", completion: .file(extensions: ["attune"]))
    var files: [String]
    @Option(help: "What to write: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.csv
    @Option(
        help: ArgumentHelp(
            "The directory to make; must not be there, or be empty.", valueName: "dir"))
    var out: String
    @Flag(help: "Replace an earlier export in DIR (never anything else).")
    var force = false
    @Flag(name: .shortAndLong, help: "Show no progress and no summary.")
    var quiet = false
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    /// What `--json` prints for each recording.
    private struct Written: Encodable {
        var path: String
        var directory: String
        var tables: [ExportSummary.Table]
    }

    func validate() throws {
        if files.isEmpty { throw ValidationError("Name at least one session file.") }
    }

    func run() throws {
        // A limit on file sizes is told by EFBIG instead of ending the process.
        _ = signal(SIGXFSZ, SIG_IGN)
        // The one who started this may have had them blocked, which would be inherited.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { _ in isInterrupted.store(true, ordering: .relaxed) }
            unsafe sigaddset(&signals, number)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        do throws(ExportError) {
            try export()
        } catch {
            guard error.code == .cancelled else { throw error }
            try? FileSystem.writeAll(Array("\(error)\n".utf8), to: 2)
            throw ExitCode(130)
        }
    }

    private func export() throws(ExportError) {
        let line = ProgressLine(isShown: !quiet)
        defer { line.clear() }
        // All are opened first: a wrong name is told before anything is written.
        var readers: [SessionReader] = []
        for file in files {
            do throws(SessionStoreError) {
                readers.append(try SessionReader.open(at: file, alignment: times.alignment))
            } catch {
                throw ExportError(
                    code: .session(error.code), message: error.message, cause: error.cause)
            }
        }
        let staged = try StagedDirectory(for: out, replacing: force)
        var summaries: [ExportSummary] = []
        for (index, (reader, name)) in zip(readers, Self.directories(files)).enumerated() {
            let count = files.count > 1 ? "\(index + 1)/\(files.count) " : ""
            let isCancelled = { isInterrupted.load(ordering: .relaxed) }
            let show = { (progress: ExportProgress) in
                line.show(count + progress.table, progress.rows, of: progress.expected)
            }
            var directory = staged.path
            if files.count > 1 {
                directory += "/\(name)"
                do throws(SystemError) {
                    try FileSystem.makeDirectories(directory)
                } catch {
                    staged.discard()
                    throw ExportError(
                        code: .inputOutput, message: "\(out)/\(name) cannot be made",
                        cause: error.description)
                }
            }
            switch format {
            case .csv:
                let export = CSVExport(reader: reader, isCancelled: isCancelled, progress: show)
                summaries.append(try export.write(into: directory, named: staged.destination))
            case .wav:
                let export = SoundExport(reader: reader, isCancelled: isCancelled, progress: show)
                summaries.append(try export.write(into: directory, named: staged.destination))
            }
        }
        try staged.commit()
        line.clear()
        if global.json {
            let names = Self.directories(files)
            for ((file, name), summary) in zip(zip(files, names), summaries) {
                let directory = files.count > 1 ? "\(out)/\(name)" : out
                try? Output.json(
                    Written(path: file, directory: directory, tables: summary.tables))
            }
            return
        }
        if quiet { return }
        let tables = summaries.reduce(0) { $0 + $1.tables.count }
        let samples = summaries.reduce(0) { $0 + ($1.samples + $1.soundSamples) }
        let bytes = summaries.reduce(0) { $0 + $1.bytes }
        let sessions = files.count == 1 ? "" : " of \(files.count) sessions"
        print(
            "\(out): \(tables) tables\(sessions), \(ReadableNumber.grouped(samples)) samples, "
                + ReadableNumber.size(bytes))
    }

    /// A directory's name for each file: the file's without its ending, with a number where two
    /// are the same.
    static func directories(_ files: [String]) -> [String] {
        var used: Set<String> = []
        return files.map { file in
            var plain = String(file.split(separator: "/").last ?? "session")
            if plain.hasSuffix(".attune") { plain.removeLast(".attune".count) }
            if plain.isEmpty || plain == "." || plain == ".." { plain = "session" }
            var name = plain
            var number = 2
            while !used.insert(name).inserted {
                name = "\(plain)-\(number)"
                number += 1
            }
            return name
        }
    }
}
