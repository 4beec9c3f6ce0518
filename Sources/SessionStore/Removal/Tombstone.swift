/// What a study remembers of a session that was removed, as a whole or in part: no copy of it that is older
/// may be used again.
public struct Tombstone: Hashable, Sendable {
    /// The session's id.
    public var session: String
    public var participant: String
    /// `all`, or what was taken out: a tier's name, or `redaction`.
    public var scope: String
    /// The row of the session's audit trail that each later copy has; nil where there is to be no copy.
    public var auditRow: String?
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64

    /// The scope of a session of which nothing is to be left.
    public static let everything = "all"

    public init(
        session: String, participant: String, scope: String, auditRow: String? = nil,
        realtime: Int64
    ) {
        self.session = session
        self.participant = participant
        self.scope = scope
        self.auditRow = auditRow
        self.realtime = realtime
    }
}

extension [Tombstone] {
    /// Why nothing of a session may be used; nil where it was not deleted as a whole.
    public func refusal(session: String) -> String? {
        filter { $0.auditRow == nil }.refusal(session: session, auditRows: [])
    }

    /// Why a file of a session must not be used; nil where it may.
    /// - Parameter auditRows: the ids of the rows of the file's audit trail.
    public func refusal(session: String, auditRows: Set<String>) -> String? {
        for tombstone in self where tombstone.session.lowercased() == session.lowercased() {
            guard let row = tombstone.auditRow else {
                return
                    "session \(session) was deleted, since consent was withdrawn or its time was over: "
                    + "delete this copy"
            }
            if !auditRows.contains(row) {
                return
                    "this is a copy of session \(session) from before '\(tombstone.scope)' was taken out "
                    + "of it: delete it, and take the study's own file"
            }
        }
        return nil
    }
}
