import SessionStore

/// What people added to a session afterwards, as it stands, or as a frozen dataset pins it.
struct SessionRemarks: Sendable {
    private let reader: ReviewReader
    private let pin: SessionPin?
    private let path: String

    init(of path: String, _ pin: SessionPin?) throws(SessionStoreError) {
        self.path = path
        self.pin = pin
        reader = try ReviewReader.open(path)
    }

    func close() throws(SessionStoreError) { try reader.close() }

    /// Those that are not removed.
    func annotations() throws(SessionStoreError) -> [Annotation] {
        try reader.annotations(version: pin?.annotations ?? .max)
    }

    /// Largest id of an annotation: what measures name as the version of the corrections.
    func version() throws(SessionStoreError) -> Int64 {
        if let pin { return pin.annotations }
        return try reader.version()
    }

    func ratings() throws(SessionStoreError) -> [Rating] {
        try reader.ratings(upTo: pin?.ratings ?? .max)
    }

    func schemes() throws(SessionStoreError) -> [CodingSchemeText] { try reader.schemes() }

    /// The newest transcript; nil where there is none.
    func transcript() throws(SessionStoreError) -> Transcript? {
        try reader.transcripts().last { $0.id <= pin?.transcripts ?? .max }
    }

    func segments(of transcript: Transcript) throws(SessionStoreError) -> [TranscriptSegment] {
        try reader.segments(of: transcript.id)
    }

    /// In the order in which they were made; of a turn's several the last one counts.
    func emotionCorrections() throws(SessionStoreError) -> [EmotionCorrection] {
        try SessionReview(path: path).emotionCorrections().filter {
            $0.id <= pin?.emotionCorrections ?? .max
        }
    }
}

extension SessionPin {
    /// What there is of a session now.
    /// - Throws: `changed` where the file is not in its final form yet.
    static func now(of path: String) throws(ExportError) -> SessionPin {
        try fromStore { () throws(SessionStoreError) in
            let session = try SessionReader.open(at: path)
            let alignment = session.alignment?.id ?? 0
            let isFinished = try session.session().finishedRealtime != nil
            try session.close()
            guard isFinished else {
                throw SessionStoreError(
                    code: .wrongState,
                    message:
                        "\(path) is not finished yet, so that it may still change; stop the session "
                        + "and wait until the daemon has finished its file")
            }
            let review = try ReviewReader.open(path)
            defer { try? review.close() }
            return SessionPin(
                sha256: try FileHash.sha256(path), alignment: alignment,
                annotations: try review.version(),
                ratings: try review.ratings().map(\.id).max() ?? 0,
                transcripts: try review.transcripts().last?.id ?? 0,
                emotionCorrections: try SessionReview(path: path).emotionCorrections().last?.id ?? 0
            )
        }
    }

    /// Makes sure that a session still has what was pinned.
    /// - Returns: what was done on purpose to a file that is no more the one that was pinned; nil where it
    ///   is the same.
    func check(_ path: String) throws(ExportError) -> [FileChange]? {
        let now = try SessionPin.now(of: path)
        var changes: [FileChange]?
        if now.sha256 != sha256 {
            changes = try fromStore { () throws(SessionStoreError) in
                let session = try SessionReader.open(at: path, alignment: .recorded)
                defer { try? session.close() }
                return try session.changes().since(sha256: sha256)
            }
            guard changes != nil else {
                throw ExportError(
                    code: .changed,
                    message:
                        "\(path) is not the file that the dataset was frozen with: its SHA-256 "
                        + "is another; restore the file from a copy, or freeze a new dataset")
            }
        }
        // With a tier goes what was said about it.
        if changes?.contains(where: { $0.action == "remove" }) == true { return changes }
        let pairs = [
            ("alignments", now.alignment, alignment), ("annotations", now.annotations, annotations),
            ("ratings", now.ratings, ratings), ("transcripts", now.transcripts, transcripts),
            ("corrections of emotions", now.emotionCorrections, emotionCorrections),
        ]
        for (what, found, pinned) in pairs where found < pinned {
            throw ExportError(
                code: .changed,
                message: "the review file of \(path) has fewer \(what) than when the dataset was "
                    + "frozen; restore the file from a copy, or freeze a new dataset")
        }
        return changes
    }
}
