import ArgumentParser
import Link
import SessionStore
import SystemCalls

/// `attune backup …`: the copies of finished sessions at the second place.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Show what is backed up, and read the copies again.",
        discussion: """
            The daemon copies each finished session, its review file, its quality report and the study's \
            database to the place that 'backup' in attuned.yaml names, and reads each copy back.
            """,
        subcommands: [State.self, Check.self], defaultSubcommand: State.self)

    struct State: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show what is backed up, and what waits.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let client = try global.connect()
            guard
                let backup = try client.call(ControlInterface.GetStatus.self, .init()).status.backup
            else {
                throw ValidationError(
                    "No backup place is set. Name a folder of another disk in "
                        + "/etc/attune/attuned.yaml: 'backup: /PATH'.")
            }
            if global.json { return try Output.json(backup) }
            print(Self.sentence(backup))
            guard backup.waiting > 0 else { return }
            print("")
            SessionTable.show(
                try client.call(ControlInterface.ListSessions.self, .init()).sessions
                    .filter { $0.backupWaits != nil })
        }

        /// The place and how it is, in one line or two.
        static func sentence(_ backup: BackupInfo) -> String {
            let last = backup.verifiedUtcNs.map { ", last at \(Output.localTime($0))" } ?? ""
            let waiting =
                switch backup.waiting {
                case 0: "all finished sessions are backed up\(last)"
                case 1: "1 finished session waits\(last)"
                default: "\(backup.waiting) finished sessions wait\(last)"
                }
            let problem = backup.problem.map { "\nBACKUP STANDS: \($0)" } ?? ""
            return "backup \(backup.place): \(waiting)\(problem)"
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read all copies from their disk and compare them with the index.",
            discussion: """
                Exit status: 0 when every copy is what was copied, 1 when one is not, 2 when the place \
                cannot be read.
                """)

        @Argument(help: "Only those of this study.") var study: String?

        @Option(help: "The backup place; without it, the daemon's.", completion: .directory)
        var place: String?

        @OptionGroup var global: GlobalOptions

        /// What `--json` prints.
        private struct Report: Encodable {
            var place: String
            var checked: Int
            var bytes: Int64
            var findings: [BackupCheck.Finding]
        }

        func run() throws {
            let root = try place ?? daemonsPlace()
            guard let place = BackupPlace.marked(root) else {
                Output.error(
                    "\(root) has no mark of a backup place that you may read: is its disk mounted?")
                throw ExitCode(2)
            }
            var check = BackupCheck()
            for name in try studies(in: root) where study == nil || study == name {
                do {
                    let database = try StudyDatabase.openForReading(at: try index(of: name, root))
                    let entries = try database.backups()
                    try database.close()
                    check.run(study: name, entries: entries, place: place)
                } catch let error as SessionStoreError {
                    Output.error("\(error)")
                    throw ExitCode(2)
                }
            }
            if global.json {
                try Output.json(
                    Report(
                        place: root, checked: check.checked, bytes: check.bytes,
                        findings: check.findings))
            } else {
                for finding in check.findings { print("\(finding.copy) \(finding.problem)") }
                print(
                    check.findings.isEmpty
                        ? "\(root): all \(check.checked) copies are what was copied "
                            + "(\(Output.bytes(check.bytes)) read)"
                        : "\(root): \(check.findings.count) of \(check.checked) copies are not what "
                            + "was copied")
            }
            if !check.findings.isEmpty { throw ExitCode(1) }
        }

        private func daemonsPlace() throws -> String {
            guard
                let backup = try global.connect().call(ControlInterface.GetStatus.self, .init())
                    .status.backup
            else { throw ValidationError("No backup place is set; give one with --place.") }
            return backup.place
        }

        private func studies(in root: String) throws -> [String] {
            let names = Set((try? FileSystem.list(global.dataDirectory)) ?? []).union(
                (try? FileSystem.list(root)) ?? [])
            return names.filter { (try? index(of: $0, root)) != nil }.sorted()
        }

        /// The station's own index, or its copy where the station's is lost.
        private func index(of study: String, _ root: String) throws -> String {
            for folder in [global.dataDirectory, root] {
                let path = try StudyDirectory(root: folder).database(study: study)
                if FileSystem.exists(path) { return path }
            }
            throw ValidationError("There is no study \(study).")
        }
    }
}
