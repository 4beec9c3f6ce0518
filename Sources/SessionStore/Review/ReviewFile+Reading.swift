import GRDB
import Timebase

/// Rows of what people said, as they stand in a review file.
extension ReviewFile {
    /// Whether the file has a table; those of earlier programs lack the later ones.
    func has(_ table: String, _ database: Database) throws(SessionStoreError) -> Bool {
        let row = try RowStatement(
            database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", path: path)
        try row.bind(1, table)
        defer { row.reset() }
        return try row.step()
    }

    /// The largest id of all annotations; 0 where there are none.
    func annotationVersion(_ database: Database) throws(SessionStoreError) -> Int64 {
        let row = try RowStatement(
            database, "SELECT coalesce(max(id), 0) FROM annotations", path: path)
        defer { row.reset() }
        return try row.step() ? row.integer(0) : 0
    }

    /// Rows of annotations in the order of their ids.
    /// - Parameter condition: in SQL, with `?1` for the value.
    func annotations(
        _ database: Database, _ condition: String, _ value: String?
    ) throws(SessionStoreError) -> [Annotation] {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, software_version, actor, action, change, annotation, layer,
              scheme, scheme_version, scheme_sha256, kind, code, modifiers, start_ns, end_ns,
              stream_id, channel, turn_number, span_start, span_end, stage, note, detail, removed
              FROM annotations WHERE \(condition) ORDER BY id
            """, path: path)
        if let value { try row.bind(1, value) }
        var found: [Annotation] = []
        while try row.step() {
            guard let action = AnnotationAction(rawValue: row.text(4)),
                let kind = AnnotationKind(rawValue: row.text(11))
            else {
                row.reset()
                throw .damaged(path, "an annotation is not understood")
            }
            let state = AnnotationChange(
                change: row.text(5), annotation: row.text(6), action: action, layer: row.text(7),
                scheme: row.optionalText(8), schemeVersion: row.optionalText(9),
                schemeSHA256: row.optionalText(10), kind: kind, code: row.text(12),
                modifiers: row.text(13), start: row.optionalInstant(14),
                end: row.optionalInstant(15), stream: row.optionalInteger(16),
                channel: row.optionalText(17), turn: row.optionalInteger(18),
                spanStart: row.optionalInteger(19), spanEnd: row.optionalInteger(20),
                stage: row.optionalText(21), note: row.text(22), detail: row.text(23),
                isRemoved: row.integer(24) != 0)
            found.append(
                Annotation(
                    id: row.integer(0), madeRealtime: row.integer(1), softwareVersion: row.text(2),
                    actor: row.text(3), state: state))
        }
        return found
    }

    func schemes(_ database: Database) throws(SessionStoreError) -> [CodingSchemeText] {
        let row = try RowStatement(
            database,
            "SELECT id, made_realtime_ns, actor, name, version, sha256, text FROM schemes ORDER BY id",
            path: path)
        var found: [CodingSchemeText] = []
        while try row.step() {
            let scheme = CodingSchemeText(
                id: row.integer(0), madeRealtime: row.integer(1), actor: row.text(2),
                name: row.text(3), version: row.text(4), text: row.text(6))
            guard scheme.sha256 == row.text(5) else {
                row.reset()
                throw .damaged(path, "the text of a coding scheme is not that which it was")
            }
            found.append(scheme)
        }
        return found
    }

    /// - Parameter condition: in SQL, with `?1` for the value.
    func ratings(
        _ database: Database, _ condition: String, _ value: String?
    ) throws(SessionStoreError) -> [Rating] {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, change, rater, role, assignment, stage, turn_number, item,
              value, rationale, is_draft FROM ratings WHERE \(condition) ORDER BY id
            """, path: path)
        if let value { try row.bind(1, value) }
        var found: [Rating] = []
        while try row.step() {
            guard let role = RatingRole(rawValue: row.text(4)) else {
                row.reset()
                throw .damaged(path, "a rating is not understood")
            }
            found.append(
                Rating(
                    id: row.integer(0), madeRealtime: row.integer(1), change: row.text(2),
                    rater: row.text(3), role: role, assignment: row.text(5), stage: row.text(6),
                    turn: row.optionalInteger(7), item: row.text(8), value: row.text(9),
                    rationale: row.text(10), isDraft: row.integer(11) != 0))
        }
        return found
    }

    func stages(_ database: Database) throws(SessionStoreError) -> [RatingStage] {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, rater, assignment, stage, action FROM rating_stages
              ORDER BY id
            """, path: path)
        var found: [RatingStage] = []
        while try row.step() {
            guard let action = RatingStage.Action(rawValue: row.text(5)) else {
                row.reset()
                throw .damaged(path, "a rating's stage is not understood")
            }
            found.append(
                RatingStage(
                    id: row.integer(0), madeRealtime: row.integer(1), rater: row.text(2),
                    assignment: row.text(3), stage: row.text(4), action: action))
        }
        return found
    }

    func transcripts(_ database: Database) throws(SessionStoreError) -> [Transcript] {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, change, actor, source, language, detail FROM transcripts
              ORDER BY id
            """, path: path)
        var found: [Transcript] = []
        while try row.step() {
            guard let source = Transcript.Source(rawValue: row.text(4)) else {
                row.reset()
                throw .damaged(path, "a transcript is not understood")
            }
            found.append(
                Transcript(
                    id: row.integer(0), madeRealtime: row.integer(1), change: row.text(2),
                    actor: row.text(3), source: source, language: row.text(5),
                    detail: row.text(6)))
        }
        return found
    }

    func segments(
        _ transcript: Int64, _ database: Database
    ) throws(SessionStoreError) -> [TranscriptSegment] {
        let row = try RowStatement(
            database,
            """
            SELECT start_ns, end_ns, speaker, text, words FROM transcript_segments
              WHERE transcript_id = ? ORDER BY position
            """, path: path)
        try row.bind(1, transcript)
        var found: [TranscriptSegment] = []
        while try row.step() {
            found.append(
                TranscriptSegment(
                    start: row.instant(0), end: row.instant(1), speaker: row.text(2),
                    text: row.text(3), words: row.text(4)))
        }
        return found
    }
}
