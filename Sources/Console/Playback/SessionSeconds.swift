import Timebase

extension Instant {
    /// Seconds since a session's start, as the console's pages count them.
    func seconds(since start: Instant) -> Double { Double(self - start) / 1e9 }

    /// The moment so many seconds after a session's start; saturates.
    static func at(_ seconds: Double, since start: Instant) -> Instant {
        start + Int64(clamping: (seconds * 1e9).rounded())
    }
}
