import Glibc

/// Waiting.
enum Pause {
    /// Sleeps; a signal that is handled shortens it by half a second at most.
    static func seconds(_ seconds: Double) {
        var left = Int(min(3600, max(0, seconds)) * 1000)
        while left > 0 {
            let step = min(left, 500)
            usleep(UInt32(step) * 1000)
            left -= step
        }
    }
}
