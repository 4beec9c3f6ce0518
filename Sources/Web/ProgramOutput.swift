import Glibc
import SystemCalls

/// Lines that a program prints for people and programs that wait for them.
public enum ProgramOutput {
    /// Prints a line at once, whatever stands behind standard output.
    public static func line(_ text: String) {
        // Who does not read it any more does not need it.
        try? FileSystem.writeAll(Array((text + "\n").utf8), to: STDOUT_FILENO)
    }
}
