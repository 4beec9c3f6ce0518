/// A session's times, estimated anew.
public struct AlignmentInfo: Codable, Hashable, Sendable {
    /// The session's id, its file, and the review file that has the new times.
    public var session: String
    public var file: String
    public var review: String
    /// The row set's number, and the one that readers took before; nil for that of the session file.
    public var number: Int64
    public var previous: Int64?
    /// Name and version of the estimator.
    public var method: String
    public var streams: [AlignedStreamInfo]

    public init(
        session: String, file: String, review: String, number: Int64, previous: Int64?,
        method: String, streams: [AlignedStreamInfo]
    ) {
        self.session = session
        self.file = file
        self.review = review
        self.number = number
        self.previous = previous
        self.method = method
        self.streams = streams
    }
}
