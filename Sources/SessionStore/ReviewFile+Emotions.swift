import GRDB
import SystemCalls

/// Corrections of emotions in a review file.
extension ReviewFile {
    /// - Returns: its number.
    func add(_ correction: EmotionCorrection) throws(SessionStoreError) -> Int64 {
        do {
            return try queue.write { database in
                // Files of earlier programs lack the table.
                try database.execute(sql: ReviewSchema.emotionCorrections)
                let row = try RowStatement(
                    database,
                    """
                    INSERT INTO emotion_corrections (made_realtime_ns, software_version, actor,
                      turn_number, category, valence, arousal, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, path: path)
                try row.bind(1, correction.madeRealtime)
                try row.bind(2, SoftwareVersion.current)
                try row.bind(3, correction.actor)
                try row.bind(4, correction.turn)
                try row.bind(5, correction.category)
                try row.bind(6, correction.valence)
                try row.bind(7, correction.arousal)
                try row.bind(8, correction.note)
                try row.run()
                return database.lastInsertedRowID
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    static func emotionCorrections(
        of session: String, session identifier: String
    ) throws(SessionStoreError) -> [EmotionCorrection] {
        let path = path(of: session)
        guard FileSystem.exists(path) else { return [] }
        try checkHeader(path)
        let file = ReviewFile(path: path, queue: try SchemaGuard.reading(path, keepsRows: true))
        do {
            let found = try file.queue.read { database in
                try file.check(database, belongsTo: identifier)
                return try file.emotionCorrections(database)
            }
            try file.close()
            return found
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func emotionCorrections(
        _ database: Database
    ) throws(SessionStoreError) -> [EmotionCorrection] {
        let table = try RowStatement(
            database, "SELECT 1 FROM sqlite_schema WHERE name = 'emotion_corrections'", path: path)
        guard try table.step() else { return [] }
        table.reset()
        let row = try RowStatement(
            database,
            """
            SELECT id, turn_number, category, valence, arousal, note, actor, made_realtime_ns
              FROM emotion_corrections ORDER BY id
            """, path: path)
        var corrections: [EmotionCorrection] = []
        while try row.step() {
            corrections.append(
                EmotionCorrection(
                    id: row.integer(0), turn: row.integer(1), category: row.optionalText(2),
                    valence: row.optionalReal(3), arousal: row.optionalReal(4), note: row.text(5),
                    actor: row.text(6), madeRealtime: row.integer(7)))
        }
        return corrections
    }
}
