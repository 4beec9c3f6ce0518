import ArgumentParser
import SessionStore
import SystemCalls

/// `attune check`: whether a session file is whole.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a recording from end to end.",
        discussion: """
            Reads every sample, clock segment, gap and overview of the file and lets SQLite check its \
            own structures. The audit trail is worked out anew, and compared with what the daemon wrote \
            into the system's journal, where this user may read it; a study.db or station.audit is \
            checked for its audit trail alone. Exit status: 0 when all is well, 1 when something is wrong, 2 when the \
            file cannot be read as a session.
            """)

    @Argument(
        help: "The session file, a study.db, or a station.audit.",
        completion: .file(extensions: ["attune"]))
    var file: String
    @Option(help: "The SHA-256 that a finished file had, as 64 hexadecimal digits.")
    var sha256: String?
    @Option(
        help: "Compare the audit trail with this: output of 'journalctl -o json', or a log.",
        completion: .file())
    var journal: String?
    @OptionGroup var global: GlobalOptions

    /// What `--json` prints.
    private struct Report: Encodable {
        var path: String
        /// `ok`, `wrong` or `unreadable`.
        var result: String
        var findings: [SessionFinding]
        /// What the audit trail was compared with; nil where it was not.
        var journal: String?
        /// Why it cannot be read.
        var error: String?
    }

    func validate() throws {
        guard let sha256 else { return }
        guard sha256.count == 64, sha256.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
            throw ValidationError("--sha256 wants 64 hexadecimal digits.")
        }
    }

    func run() throws {
        let anchors =
            try journal.map { try Self.read($0) } ?? JournalReader.anchors(ofTrailIn: file)
        do throws(SessionStoreError) {
            let findings =
                TrailCheck.isTrail(file)
                ? try TrailCheck(path: file, anchors: anchors).run()
                : try SessionCheck(
                    path: file, expectedSHA256: sha256?.lowercased(), anchors: anchors
                ).run()
            let errors = findings.filter { $0.severity == .error }.count
            if global.json {
                try? Output.json(
                    Report(
                        path: file, result: errors == 0 ? "ok" : "wrong", findings: findings,
                        journal: anchors?.source))
            } else {
                if anchors == nil {
                    print(
                        "note: audit: not compared with the journal: this machine has none that this user "
                            + "may read. Give an exported one with --journal.")
                }
                printSentences(findings, errors)
            }
            if errors == 0 { return }
        } catch {
            if global.json {
                try? Output.json(
                    Report(path: file, result: "unreadable", findings: [], error: "\(error)"))
            } else {
                try? FileSystem.writeAll(Array("Error: \(error)\n".utf8), to: 2)
            }
            throw ExitCode(2)
        }
        throw ExitCode(1)
    }

    private static func read(_ path: String) throws -> AuditAnchors {
        do {
            return try AuditAnchors(file: path)
        } catch {
            throw ValidationError(
                "--journal: \(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private func printSentences(_ findings: [SessionFinding], _ errors: Int) {
        for finding in findings {
            let subject = finding.subject.isEmpty ? "" : "\(finding.subject): "
            print("\(finding.severity.rawValue): \(subject)\(finding.message)")
        }
        switch errors {
        case 0: print("\(file): all is well")
        default:
            print(
                "\(file): \(errors == 1 ? "1 thing is" : "\(errors) things are") wrong. Keep the "
                    + "file as it is, and compare it with a copy (a backup, or the station's own).")
        }
    }

}
