import Glibc
import Link
import Reports
import SystemCalls
import Timebase

/// Tells on standard error how far something is: to a person on one line that is rewritten in place, to a
/// program as JSON, a line each time.
///
/// A person is told nothing where standard error is no terminal. Used by one thread.
public final class ProgressLine {
    /// Who is told.
    public enum Reader: String, CaseIterable, Sendable {
        /// Somebody at a terminal.
        case person
        /// A program that reads lines `{"table":…,"rows":…,"expected":…}`, which come about ten times a second.
        case program
        case nobody
    }

    private let reader: Reader
    private var lastShown = Instant(nanoseconds: .min)
    private var isOnScreen = false
    /// Whether the program that was told is not there any more, so that nobody waits for the result.
    public private(set) var isForsaken = false

    public init(for reader: Reader = .person) {
        self.reader = reader == .person && isatty(STDERR_FILENO) != 1 ? .nobody : reader
    }

    /// Shows what is being done and how much of it; at most ten times a second.
    public func show(_ what: String, _ done: Int64, of total: Int64) {
        guard reader != .nobody else { return }
        let now = Clocks.now()
        guard lastShown.nanoseconds == .min || now - lastShown >= 100_000_000 else { return }
        lastShown = now
        if reader == .program {
            let line: JSONValue = [
                "table": .string(what), "rows": .integer(done), "expected": .integer(total),
            ]
            do { try FileSystem.writeAll(line.serialised + [0x0A], to: STDERR_FILENO) } catch {
                isForsaken = true
            }
            return
        }
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
