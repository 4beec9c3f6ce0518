import Timebase

/// What people add to a finished session: rows of the review file beside it.
///
/// Where a daemon runs on the file's data directory, it alone may add. Runs on the caller's thread.
public struct SessionReview {
    /// The session's file.
    public let path: String

    public init(path: String) { self.path = path }

    /// Where its review file is, or would be.
    public var reviewPath: String { ReviewFile.path(of: path) }

    /// Adds a correction of a turn's emotion; earlier ones stay.
    /// - Returns: its number.
    /// - Throws: `wrongState` for a session that is not finished, `missing` for a turn that it does not
    ///   have, `wrongReview`, `damaged`, `newerVersion`, `readOnly`, `diskFull`.
    public func add(_ correction: EmotionCorrection) throws(SessionStoreError) -> Int64 {
        if let problem = correction.problem {
            throw SessionStoreError(code: .invalidName, message: "\(path): \(problem)")
        }
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let identifier = try reader.finishedSession()
        let turns = try reader.turns()
        try reader.close()
        guard turns.contains(where: { $0.number == correction.turn }) else {
            throw SessionStoreError(
                code: .missing, message: "\(path) has no turn \(correction.turn)")
        }
        let review = try ReviewFile.writing(ReviewFile.path(of: path), session: identifier)
        let id: Int64
        do {
            id = try review.add(correction)
        } catch {
            try? review.close()
            throw error
        }
        try review.close()
        return id
    }

    /// All corrections in the order in which they were made; of a turn's several the last one counts.
    public func emotionCorrections() throws(SessionStoreError) -> [EmotionCorrection] {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let identifier = try reader.session().description.identifier
        try reader.close()
        return try ReviewFile.emotionCorrections(of: path, session: identifier)
    }
}
