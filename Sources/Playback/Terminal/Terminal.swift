import CSystemCalls
import Glibc
import SystemCalls

/// A terminal taken over for a whole screen, and given back as it was.
///
/// `enter` and `leave` may alternate; `leave` is safe at any time, and the end of this value leaves.
public final class Terminal {
    private let input: FileDescriptor
    private let output: Int32 = 1
    private var original = termios()
    private var isEntered = false

    /// The terminal of standard output, with keys from standard input or, where that is something
    /// else, from the controlling terminal.
    /// - Throws: `SystemError` where there is no terminal to read keys from.
    public init() throws(SystemError) {
        if isatty(0) == 1 {
            input = FileDescriptor(owning: try systemCall("dup") { dup(0) })
        } else {
            input = try FileDescriptor(opening: "/dev/tty", flags: O_RDONLY | O_NOCTTY)
        }
        let number = input.number
        try systemCall("tcgetattr") { unsafe tcgetattr(number, &original) }
    }

    deinit { leave() }

    /// Whether standard output is a terminal that understands more than lines.
    public static var isUsable: Bool {
        guard isatty(1) == 1 else { return false }
        let name = environment("TERM")
        return name != nil && name != "dumb"
    }

    /// Whether the locale's characters are UTF-8.
    public static var isUnicode: Bool {
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        let lower = locale.lowercased()
        return lower.contains("utf-8") || lower.contains("utf8")
    }

    /// Whether colours are wanted (no-color.org).
    public static var usesColour: Bool { environment("NO_COLOR") == nil }

    /// The descriptor of the keys; owned by this value.
    var inputNumber: Int32 { input.number }

    /// Takes the screen: keys come one by one and unseen, and what was on the screen is put aside.
    func enter() throws(SystemError) {
        var raw = original
        unsafe cfmakeraw(&raw)
        // A read gives what there is and never waits; the loop waits for readiness.
        Self.setControl(&raw, VMIN, 0)
        Self.setControl(&raw, VTIME, 0)
        isEntered = true
        try systemCall("tcsetattr") { unsafe tcsetattr(input.number, TCSAFLUSH, &raw) }
        // Other screen, no cursor, no line wrapping.
        try write(Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l".utf8))
    }

    /// Gives the terminal back as it was.
    func leave() {
        guard isEntered else { return }
        isEntered = false
        // A terminal that has gone cannot be restored and need not be.
        try? write(Array("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l".utf8))
        _ = unsafe tcsetattr(input.number, TCSADRAIN, &original)
    }

    /// Columns and rows; 80 × 24 where the terminal does not tell.
    func size() -> (width: Int, height: Int) {
        var size = winsize()
        let result = unsafe attune_ioctl_pointer(output, UInt(TIOCGWINSZ), &size)
        guard result == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The bytes that have come; empty when the terminal has gone.
    func read() throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let number = input.number
        let count = try systemCall("read", "the terminal") {
            unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(number, $0.baseAddress, $0.count)
            }
        }
        return Array(buffer.prefix(count))
    }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        try FileSystem.writeAll(bytes, to: output, subject: "the terminal")
    }

    private static func setControl(_ settings: inout termios, _ place: Int32, _ value: UInt8) {
        // The field is an array of C, of which `place` is one of its named elements.
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { unsafe $0[Int(place)] = value }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
