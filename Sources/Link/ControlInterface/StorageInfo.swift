/// How writing goes: free bytes where the sessions are, how many commits there were since the daemon
/// began, and how long the last ones took.
public struct StorageInfo: Codable, Hashable, Sendable {
    public var freeBytes: Int64
    public var commits: Int
    public var commitMsMedian: Double
    public var commitMsWorst: Double
    public var lastCommitAgeMs: Int?
    /// By how much the sessions that record grow; nil before anything can be said.
    public var bytesPerSecond: Double?
    /// How long all commits took since the daemon began.
    public var commitDurations: DurationCounts?

    public init(
        freeBytes: Int64, commits: Int = 0, commitMsMedian: Double, commitMsWorst: Double,
        lastCommitAgeMs: Int? = nil,
        bytesPerSecond: Double? = nil, commitDurations: DurationCounts? = nil
    ) {
        self.freeBytes = freeBytes
        self.commits = commits
        self.commitMsMedian = commitMsMedian
        self.commitMsWorst = commitMsWorst
        self.lastCommitAgeMs = lastCommitAgeMs
        self.bytesPerSecond = bytesPerSecond
        self.commitDurations = commitDurations
    }
}
