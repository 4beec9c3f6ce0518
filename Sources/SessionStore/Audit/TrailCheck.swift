/// Checks the audit trail of a study's database or of a station. Runs on the caller's thread.
public struct TrailCheck {
    private let path: String
    private let anchors: AuditAnchors?

    /// - Parameters:
    ///   - path: a `study.db`, or the `station.audit` of a data directory.
    ///   - anchors: what the journal says; nil does not ask.
    public init(path: String, anchors: AuditAnchors? = nil) {
        self.path = path
        self.anchors = anchors
    }

    /// Whether a file is one of those that this checks, by its name.
    public static func isTrail(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name == "study.db" || name == "station.audit"
    }

    /// What the journal calls a study's or a station's trail beside its subject; nil for a session file.
    public static func name(of path: String) -> String? {
        isTrail(path) ? AuditTrailName(ofTrailAt: path).name : nil
    }

    /// - Throws: where the file cannot be read at all.
    public func run() throws(SessionStoreError) -> [SessionFinding] {
        let verified: AuditTrail.Verified
        if path.hasSuffix("station.audit") {
            verified = try StationTrail.verified(at: path)
        } else {
            let database = try StudyDatabase.openForReading(at: path)
            verified = try database.verifiedAudit()
            try database.close()
        }
        return verified.findings
            + (anchors?.compare(verified, name: AuditTrailName(ofTrailAt: path)) ?? [])
    }
}

extension AuditHead {
    /// Whose audit trail a session file, a study's database or a station's trail holds: of a session always
    /// its own; nil where another one has no chain.
    public static func subject(of path: String) throws(SessionStoreError) -> String? {
        guard TrailCheck.isTrail(path) else {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            let session = try reader.session().description.identifier
            try reader.close()
            return session
        }
        if path.hasSuffix("station.audit") {
            return try StationTrail.verified(at: path).head?.subject
        }
        let database = try StudyDatabase.openForReading(at: path)
        let head = try database.auditHead()
        try database.close()
        return head?.subject
    }
}
