/// A stretch in which samples or events are missing, as a fact beside the data.
///
/// The bounds are the neighbouring stored samples; nothing is ever interpolated into a gap.
public struct Gap: Hashable, Sendable, Codable {
    /// Why something is missing.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// The device's own counter shows the loss.
        case counter
        /// Arrivals stayed late for so long that samples must be missing.
        case inferred
        /// Bytes arrived that were no valid frame.
        case corrupt
        /// The ring was full.
        case overflow
        /// The device went away and came back.
        case disconnect
        /// No daemon was running.
        case restart
        /// The kernel dropped input events (SYN_DROPPED).
        case dropped
        /// Recording was paused on purpose.
        case pause
        /// The machine slept, in which its monotonic clock stood still: start and end are one moment.
        case sleep
    }

    public var cause: Cause
    /// Ordinal of the last stored sample before the gap; -1 when there is none.
    public var afterIndex: Int64
    /// Time of that neighbour (or the moment the loss began, where there is no neighbour).
    public var start: Instant
    /// Time of the first stored sample after the gap.
    public var end: Instant
    /// How many samples are missing.
    public var lost: Int64
    /// Largest error of `lost`; 0 where it is exact.
    public var lostBound: Int64

    public init(
        cause: Cause, afterIndex: Int64, start: Instant, end: Instant, lost: Int64,
        lostBound: Int64
    ) {
        self.cause = cause
        self.afterIndex = afterIndex
        self.start = start
        self.end = end
        self.lost = lost
        self.lostBound = lostBound
    }

    /// The bound to be stored for a loss that nobody counted.
    ///
    /// A bound of nothing, or of whole turns of the device's counter, says in a file that the counter shows
    /// the loss. An estimate whose bound is so by chance gets one sample more.
    /// - Parameters:
    ///   - bound: how far off the estimate may be, in samples.
    ///   - modulus: after how many samples the device's counter starts again; nil without one.
    public static func uncountedBound(_ bound: Int64, modulus: Int64?) -> Int64 {
        let bound = max(1, bound)
        guard let modulus, modulus > 1, bound < .max, bound % modulus == 0 else { return bound }
        return bound + 1
    }
}
