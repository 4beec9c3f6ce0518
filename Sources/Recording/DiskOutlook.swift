/// How long the disk will last. A pure value.
public struct DiskOutlook {
    /// Bytes that are free.
    public var free: Int64
    /// How fast the sessions' files grow; nil while that is not known.
    public var bytesPerSecond: Double?

    public init(free: Int64, bytesPerSecond: Double?) {
        self.free = free
        self.bytesPerSecond = bytesPerSecond
    }

    /// Seconds until the disk is full; nil while that is not known. Twice what is recorded is needed, for
    /// the room of the finished file grows along.
    public var secondsLeft: Double? {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return nil }
        return Double(max(0, free)) / (2 * bytesPerSecond)
    }
}

/// Tells when a disk is nearly full, and when it is not any more. A pure value.
struct DiskWatch {
    /// It is said so many seconds before the disk is full, so that a session can be ended in peace.
    static let notice = 3600.0

    private var bytes: LowWatch
    private var seconds = LowWatch(limit: Self.notice, end: 1.25 * Self.notice)

    /// - Parameter least: bytes below which it is said in any case.
    init(least: Int64) {
        // Logs and backups come and go about the limit.
        bytes = LowWatch(
            limit: Double(least) - 1, end: Double(least) + max(64 * 0x1p20, Double(least) / 10))
    }

    /// What is wrong, as the begin of a sentence; nil where nothing is.
    mutating func complaint(_ outlook: DiskOutlook) -> String? {
        let isSmall = bytes.note(Double(outlook.free))
        let isNear = seconds.note(outlook.secondsLeft ?? .infinity)
        guard isSmall || isNear else { return nil }
        let left =
            outlook.secondsLeft.map { ", enough for about \(Int($0 / 60)) min of recording," } ?? ""
        return "Only \(outlook.free >> 20) MiB\(left) are free"
    }
}
