import Timebase

/// Codes, ratings and transcripts. Each request is added as a whole or not at all.
extension SessionReview {
    /// Adds a coding scheme's text; the same text again gives the row that there is.
    /// - Throws: `failed` with `wrongState` for a session that is not finished, as all of these.
    public func add(_ scheme: CodingSchemeText) throws(SessionReviewError) -> ReviewRow {
        if let problem = scheme.problem ?? ReviewLimits.name(scheme.actor, "its actor") {
            throw .refused(change: "", reason: problem)
        }
        let bounds = try bounds()
        return try writing(bounds) { review throws(SessionReviewError) in try review.add(scheme) }
    }

    /// Adds what was done to annotations.
    /// - Returns: the changes' rows in their order, and the review's version.
    public func put(
        _ changes: [AnnotationChange], actor: String
    ) throws(SessionReviewError) -> (rows: [ReviewRow], version: Int64) {
        try check(count: changes.count, most: ReviewLimits.rows, "changes")
        if let problem = ReviewLimits.name(actor, "the actor") {
            throw .refused(change: "", reason: problem)
        }
        let bounds = try bounds()
        for change in changes {
            // What is taken away was within the bounds when it was added.
            let problem = change.problem ?? (change.isRemoved ? nil : bounds.problem(of: change))
            if let problem { throw .refused(change: change.change, reason: problem) }
        }
        return try writing(bounds) { review throws(SessionReviewError) in
            try review.add(changes, actor: actor)
        }
    }

    /// Adds ratings.
    /// - Returns: their rows in their order.
    public func put(_ ratings: [Rating]) throws(SessionReviewError) -> [ReviewRow] {
        try check(count: ratings.count, most: ReviewLimits.rows, "ratings")
        let bounds = try bounds()
        for rating in ratings {
            var problem = rating.problem
            if let turn = rating.turn, !bounds.hasTurn(turn) {
                problem = problem ?? "the session has no turn \(turn)"
            }
            if let problem { throw .refused(change: rating.change, reason: problem) }
        }
        return try writing(bounds) { review throws(SessionReviewError) in try review.add(ratings) }
    }

    /// Opens or locks a stage of an assignment.
    /// - Throws: `locked` where a locked stage is to be opened again.
    public func set(_ stage: RatingStage) throws(SessionReviewError) -> ReviewRow {
        if let problem = stage.problem { throw .refused(change: "", reason: problem) }
        let bounds = try bounds()
        return try writing(bounds) { review throws(SessionReviewError) in try review.add(stage) }
    }

    /// Adds a transcript; earlier ones stay.
    public func add(
        _ transcript: Transcript, _ segments: [TranscriptSegment]
    ) throws(SessionReviewError) -> ReviewRow {
        if let problem = transcript.problem {
            throw .refused(change: transcript.change, reason: problem)
        }
        try check(count: segments.count, most: ReviewLimits.segments, "segments")
        let bounds = try bounds()
        for (position, segment) in segments.enumerated() {
            let problem =
                segment.problem ?? bounds.problem(of: segment.start)
                ?? bounds.problem(of: segment.end)
            if let problem {
                throw .refused(
                    change: transcript.change, reason: "segment \(position + 1): \(problem)")
            }
        }
        return try writing(bounds) { review throws(SessionReviewError) in
            try review.add(transcript, segments)
        }
    }

    private func check(count: Int, most: Int, _ what: String) throws(SessionReviewError) {
        guard (0...most).contains(count) else {
            throw .refused(
                change: "", reason: "\(count) \(what) are too many at once, \(most) are allowed")
        }
    }

    private func bounds() throws(SessionReviewError) -> SessionBounds {
        do throws(SessionStoreError) {
            return try SessionBounds(path: path)
        } catch {
            throw .failed(error)
        }
    }

    private func writing<Result>(
        _ bounds: SessionBounds, _ body: (ReviewFile) throws(SessionReviewError) -> Result
    ) throws(SessionReviewError) -> Result {
        let review: ReviewFile
        do throws(SessionStoreError) {
            review = try ReviewFile.writing(reviewPath, session: bounds.identifier)
        } catch {
            throw .failed(error)
        }
        let result: Result
        do throws(SessionReviewError) {
            result = try body(review)
        } catch {
            try? review.close()
            throw error
        }
        do throws(SessionStoreError) { try review.close() } catch { throw .failed(error) }
        return result
    }
}
