import GRDB
import SystemCalls

/// Adding what people say to a review file, each request in one durable transaction.
extension ReviewFile {
    /// Runs one transaction that adds rows; makes the tables where a file lacks them.
    private func adding<Result>(
        _ body: (Database) throws -> Result
    ) throws(SessionReviewError) -> Result {
        do {
            return try queue.write { database in
                try database.execute(sql: ReviewSchema.coding)
                return try body(database)
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    // MARK: - Schemes

    /// Adds a scheme's text; the same text again gives the row that there is.
    func add(_ scheme: CodingSchemeText) throws(SessionReviewError) -> ReviewRow {
        try adding { database in
            let known = try RowStatement(
                database, "SELECT id, made_realtime_ns FROM schemes WHERE sha256 = ?", path: path)
            try known.bind(1, scheme.sha256)
            if try known.step() {
                defer { known.reset() }
                return ReviewRow(
                    change: scheme.sha256, id: known.integer(0), madeRealtime: known.integer(1),
                    isRepeated: true)
            }
            let now = Clocks.realtime()
            let row = try RowStatement(
                database,
                """
                INSERT INTO schemes (made_realtime_ns, software_version, actor, name, version,
                  sha256, text) VALUES (?, ?, ?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, now)
            try row.bind(2, SoftwareVersion.current)
            try row.bind(3, scheme.actor)
            try row.bind(4, scheme.name)
            try row.bind(5, scheme.version)
            try row.bind(6, scheme.sha256)
            try row.bind(7, scheme.text)
            try row.run()
            return ReviewRow(
                change: scheme.sha256, id: database.lastInsertedRowID, madeRealtime: now,
                isRepeated: false)
        }
    }

    // MARK: - Annotations

    /// Adds changes of annotations, all or none of them.
    /// - Returns: their rows, and the review's version.
    func add(
        _ changes: [AnnotationChange], actor: String
    ) throws(SessionReviewError) -> (rows: [ReviewRow], version: Int64) {
        try adding { database in
            var rows: [ReviewRow] = []
            for change in changes { rows.append(try add(change, actor: actor, database)) }
            return (rows, try annotationVersion(database))
        }
    }

    private func add(
        _ change: AnnotationChange, actor: String, _ database: Database
    ) throws -> ReviewRow {
        func refuse(_ reason: String) -> SessionReviewError {
            .refused(change: change.change, reason: reason)
        }
        let repeated = try annotations(database, "change = ?1", change.change)
        if let row = repeated.first {
            guard row.annotation == change.annotation, row.action == change.action else {
                throw refuse("its id was given to another change")
            }
            return ReviewRow(
                change: change.change, id: row.id, madeRealtime: row.madeRealtime, isRepeated: true)
        }
        let current = try annotations(database, "annotation = ?1", change.annotation).last
        if change.action.isFirst {
            if current != nil { throw refuse("there is an annotation of its id already") }
        } else {
            guard let current else { throw refuse("there is no annotation of its id") }
            guard current.layer == change.layer, current.kind == change.kind else {
                throw refuse("an annotation stays in its layer and of its kind")
            }
            if let based = change.basedOn, based != current.id {
                throw SessionReviewError.outdated(change: change.change, newest: current.id)
            }
        }
        try refuseLocked(
            change.layer, [change.stage, current?.stage].compactMap(\.self), change.change, database
        )
        if let sha256 = change.schemeSHA256 {
            let known = try RowStatement(
                database, "SELECT 1 FROM schemes WHERE sha256 = ?", path: path)
            try known.bind(1, sha256)
            guard try known.step() else { throw refuse("its scheme is not in the review file yet") }
            known.reset()
        }
        let now = Clocks.realtime()
        try insert(change, actor: actor, now, database)
        return ReviewRow(
            change: change.change, id: database.lastInsertedRowID, madeRealtime: now,
            isRepeated: false)
    }

    private func insert(
        _ change: AnnotationChange, actor: String, _ now: Int64, _ database: Database
    ) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            """
            INSERT INTO annotations (made_realtime_ns, software_version, actor, action, change,
              annotation, layer, scheme, scheme_version, scheme_sha256, kind, code, modifiers,
              start_ns, end_ns, stream_id, channel, turn_number, span_start, span_end, stage, note,
              detail, removed)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        try row.bind(1, now)
        try row.bind(2, SoftwareVersion.current)
        try row.bind(3, actor)
        try row.bind(4, change.action.rawValue)
        try row.bind(5, change.change)
        try row.bind(6, change.annotation)
        try row.bind(7, change.layer)
        try row.bind(8, change.scheme)
        try row.bind(9, change.schemeVersion)
        try row.bind(10, change.schemeSHA256)
        try row.bind(11, change.kind.rawValue)
        try row.bind(12, change.code)
        try row.bind(13, change.modifiers)
        try row.bind(14, change.start)
        try row.bind(15, change.end)
        try row.bind(16, change.stream)
        try row.bind(17, change.channel)
        try row.bind(18, change.turn)
        try row.bind(19, change.spanStart)
        try row.bind(20, change.spanEnd)
        try row.bind(21, change.stage)
        try row.bind(22, change.note)
        try row.bind(23, change.detail)
        try row.bind(24, change.isRemoved ? 1 : Int64(0))
        try row.run()
    }

    // MARK: - Ratings

    /// Adds ratings, all or none of them.
    func add(_ ratings: [Rating]) throws(SessionReviewError) -> [ReviewRow] {
        try adding { database in
            var rows: [ReviewRow] = []
            for rating in ratings { rows.append(try add(rating, database)) }
            return rows
        }
    }

    private func add(_ rating: Rating, _ database: Database) throws -> ReviewRow {
        let known = try RowStatement(
            database, "SELECT id, made_realtime_ns, assignment, item FROM ratings WHERE change = ?",
            path: path)
        try known.bind(1, rating.change)
        if try known.step() {
            defer { known.reset() }
            guard known.text(2) == rating.assignment, known.text(3) == rating.item else {
                throw SessionReviewError.refused(
                    change: rating.change, reason: "its id was given to another rating")
            }
            return ReviewRow(
                change: rating.change, id: known.integer(0), madeRealtime: known.integer(1),
                isRepeated: true)
        }
        try refuseLocked(rating.assignment, [rating.stage], rating.change, database)
        let now = Clocks.realtime()
        let row = try RowStatement(
            database,
            """
            INSERT INTO ratings (made_realtime_ns, software_version, change, rater, role,
              assignment, stage, turn_number, item, value, rationale, is_draft)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        try row.bind(1, now)
        try row.bind(2, SoftwareVersion.current)
        try row.bind(3, rating.change)
        try row.bind(4, rating.rater)
        try row.bind(5, rating.role.rawValue)
        try row.bind(6, rating.assignment)
        try row.bind(7, rating.stage)
        try row.bind(8, rating.turn)
        try row.bind(9, rating.item)
        try row.bind(10, rating.value)
        try row.bind(11, rating.rationale)
        try row.bind(12, rating.isDraft ? 1 : Int64(0))
        try row.run()
        return ReviewRow(
            change: rating.change, id: database.lastInsertedRowID, madeRealtime: now,
            isRepeated: false)
    }

    /// Refuses what belongs to a locked stage. What names no stage is refused once any is locked.
    private func refuseLocked(
        _ assignment: String, _ stages: [String], _ change: String, _ database: Database
    ) throws {
        let row = try RowStatement(
            database,
            "SELECT stage FROM rating_stages WHERE assignment = ? AND action = 'locked' ORDER BY id",
            path: path)
        try row.bind(1, assignment)
        while try row.step() {
            let stage = row.text(0)
            guard stages.isEmpty || stages.contains(stage) else { continue }
            row.reset()
            throw SessionReviewError.locked(change: change, stage: stage)
        }
    }

    /// Opens or locks a stage; what it is already gives the row that there is.
    func add(_ stage: RatingStage) throws(SessionReviewError) -> ReviewRow {
        try adding { database in
            let known = try RowStatement(
                database,
                """
                SELECT id, made_realtime_ns, action FROM rating_stages WHERE assignment = ?
                  AND stage = ? ORDER BY id DESC LIMIT 1
                """, path: path)
            try known.bind(1, stage.assignment)
            try known.bind(2, stage.stage)
            if try known.step() {
                defer { known.reset() }
                if known.text(2) == stage.action.rawValue {
                    return ReviewRow(
                        change: "", id: known.integer(0), madeRealtime: known.integer(1),
                        isRepeated: true)
                }
                if known.text(2) == RatingStage.Action.locked.rawValue {
                    throw SessionReviewError.locked(change: "", stage: stage.stage)
                }
            }
            let now = Clocks.realtime()
            let row = try RowStatement(
                database,
                """
                INSERT INTO rating_stages (made_realtime_ns, software_version, rater, assignment,
                  stage, action) VALUES (?, ?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, now)
            try row.bind(2, SoftwareVersion.current)
            try row.bind(3, stage.rater)
            try row.bind(4, stage.assignment)
            try row.bind(5, stage.stage)
            try row.bind(6, stage.action.rawValue)
            try row.run()
            return ReviewRow(
                change: "", id: database.lastInsertedRowID, madeRealtime: now, isRepeated: false)
        }
    }

    // MARK: - Transcripts

    /// Adds a transcript with all its segments.
    func add(
        _ transcript: Transcript, _ segments: [TranscriptSegment]
    ) throws(SessionReviewError) -> ReviewRow {
        try adding { database in
            let known = try RowStatement(
                database, "SELECT id, made_realtime_ns FROM transcripts WHERE change = ?",
                path: path)
            try known.bind(1, transcript.change)
            if try known.step() {
                defer { known.reset() }
                return ReviewRow(
                    change: transcript.change, id: known.integer(0),
                    madeRealtime: known.integer(1), isRepeated: true)
            }
            let now = Clocks.realtime()
            let row = try RowStatement(
                database,
                """
                INSERT INTO transcripts (made_realtime_ns, software_version, change, actor, source,
                  language, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, now)
            try row.bind(2, SoftwareVersion.current)
            try row.bind(3, transcript.change)
            try row.bind(4, transcript.actor)
            try row.bind(5, transcript.source.rawValue)
            try row.bind(6, transcript.language)
            try row.bind(7, transcript.detail)
            try row.run()
            let id = database.lastInsertedRowID
            try insert(segments, id, database)
            return ReviewRow(
                change: transcript.change, id: id, madeRealtime: now, isRepeated: false)
        }
    }

    private func insert(
        _ segments: [TranscriptSegment], _ id: Int64, _ database: Database
    ) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            """
            INSERT INTO transcript_segments (transcript_id, position, start_ns, end_ns, speaker,
              text, words) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        for (position, segment) in segments.enumerated() {
            try row.bind(1, id)
            try row.bind(2, Int64(position))
            try row.bind(3, segment.start)
            try row.bind(4, segment.end)
            try row.bind(5, segment.speaker)
            try row.bind(6, segment.text)
            try row.bind(7, segment.words)
            try row.run()
        }
    }
}
