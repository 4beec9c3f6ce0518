import SystemCalls
import Timebase

/// Computes a finished session's alignment anew, with the newest estimator, and adds it to the
/// review file beside it.
///
/// Where a daemon runs on the file's data directory, it alone may do this. Runs on the caller's
/// thread.
public struct SessionAligner {
    /// What a run did.
    public struct Report: Hashable, Sendable {
        public var session: String
        public var file: String
        public var review: String
        /// The new alignment's number, and the one that readers took before; nil for that of the
        /// session file itself.
        public var alignment: Int64
        public var previous: Int64?
        public var method: String
        /// What changed, in the order of the session's streams.
        public var streams: [AlignedStream]
    }

    private let path: String
    private let alignment: SessionAlignment

    public init(path: String) { self.init(path: path, alignment: SessionAlignment()) }

    init(path: String, alignment: SessionAlignment) {
        self.path = path
        self.alignment = alignment
    }

    /// Aligns the session and stores what comes of it.
    /// - Parameter reason: why, in words, for the record.
    /// - Throws: `wrongState` for a session that is not finished; `wrongReview`, `damaged`,
    ///   `newerVersion` where the review file cannot be used; `readOnly`, `diskFull`.
    public func run(reason: String) throws(SessionStoreError) -> Report {
        let reader = try SessionReader.open(at: path)
        let identifier = try reader.finishedSession()
        let hash = try FileHash.sha256(path)
        let results = try reader.align(alignment)
        let changes = results.compactMap(\.change)
        let entry = AlignmentEntry(
            id: 0, madeRealtime: Clocks.realtime(), softwareVersion: SoftwareVersion.current,
            method: Aligner.method, reason: reason, session: identifier, sessionSHA256: hash,
            detail: AlignedStream.detail(changes))
        let previous = reader.alignment?.id
        try reader.close()
        let review = try ReviewFile.writing(ReviewFile.path(of: path), session: identifier)
        let id: Int64
        do {
            id = try review.add(entry, results)
        } catch {
            try? review.close()
            throw error
        }
        try review.close()
        return Report(
            session: identifier, file: path, review: review.path, alignment: id,
            previous: previous, method: Aligner.method, streams: changes)
    }
}

extension SessionReader {
    /// The session's id, where the file is in its final form.
    func finishedSession() throws(SessionStoreError) -> String {
        let row = try session()
        guard row.finishedRealtime != nil else {
            throw SessionStoreError(
                code: .wrongState,
                message: row.state == .recording
                    ? "\(path) is still being recorded; stop it and let it be finished first"
                    : "\(path) is not finished yet; the daemon does that in a moment, "
                        + "or when it next starts")
        }
        return row.description.identifier
    }

    /// Aligns all streams, out of what the session file holds.
    fileprivate func align(
        _ alignment: SessionAlignment
    ) throws(SessionStoreError) -> [SessionAlignment.Result] {
        var results: [SessionAlignment.Result] = []
        let sleeps = try rows { rows throws(SessionStoreError) in try rows.sleeps() }
        for stream in try streams() {
            let segments = try clockSegments(stream.id)
            let gaps = try gaps(stream.id).map(\.gap)
            let (recorded, observations) = try rows { rows throws(SessionStoreError) in
                (
                    try rows.gaps(stream.id).map(\.gap), try rows.deviceTimes(of: stream.id)
                )
            }
            results.append(
                try samples(stream.id) { rows, stream throws(SessionStoreError) in
                    try alignment.align(
                        stream, rows, segments: segments, gaps: gaps, recorded: recorded,
                        observations: observations, sleeps: sleeps)
                })
        }
        return results
    }
}
