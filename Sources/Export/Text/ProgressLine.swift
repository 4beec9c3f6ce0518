import Glibc
import Reports
import SystemCalls
import Timebase

/// A line on standard error that tells how far something is, rewritten in place.
///
/// Shows nothing where standard error is no terminal. Used by one thread.
public final class ProgressLine {
    private let isShown: Bool
    private var lastShown = Instant(nanoseconds: .min)
    private var isOnScreen = false

    /// - Parameter isShown: false keeps quiet in a terminal too.
    public init(isShown: Bool = true) { self.isShown = isShown && isatty(STDERR_FILENO) == 1 }

    /// Shows what is being done and how much of it; at most ten times a second.
    public func show(_ what: String, _ done: Int64, of total: Int64) {
        guard isShown else { return }
        let now = Clocks.now()
        guard lastShown.nanoseconds == .min || now - lastShown >= 100_000_000 else { return }
        lastShown = now
        isOnScreen = true
        let share = total > 0 ? min(100, Double(done) / Double(total) * 100) : 0
        let text =
            "\r\u{1B}[K\(TextTable.plain(what))  \(ReadableNumber.grouped(done)) rows  "
            + "\(ReadableNumber.decimal(share, 0)) %"
        try? FileSystem.writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Removes the line.
    public func clear() {
        guard isOnScreen else { return }
        isOnScreen = false
        try? FileSystem.writeAll(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
    }
}
