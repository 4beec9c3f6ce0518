import Foundation

/// What a journal says of audit trails.
///
/// Everybody may write into the system's journal. An entry more can only contradict a trail, and never
/// make a changed one look right: all of a trail's entries must fit.
public struct AuditAnchors: Sendable {
    /// By the trail's subject.
    private var anchors: [String: [AuditAnchor]] = [:]
    /// Where they come from, for people.
    public let source: String

    /// - Parameter lines: of `journalctl -o json`, or of a log; lines that are no anchors are passed over.
    public init(source: String, lines: some Sequence<String>) {
        self.source = source
        for line in lines {
            guard let anchor = AuditAnchor(line: line) else { continue }
            anchors[anchor.head.subject, default: []].append(anchor)
        }
    }

    /// Reads a journal that was exported, or a log.
    public init(file path: String) throws {
        let text = String(
            decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        self.init(source: path, lines: text.split(separator: "\n").lazy.map(String.init))
    }

    /// The entries about a trail.
    public func anchors(of subject: String) -> [AuditAnchor] { anchors[subject] ?? [] }

    /// Whether it says nothing of any trail.
    public var isEmpty: Bool { anchors.isEmpty }

    /// What contradicts a trail, and up to which row the journal knows it.
    /// - Parameters:
    ///   - subject: whose trail it must be; nil takes the one that it says.
    ///   - name: which trail of a data directory it is; nil for a session's.
    func compare(
        _ trail: AuditTrail.Verified, subject: String? = nil, name: AuditTrailName? = nil
    ) -> [SessionFinding] {
        let subject = subject ?? trail.head?.subject
        let known = subject.map { anchors(of: $0) } ?? []
        let names = Set(known.compactMap(\.name) + [name].compactMap { $0 })
        if let other = names.lazy.compactMap({ another(than: subject, of: $0) }).first {
            return [other]
        }
        guard let subject else { return [] }
        guard let newest = known.max(by: { $0.head.count < $1.head.count }) else {
            guard trail.head != nil else { return [] }
            return [
                SessionFinding(
                    .note, "audit",
                    "\(source) has no entry about this audit trail: it was not compared")
            ]
        }
        // Rows without a chain are none.
        let head = trail.head ?? AuditHead(subject: subject, count: 0, hash: subject)
        var findings: [SessionFinding] = []
        for anchor in known.sorted(by: { $0.head.count < $1.head.count }) {
            let count = anchor.head.count
            let who = anchor.user.map { ", written by uid \($0)" } ?? ""
            if count > head.count {
                findings.append(
                    SessionFinding(
                        .error, "audit",
                        "\(source) knows \(count) rows of the audit trail\(who), the file has "
                            + (trail.head == nil
                                ? "no chain of them: it was taken away"
                                : "\(head.count): the last ones were taken out")))
            } else if count > 0, trail.hashes.count >= count,
                trail.hashes[Int(count - 1)] != anchor.head.hash
            {
                findings.append(
                    SessionFinding(
                        .error, "audit",
                        "up to row \(count) the audit trail is not the one that \(source) knows\(who): "
                            + "it was written anew"))
            }
        }
        // What the first contradiction says, the following ones say again.
        if let first = findings.first { return [first] }
        if newest.head.count < head.count {
            findings.append(
                SessionFinding(
                    .note, "audit",
                    "the last \(head.count - newest.head.count) rows of the audit trail are not in "
                        + "\(source) (yet)"))
        }
        return findings
    }

    /// That the journal knows a trail of the same name with another subject. A file that is looked at in
    /// another place than its own may be of any data directory.
    private func another(than subject: String?, of name: AuditTrailName) -> SessionFinding? {
        let others = anchors.values.joined().filter {
            $0.head.subject != subject && $0.name?.name == name.name
        }
        let isKnown = anchors.values.joined().contains { $0.name?.folder == name.folder }
        let other = others.filter { !isKnown || $0.name?.folder == name.folder }
            .max { $0.head.count < $1.head.count }
        guard let other, let place = other.name else { return nil }
        let who = other.user.map { ", written by uid \($0)" } ?? ""
        return SessionFinding(
            .error, "audit",
            "\(source) knows \(other.head.count) rows of another audit trail of the \(place.name) in "
                + "\(place.folder)\(who): \(subject == nil ? "this file has none" : "one was begun anew in the other's place"). "
                + "Only who replaced the file on purpose can know that this is right.")
    }
}
