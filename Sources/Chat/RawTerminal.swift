import CSystemCalls
import Glibc
import SystemCalls

/// A terminal that hands over each key as it is pressed. What was before is restored when this
/// value goes.
final class RawTerminal {
    private let number: Int32
    private var saved = termios()

    /// - Returns: nil where the descriptor is no terminal.
    init?(_ number: Int32) {
        self.number = number
        guard isatty(number) == 1, unsafe tcgetattr(number, &saved) == 0 else { return nil }
        var raw = saved
        unsafe cfmakeraw(&raw)
        // Output stays as it was, so that a line feed begins a new line.
        raw.c_oflag = saved.c_oflag
        guard unsafe tcsetattr(number, TCSANOW, &raw) == 0 else { return nil }
        // Bracketed paste; telling of the focus, and whether it knows how to (DECRQM).
        write("\u{1B}[?2004h\u{1B}[?1004h\u{1B}[?1004$p")
    }

    deinit { restore() }

    /// Puts the terminal back; doing it twice does no harm.
    func restore() {
        write("\u{1B}[?1004l\u{1B}[?2004l")
        _ = unsafe tcsetattr(number, TCSANOW, &saved)
    }

    func write(_ text: String) {
        // A terminal that is gone is noticed where it is read.
        try? FileSystem.writeAll(Array(text.utf8), to: STDOUT_FILENO)
    }

    /// How many columns it has now.
    var columns: Int {
        var size = winsize()
        let result = unsafe withUnsafeMutablePointer(to: &size) {
            unsafe attune_ioctl_pointer(number, UInt(TIOCGWINSZ), $0)
        }
        return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
