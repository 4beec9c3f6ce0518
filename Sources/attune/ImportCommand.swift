import ArgumentParser
import Foundation
import Glibc
import Import
import Link
import SessionStore
import SystemCalls

/// `attune import`: makes a session of what others recorded.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a session of XDF files, a table, or an Empatica E4's folder.",
        usage: """
            attune import FILE.xdf... [--study S --participant P] [--out PLACE] [--dry-run] [--json]
            attune import TABLE.csv --mapping MAP.yaml [--study S --participant P] [--out PLACE]
            attune import TABLE.csv --make-mapping
            attune import FOLDER [--study S --participant P] [--out PLACE]
            """,
        discussion: """
            The session gets everything that XDF files hold, aligned by our own estimator, with what is \
            missing and how far off its times may be; what is broken is read as far as it goes, and what is \
            gzipped (.xdfz) is unpacked. Without --out \
            it goes into the study's folder, where the console lists it. A table (--mapping) needs to be told \
            what its columns are; --make-mapping prints a first mapping, to be looked at. A folder, or a .zip, \
            is that of an Empatica E4. Protocols/formats/import.md has the details.
            """)

    @Argument(
        help: "XDF files of one session; or a table; or the folder or .zip of an Empatica E4.",
        completion: .file())
    var files: [String]
    @Option(help: "The study's code.")
    var study: String?
    @Option(help: "The participant's code.")
    var participant: String?
    @Option(help: "The session's file, or a folder for it, instead of the study's.")
    var out: String?
    @Option(help: "What the table's columns are.", completion: .file(extensions: ["yaml"]))
    var mapping: String?
    @Flag(help: "Print a first mapping for the table.")
    var makeMapping = false
    @Option(help: "When the session began, such as 2026-11-21T09:30:00+01:00, if you know better.")
    var started: String?
    @Flag(help: "Mark the session as a trial run that no analysis should count.")
    var pilot = false
    @Flag(help: "Say what there is, and write nothing.")
    var dryRun = false
    @OptionGroup var global: GlobalOptions

    private enum Source { case xdf, table, folder, archive }

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Say what to import.") }
        if makeMapping, files.count != 1 {
            throw ValidationError("--make-mapping wants one table.")
        }
        if makeMapping, mapping != nil {
            throw ValidationError("Give either --mapping or --make-mapping.")
        }
        if let started, ISOTime.nanoseconds(started) == nil {
            throw ValidationError(
                "--started wants a date such as 2026-11-21T09:30:00+01:00, not '\(started)'.")
        }
        guard !makeMapping, !dryRun, out == nil else { return }
        guard study != nil, participant != nil else {
            throw ValidationError(
                "Say whose session it is with --study and --participant, or where it goes with --out."
            )
        }
    }

    func run() throws {
        if makeMapping { return print(try CSVDraft.mapping(of: files[0]), terminator: "") }
        var request = ImportRequest(
            study: study ?? "imported", participant: participant ?? "unknown", out: out,
            data: global.dataDirectory)
        request.started = started.flatMap(ISOTime.nanoseconds)
        request.isPilot = pilot
        request.isDry = dryRun
        let summary = try imported(request)
        if out == nil, let file = summary.file { takeIn(file, summary.study) }
        if global.json { return try Output.json(summary) }
        tell(summary)
    }

    private func imported(_ request: ImportRequest) throws -> ImportSummary {
        let sources = try files.map(Self.source)
        guard files.count == 1 || sources.allSatisfy({ $0 == .xdf }) else {
            throw ValidationError("Several files at once can be XDF files only.")
        }
        guard sources[0] == .table || mapping == nil else {
            throw ValidationError("--mapping belongs to a table.")
        }
        switch sources[0] {
        case .xdf: return try XDFImport.run(files, request)
        case .folder: return try E4Import.run(files[0], request)
        case .archive:
            let folder = try E4Archive.unpack(files[0])
            defer { FileSystem.removeTree(folder) }
            return try E4Import.run(folder, named: files[0], request)
        case .table:
            guard let mapping else {
                throw ValidationError(
                    "\(files[0]) is no XDF file. If it is a table, say what its columns are with --mapping; "
                        + "--make-mapping prints a first one.")
            }
            return try CSVImport.run(files[0], mapping: mapping, request)
        }
    }

    /// Has a daemon that runs on the same data directory put the session into its index; one that starts later
    /// finds it by itself.
    private func takeIn(_ file: String, _ study: String) {
        let folder = "\(global.dataDirectory)/\(study)/"
        guard file.hasPrefix(folder), let client = try? global.connect() else { return }
        do {
            let served = try client.call(ControlInterface.GetStatus.self, .init()).status.data
            guard Self.resolved(served) == Self.resolved(global.dataDirectory) else { return }
            _ = try client.call(
                StudyInterface.TakeInSession.self,
                .init(study: study, file: String(file.dropFirst(folder.count))))
        } catch {
            Output.error(
                "the daemon did not take \(file) into its index: \(error) It looks for it again when it "
                    + "starts next.")
        }
    }

    /// The path without links; as it is where it cannot be followed.
    private static func resolved(_ path: String) -> String {
        guard let whole = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(whole) }
        return unsafe String(cString: whole)
    }

    private static func source(_ path: String) throws -> Source {
        if FileSystem.isDirectory(path) {
            guard E4Import.isFolder(path) else {
                throw ValidationError(
                    "\(path) has no files of an Empatica E4 (ACC.csv, EDA.csv and others).")
            }
            return .folder
        }
        guard FileSystem.exists(path) else { throw ValidationError("There is no \(path).") }
        if E4Archive.isArchive(path) { return .archive }
        let name = path.lowercased()
        // One whose first bytes are damaged is told by its name.
        let isNamed = [".xdf", ".xdfz", ".xdf.gz"].contains { name.hasSuffix($0) }
        return isNamed || XDFImport.isXDF(path) ? .xdf : .table
    }

    private func tell(_ summary: ImportSummary) {
        Output.table(
            [["STREAM", "KIND", "RATE", "SAMPLES", "EVENTS", "GAPS", "LOST", "BOUND", "FROM"]]
                + summary.streams.map { stream in
                    [
                        stream.name, stream.kind,
                        stream.nominalRateHz.map { "\($0) Hz" } ?? "-", "\(stream.samples)",
                        "\(stream.events)", "\(stream.gaps)", "\(stream.lost)",
                        stream.boundMs.map { String(format: "%.3f ms", $0) } ?? "-", stream.source,
                    ]
                })
        for note in summary.notes {
            print("note: \(note.subject.isEmpty ? "" : "\(note.subject): ")\(note.message)")
        }
        let length = Output.duration(milliseconds: Int(max(0, summary.durationS) * 1000))
        if let file = summary.file {
            print("\(file): \(length) of \(summary.study)/\(summary.participant)")
        } else {
            print("\(length); nothing was written")
        }
    }
}
