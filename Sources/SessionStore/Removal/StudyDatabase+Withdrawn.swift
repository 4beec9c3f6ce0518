import GRDB

/// Participants of whom nothing is to be left.
extension StudyDatabase {
    /// Whoever withdrew, had everything deleted, and has not come back since: a tombstone without a session,
    /// from the moment on at which it was asked for. Sessions that other machines recorded of them, and that
    /// this study never knew, have no tombstone of their own.
    public func withdrawnParticipants() throws(SessionStoreError) -> [Tombstone] {
        guard version >= 4 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT removals.participant, max(asked_realtime_ns) FROM removals
                  JOIN statuses ON statuses.id = (SELECT max(id) FROM statuses AS newest
                    WHERE newest.participant = removals.participant)
                  WHERE scope = 'all' AND removals.reason = 'withdrawn' AND status = 'withdrawn'
                    AND asked_realtime_ns >= statuses.realtime_ns
                    AND NOT EXISTS (SELECT 1 FROM sessions
                      WHERE sessions.participant = removals.participant
                        AND NOT EXISTS (SELECT 1 FROM json_each(removals.sessions)
                          WHERE json_each.value = sessions.id))
                  GROUP BY removals.participant ORDER BY removals.participant
                """, path: path)
            var found: [Tombstone] = []
            while try row.step() {
                found.append(
                    Tombstone(
                        session: "", participant: row.text(0), scope: Tombstone.everything,
                        realtime: row.integer(1)))
            }
            return found
        }
    }
}
