import SessionStore
import SystemCalls

/// Reads from the system's journal what the daemon wrote about audit trails.
enum JournalReader {
    private static let programs = ["/usr/bin/journalctl", "/bin/journalctl"]

    /// - Returns: nil where there is no journal, or none that this user may read.
    static func anchors(ofTrailIn file: String) -> AuditAnchors? {
        guard let program = programs.first(where: { FileSystem.exists($0) }) else { return nil }
        let subject = (try? AuditHead.subject(of: file)) ?? nil
        let searched =
            (subject.map { ["ATTUNE_SUBJECT=\($0)"] } ?? [])
            + (TrailCheck.name(of: file).map { ["ATTUNE_TRAIL=\($0)"] } ?? [])
        guard !searched.isEmpty else { return nil }
        var lines: [String] = []
        // The system's journal alone: in their own, users may write what they like.
        let arguments =
            ["--system", "--quiet", "--no-pager", "--output=json"]
            + searched.map { ["MESSAGE_ID=\(AuditAnchor.messageIdentifier)", $0] }
            .joined(separator: ["+"])
        do throws(SystemError) {
            let code = try ChildProgram.follow(program, arguments) { lines.append($0) }
            guard code == 0 else { return nil }
        } catch {
            return nil
        }
        let anchors = AuditAnchors(source: "the journal", lines: lines)
        // Who may not read the journal finds it empty.
        return anchors.isEmpty ? nil : anchors
    }
}
