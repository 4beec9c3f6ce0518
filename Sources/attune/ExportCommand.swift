import ArgumentParser
import Export
import Foundation
import Glibc
import Reports
import SessionStore
import StudyProtocol
import Synchronization
import SystemCalls

/// Set by Ctrl-C and SIGTERM; a handler may do no more than that.
private let isInterrupted = Atomic<Bool>(false)

/// `attune export`: sessions as files that statistics packages read.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write sessions as files that statistics packages and standards read.",
        discussion: """
            PATH is a session file, a participant's folder, or a study's folder. Tables hold all sessions, a \
            row knows its participant and session; samples are a file for each session and stream. DIR \
            appears when all of it is written, with a manifest.json; with several formats each has a folder \
            in it. What participants do not agree to any more is left out, and so are trial runs, unless one \
            is named alone.
            """)

    @Argument(
        help: "Session files, or folders of participants or studies.",
        completion: .file(extensions: ["attune"]))
    var paths: [String]
    @Option(
        help: ArgumentHelp(
            "What to write, with commas between: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "formats"))
    var format = "csv"
    @Option(
        help: ArgumentHelp(
            "The directory to make; must not be there, or be empty.", valueName: "dir"))
    var out: String?
    @OptionGroup var selected: ExportSelectionOptions
    @Option(
        help: ArgumentHelp(
            "Call people and sessions by pseudonyms that this key gives (attune study key).",
            valueName: "key file"))
    var pseudonyms: String?
    @Flag(help: "Move each participant's dates by whole weeks; needs --pseudonyms.")
    var moveDates = false
    @Flag(help: "Pack data where a format can: SPSS files become .zsav.")
    var compress = false
    @Option(
        help: ArgumentHelp(
            "Write one encrypted archive (DIR is then a file, such as data.tar.age) that only holders of this "
                + "key can open: age1…, or the line of an SSH public key. For several people, give it several "
                + "times. Needs the program age.", valueName: "recipient"))
    var encryptTo: [String] = []
    @Option(
        help: ArgumentHelp("The same, for the recipients in a file, one a line.", valueName: "file")
    )
    var encryptToFile: [String] = []
    @Flag(help: "Say what would be exported and what not, and write nothing.")
    var dryRun = false
    @Flag(help: "Replace an earlier export in DIR (never anything else).")
    var force = false
    @Option(
        help: ArgumentHelp("Sessions or files at a time (all processors).", valueName: "number"))
    var jobs: Int?
    @Option(
        help: ArgumentHelp(
            "DuckDB's own program, which writes parquet (duckdb from PATH).", valueName: "path"))
    var duckdb: String?
    @Flag(
        help: ArgumentHelp(
            "Lay parquet out in folders study=…/participant=…/session=…, as engines that read on many machines "
                + "take it."))
    var partitioned = false
    @Flag(name: .shortAndLong, help: "Show no progress and no summary.")
    var quiet = false
    @Option(
        help: ArgumentHelp(
            "Whom progress is told on standard error: \(ProgressLine.Reader.allValueStrings.joined(separator: ", ")). "
                + "A program is told in lines of JSON; the export ends where it reads no more.",
            valueName: "reader"))
    var progress = ProgressLine.Reader.person
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    /// What `--json` prints.
    private struct Written: Encodable {
        var directory: String?
        var sessions: [String]
        var excluded: [Excluded]
        var tables: [ExportSummary.Table]
        var notes: [String]
    }

    private struct Excluded: Encodable {
        var path: String
        var reason: String
        var message: String
    }

    func validate() throws {
        if paths.isEmpty { throw ValidationError("Name a session file or a study's folder.") }
        if out == nil, !dryRun {
            throw ValidationError("Name the directory to make with --out DIR.")
        }
        if moveDates, pseudonyms == nil {
            throw ValidationError("--move-dates needs --pseudonyms and its key.")
        }
        if let jobs, !(1...64).contains(jobs) {
            throw ValidationError("--jobs is a number from 1 to 64.")
        }
        let formats = try formats()
        if partitioned, !formats.contains(.parquet) {
            throw ValidationError("--partitioned is a layout of parquet: name it with --format.")
        }
        _ = try selected.selection()
    }

    private func formats() throws -> [ExportFormat] {
        var formats: [ExportFormat] = []
        for word in format.split(separator: ",") {
            let name = word.lowercased().filter { $0 != " " }
            guard let format = ExportFormat(rawValue: name) else {
                throw ValidationError(
                    "There is no format '\(word)'; there are "
                        + ExportFormat.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            if !formats.contains(format) { formats.append(format) }
        }
        if formats.isEmpty { throw ValidationError("Name a format with --format.") }
        return formats
    }

    func run() throws {
        // A limit on file sizes is told by EFBIG instead of ending the process; a program that reads
        // from a pipe and ends is told by EPIPE.
        _ = signal(SIGXFSZ, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
        // The one who started this may have had them blocked, which would be inherited.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { _ in isInterrupted.store(true, ordering: .relaxed) }
            unsafe sigaddset(&signals, number)
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        ProcessMemory.giveBackAtOnce()
        do {
            try export()
        } catch let error as ExportError where error.code == .cancelled {
            try? FileSystem.writeAll(Array("\(error)\n".utf8), to: 2)
            throw ExitCode(130)
        }
    }

    private func export() throws {
        let selection = try selected.selection()
        // What cannot be encrypted for them is not worth the work.
        let age =
            encryptTo.isEmpty && encryptToFile.isEmpty
            ? nil : try AgeProgram(recipients: encryptTo, files: encryptToFile)
        let dataset = try Dataset.find(paths, selection)
        if dryRun {
            try tell(dataset, nil)
            return
        }
        let options = ExportOptions(
            formats: try formats(), selection: selection,
            pseudonyms: try pseudonyms.map {
                try Pseudonyms.read(keyAt: $0, movesDates: moveDates)
            },
            alignment: times.alignment,
            threads: jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount), duckDB: duckdb,
            isCompressed: compress, isPartitioned: partitioned, arguments: arguments)
        let line = Mutex(ProgressLine(for: quiet ? .nobody : progress))
        let export = DatasetExport(
            dataset, options, isCancelled: { isInterrupted.load(ordering: .relaxed) },
            progress: { progress in
                // Where another thread is showing something, that will do.
                _ = line.withLockIfAvailable {
                    $0.show(progress.table, progress.rows, of: progress.expected)
                    if $0.isForsaken { isInterrupted.store(true, ordering: .relaxed) }
                }
            })
        defer { line.withLock { $0.clear() } }
        let summary =
            try age.map { try export.write(encryptedTo: out ?? "", with: $0, replacing: force) }
            ?? export.write(to: out ?? "", replacing: force)
        line.withLock { $0.clear() }
        try tell(dataset, summary)
    }

    /// What the manifest says; the key's place is nobody's business.
    private var arguments: [String] {
        var arguments = ["--format", format] + selected.arguments
        if pseudonyms != nil { arguments.append("--pseudonyms") }
        if moveDates { arguments.append("--move-dates") }
        if compress { arguments.append("--compress") }
        if partitioned { arguments.append("--partitioned") }
        if !encryptTo.isEmpty || !encryptToFile.isEmpty { arguments.append("--encrypt-to") }
        return arguments
    }

    private func tell(_ dataset: Dataset, _ summary: ExportSummary?) throws {
        if global.json {
            try Output.json(
                Written(
                    directory: summary == nil ? nil : out, sessions: dataset.sessions.map(\.path),
                    excluded: dataset.excluded.map {
                        Excluded(path: $0.path, reason: $0.reason.rawValue, message: $0.message)
                    },
                    tables: summary?.tables ?? [], notes: summary?.notes ?? []))
            return
        }
        if quiet, summary != nil { return }
        if let summary {
            let sessions =
                dataset.sessions.count == 1 ? "" : " of \(dataset.sessions.count) sessions"
            print(
                "\(out ?? ""): \(summary.tables.count) files\(sessions), "
                    + "\(ReadableNumber.grouped(summary.samples)) samples, "
                    + ReadableNumber.size(summary.bytes))
        } else {
            print("These \(dataset.sessions.count) sessions would be exported:")
            for session in dataset.sessions { print("  \(session.path)") }
        }
        if !dataset.excluded.isEmpty {
            print("Left out:")
            for excluded in dataset.excluded { print("  \(excluded.path): \(excluded.message)") }
        }
        for note in summary?.notes ?? [] { print("Note: \(note)") }
    }
}

extension ProgressLine.Reader: ExpressibleByArgument {}

/// What of the sessions is exported.
struct ExportSelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only these participants, with commas between.", valueName: "codes"))
    var participants: String?
    @Option(
        help: ArgumentHelp(
            "Only these streams; * stands for any characters: 'polar*,eda'.", valueName: "names"))
    var streams: String?
    @Option(help: ArgumentHelp("Only what happened in these phases.", valueName: "names"))
    var phases: String?
    @Option(
        help: ArgumentHelp("Only these tables; samples are one of them.", valueName: "names"))
    var tables: String?
    @Option(
        help: ArgumentHelp(
            "The table windows too: measures of windows that slide over each phase, so many seconds long and a "
                + "new one every so many: 60/30.", valueName: "length/step"))
    var windows: String?
    @Option(
        help: ArgumentHelp(
            "Leave kinds of data out, or what a tier of consent covers: "
                + "\(ConsentTier.Data.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kinds"))
    var without: String?
    @Flag(help: "Take trial runs in.")
    var pilots = false

    /// The options as they were given, for manifests.
    var arguments: [String] {
        var arguments: [String] = []
        for (name, value) in [
            ("--participants", participants), ("--streams", streams), ("--phases", phases),
            ("--tables", tables), ("--windows", windows), ("--without", without),
        ] {
            // Codes of participants do not belong into what is given away.
            if let value { arguments += name == "--participants" ? [name] : [name, value] }
        }
        if pilots { arguments.append("--pilots") }
        return arguments
    }

    func selection() throws -> ExportSelection {
        func words(_ text: String?) -> [String] {
            (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
        var selection = ExportSelection()
        selection.participants = Set(words(participants))
        selection.streams = words(streams)
        selection.phases = Set(words(phases))
        selection.tables = Set(words(tables))
        for table in words(tables) where !ExportSelection.knownTables.contains(table) {
            throw ValidationError(
                "There is no table '\(table)'; there are "
                    + ExportSelection.knownTables.joined(separator: ", ") + ".")
        }
        if let windows {
            guard let found = MeasureWindows(windows) else {
                throw ValidationError(
                    "--windows is a length and a step in seconds, such as 60/30; the length from 1 s to a day, "
                        + "the step from 0.1 s.")
            }
            selection.windows = found
        } else if selection.tables.contains("windows") {
            selection.windows = .usual
        }
        selection.includesPilots = pilots
        for word in words(without) {
            if let kind = ConsentTier.Data(rawValue: word) {
                selection.leftOut.insert(kind)
            } else if let tier = ConsentTier.Name(rawValue: word) {
                selection.leftOut.formUnion(ConsentRule.usualData(of: tier))
            } else {
                let known =
                    ConsentTier.Data.allCases.map(\.rawValue)
                    + ConsentTier.Name.allCases.map(\.rawValue)
                throw ValidationError(
                    "--without does not know '\(word)'; it knows "
                        + NSOrderedSet(array: known).array.map { "\($0)" }.joined(separator: ", ")
                        + ".")
            }
        }
        return selection
    }
}
