import Foundation

/// The end of an audit trail as it was written into the system's journal.
public struct AuditAnchor: Hashable, Sendable {
    /// What marks these entries in the journal (MESSAGE_ID).
    public static let messageIdentifier = "6f3d1c9b7a4e4f0d9c1e5b2a80d7463c"

    public var head: AuditHead
    /// When the journal took it, in nanoseconds since 1970-01-01 UTC; nil where it does not say.
    public var realtime: Int64?
    /// Who wrote it, by the journal's own word (`_UID`); nil where it does not say.
    public var user: String?
    /// Which trail of a data directory it is; nil for sessions, and where an earlier program wrote it.
    public var name: AuditTrailName?

    public init(
        _ head: AuditHead, of name: AuditTrailName? = nil, realtime: Int64? = nil,
        user: String? = nil
    ) {
        self.head = head
        self.name = name
        self.realtime = realtime
        self.user = user
    }

    /// The journal's fields, beside MESSAGE and PRIORITY.
    public var fields: [(name: String, value: String)] {
        var fields = [
            ("MESSAGE_ID", Self.messageIdentifier), ("ATTUNE_SUBJECT", head.subject),
            ("ATTUNE_AUDIT_COUNT", "\(head.count)"), ("ATTUNE_AUDIT_HEAD", head.hash),
        ]
        if !head.subject.contains(":") { fields.append(("ATTUNE_SESSION", head.subject)) }
        if let name { fields += [("ATTUNE_TRAIL", name.name), ("ATTUNE_DATA", name.folder)] }
        return fields
    }

    /// One line for a person, and for where there is no journal.
    public var message: String {
        "audit trail of \(head.subject): \(head.count) rows, head \(head.hash)"
            + (name.map { " \($0.text)" } ?? "")
    }

    /// An anchor out of a line of `journalctl -o json`, or of a log that holds the message; nil for
    /// lines that are none.
    public init?(line: String) {
        if line.hasPrefix("{") {
            guard
                let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                    as? [String: Any]
            else { return nil }
            let realtime = (entry["__REALTIME_TIMESTAMP"] as? String).flatMap { Int64($0) }
            let user = entry["_UID"] as? String
            if let subject = entry["ATTUNE_SUBJECT"] as? String,
                let hash = entry["ATTUNE_AUDIT_HEAD"] as? String,
                let count = (entry["ATTUNE_AUDIT_COUNT"] as? String).flatMap({ Int64($0) })
            {
                var name: AuditTrailName?
                if let trail = entry["ATTUNE_TRAIL"] as? String,
                    let folder = entry["ATTUNE_DATA"] as? String
                {
                    name = AuditTrailName(name: trail, folder: folder)
                }
                self.init(
                    AuditHead(subject: subject, count: count, hash: hash), of: name,
                    realtime: realtime.map { $0 &* 1000 }, user: user)
                return
            }
            guard let message = entry["MESSAGE"] as? String,
                let (head, name) = Self.head(in: message)
            else { return nil }
            self.init(head, of: name, realtime: realtime.map { $0 &* 1000 }, user: user)
            return
        }
        guard let (head, name) = Self.head(in: line) else { return nil }
        self.init(head, of: name)
    }

    private static func head(in text: String) -> (AuditHead, AuditTrailName?)? {
        guard let begin = text.range(of: "audit trail of ") else { return nil }
        let words = text[begin.upperBound...].split(separator: " ")
        guard words.count >= 5, words[0].hasSuffix(":"), words[2] == "rows,", words[3] == "head",
            let count = Int64(words[1])
        else { return nil }
        let head = AuditHead(
            subject: String(words[0].dropLast()), count: count, hash: String(words[4]))
        return (head, AuditTrailName(text: text[words[4].endIndex...].dropFirst()))
    }
}
