import GRDB

/// The index of a study's sessions.
extension StudyDatabase {
    /// Adds a session to the index, or brings its entry up to date: what it does not say of visit,
    /// condition and outcome stays. Its participant must be registered.
    public func store(_ session: IndexedSession) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                INSERT INTO sessions (id, participant, kind, file, state, started_realtime_ns,
                  stopped_realtime_ns, finished_realtime_ns, sha256, size, parent, continuation_of,
                  pilot, visit, condition, outcome)
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                  ON CONFLICT (id) DO UPDATE SET file = excluded.file, state = excluded.state,
                  stopped_realtime_ns = excluded.stopped_realtime_ns,
                  finished_realtime_ns = excluded.finished_realtime_ns,
                  sha256 = excluded.sha256, size = excluded.size,
                  pilot = coalesce(excluded.pilot, pilot),
                  visit = coalesce(excluded.visit, visit),
                  condition = coalesce(excluded.condition, condition),
                  outcome = coalesce(excluded.outcome, outcome)
                """, path: path)
            try row.bind(1, session.identifier)
            try row.bind(2, session.participant)
            try row.bind(3, session.kind.rawValue)
            try row.bind(4, session.file)
            try row.bind(5, session.state.rawValue)
            try row.bind(6, session.startedRealtime)
            try row.bind(7, session.stoppedRealtime)
            try row.bind(8, session.finishedRealtime)
            try row.bind(9, session.sha256)
            try row.bind(10, session.size)
            try row.bind(11, session.parent)
            try row.bind(12, session.continuationOf)
            try row.bind(13, session.isPilot.map { $0 ? 1 : Int64(0) })
            try row.bind(14, session.visit.map { Int64($0) })
            try row.bind(15, session.condition.map(StudyCondition.text))
            try row.bind(16, session.outcome)
            try row.run()
        }
    }

    /// A session by its id; nil where the index does not know it.
    public func session(_ identifier: String) throws(SessionStoreError) -> IndexedSession? {
        try sessions("id = ?", identifier).first
    }

    /// The sessions of one participant or of all, by their start.
    public func sessions(
        participant: String? = nil
    ) throws(SessionStoreError) -> [IndexedSession] {
        try sessions("?1 IS NULL OR participant = ?1", participant)
    }

    private func sessions(
        _ condition: String, _ value: String?
    ) throws(SessionStoreError) -> [IndexedSession] {
        let columns = version < 2 ? "NULL, NULL, NULL, NULL" : "pilot, visit, condition, outcome"
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT id, participant, kind, file, state, started_realtime_ns, stopped_realtime_ns,
                  finished_realtime_ns, sha256, size, parent, continuation_of, \(columns) FROM sessions
                  WHERE \(condition) ORDER BY started_realtime_ns, id
                """, path: path)
            try row.bind(1, value)
            var sessions: [IndexedSession] = []
            while try row.step() {
                guard let kind = SessionKind(rawValue: row.text(2)),
                    let state = SessionState(rawValue: row.text(4))
                else {
                    row.reset()
                    throw .damaged(path, "the entry of a session is not understood")
                }
                sessions.append(
                    IndexedSession(
                        identifier: row.text(0), participant: row.text(1), kind: kind,
                        file: row.text(3), state: state, startedRealtime: row.integer(5),
                        stoppedRealtime: row.optionalInteger(6),
                        finishedRealtime: row.optionalInteger(7), sha256: row.optionalText(8),
                        size: row.optionalInteger(9), parent: row.optionalText(10),
                        continuationOf: row.optionalText(11),
                        isPilot: row.optionalInteger(12).map { $0 != 0 },
                        visit: row.optionalInteger(13).map { Int(clamping: $0) },
                        condition: row.optionalText(14).map(StudyCondition.read),
                        outcome: row.optionalText(15)))
            }
            return sessions
        }
    }
}
