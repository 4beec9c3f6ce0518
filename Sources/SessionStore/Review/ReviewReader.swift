import GRDB
import SystemCalls

/// Reads what people added to a finished session, from the review file beside it. A session without
/// one has nothing of it.
///
/// Each call is one short read transaction, and shows what had been added by then. May be used from
/// several threads; calls wait for each other.
public final class ReviewReader: Sendable {
    /// The session's file.
    public let path: String
    private let queue: DatabaseQueue?
    private let reviewPath: String

    /// - Parameter path: the session's file.
    /// - Throws: `wrongReview` where the file beside it is that of another session; else as
    ///   `SessionReader.open`.
    public static func open(_ path: String) throws(SessionStoreError) -> ReviewReader {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let identifier = try reader.session().description.identifier
        try reader.close()
        return try ReviewReader(path, identifier)
    }

    private init(_ path: String, _ identifier: String) throws(SessionStoreError) {
        self.path = path
        let reviewPath = ReviewFile.path(of: path)
        self.reviewPath = reviewPath
        guard FileSystem.exists(reviewPath) else {
            queue = nil
            return
        }
        try ReviewFile.checkHeader(reviewPath)
        let queue = try SessionConnection.reading(reviewPath)
        self.queue = queue
        do {
            try queue.read {
                try SchemaGuard.check($0, reviewPath, keepsRows: true)
                try ReviewFile(path: reviewPath, queue: queue).check($0, belongsTo: identifier)
            }
        } catch {
            throw .wrapping(error, path: reviewPath)
        }
    }

    /// As `SessionReader` reads a connection that is open.
    init(_ queue: DatabaseQueue, path: String) {
        self.path = path
        self.queue = queue
        reviewPath = ReviewFile.path(of: path)
    }

    /// Closes the file. Safe to call twice; a reader that goes away closes by itself.
    public func close() throws(SessionStoreError) {
        do { try queue?.close() } catch { throw .wrapping(error, path: reviewPath) }
    }

    private func rows<Row>(
        _ table: String,
        _ body: (ReviewFile, Database) throws(SessionStoreError) -> [Row]
    ) throws(SessionStoreError) -> [Row] {
        guard let queue else { return [] }
        let file = ReviewFile(path: reviewPath, queue: queue)
        do {
            return try queue.read { database in
                guard try file.has(table, database) else { return [] }
                return try body(file, database)
            }
        } catch {
            throw .wrapping(error, path: reviewPath)
        }
    }

    // MARK: - Annotations

    /// The review's version: the largest id of all annotations, 0 where there are none. What is computed
    /// from a session names it.
    public func version() throws(SessionStoreError) -> Int64 {
        try rows("annotations") { file, database throws(SessionStoreError) in
            [try file.annotationVersion(database)]
        }.first ?? 0
    }

    /// The annotations as they stand now, in the order of their last rows.
    /// - Parameters:
    ///   - layer: of one layer alone.
    ///   - removed: whether those that were taken away are among them.
    public func annotations(
        layer: String? = nil, removed: Bool = false
    ) throws(SessionStoreError) -> [Annotation] {
        let newest = "id IN (SELECT max(id) FROM annotations GROUP BY annotation)"
        return try rows("annotations") { file, database throws(SessionStoreError) in
            try file.annotations(
                database,
                newest + (removed ? "" : " AND removed = 0")
                    + (layer == nil ? "" : " AND layer = ?1"), layer)
        }
    }

    /// The annotations as they stood at an earlier version, in the order of their last rows, without
    /// those that had been taken away.
    public func annotations(version: Int64) throws(SessionStoreError) -> [Annotation] {
        try rows("annotations") { file, database throws(SessionStoreError) in
            try file.annotations(
                database,
                """
                id IN (SELECT max(id) FROM annotations WHERE id <= CAST(?1 AS INTEGER)
                  GROUP BY annotation) AND removed = 0
                """, "\(version)")
        }
    }

    /// All rows of one annotation, the oldest first.
    public func history(of annotation: String) throws(SessionStoreError) -> [Annotation] {
        try rows("annotations") { file, database throws(SessionStoreError) in
            try file.annotations(database, "annotation = ?1", annotation)
        }
    }

    /// The coding schemes that were used, in the order in which they came.
    public func schemes() throws(SessionStoreError) -> [CodingSchemeText] {
        try rows("schemes") { file, database throws(SessionStoreError) in
            try file.schemes(database)
        }
    }

    // MARK: - Ratings

    /// The ratings that count: of each assignment, stage, turn and item the newest.
    /// - Parameter assignment: of one assignment alone.
    public func ratings(assignment: String? = nil) throws(SessionStoreError) -> [Rating] {
        let newest = """
            id IN (SELECT max(id) FROM ratings GROUP BY assignment, stage, turn_number, item)
            """
        return try rows("ratings") { file, database throws(SessionStoreError) in
            try file.ratings(
                database, newest + (assignment == nil ? "" : " AND assignment = ?1"), assignment)
        }
    }

    /// The ratings that counted at an earlier moment: as above, of the rows up to one.
    /// - Parameter last: largest id of a row that counts.
    public func ratings(upTo last: Int64) throws(SessionStoreError) -> [Rating] {
        try rows("ratings") { file, database throws(SessionStoreError) in
            try file.ratings(
                database,
                """
                id IN (SELECT max(id) FROM ratings WHERE id <= CAST(?1 AS INTEGER)
                  GROUP BY assignment, stage, turn_number, item)
                """, "\(last)")
        }
    }

    /// All rows of ratings, replaced ones too, the oldest first.
    public func ratingHistory(assignment: String) throws(SessionStoreError) -> [Rating] {
        try rows("ratings") { file, database throws(SessionStoreError) in
            try file.ratings(database, "assignment = ?1", assignment)
        }
    }

    /// When stages were opened and locked, the oldest first.
    public func stages(assignment: String? = nil) throws(SessionStoreError) -> [RatingStage] {
        try rows("rating_stages") { file, database throws(SessionStoreError) in
            try file.stages(database)
        }.filter { assignment == nil || $0.assignment == assignment }
    }

    // MARK: - Transcripts

    /// All transcripts, the oldest first; the newest counts.
    public func transcripts() throws(SessionStoreError) -> [Transcript] {
        try rows("transcripts") { file, database throws(SessionStoreError) in
            try file.transcripts(database)
        }
    }

    /// The stretches of a transcript in their order.
    public func segments(of transcript: Int64) throws(SessionStoreError) -> [TranscriptSegment] {
        try rows("transcript_segments") { file, database throws(SessionStoreError) in
            try file.segments(transcript, database)
        }
    }
}
