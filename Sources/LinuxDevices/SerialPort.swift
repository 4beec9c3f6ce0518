import CSystem
import Glibc
import SystemCalls

/// Serial ports: USB serial adapters, on-board ports, and pseudo-terminals that stand in for them.
public enum SerialPort {
    /// Opens a port raw and 8-bit clean, without flow control, not blocking and close-on-exec.
    ///
    /// The line is not hung up when the descriptor closes, so that a board does not reset when the
    /// daemon restarts. Control thread: opening some adapters takes milliseconds.
    /// - Parameter resuming: true keeps what already waits in the kernel (after a restart); false
    ///   throws it away, since it is older than the session.
    public static func open(
        _ path: String, _ settings: SerialLineSettings, resuming: Bool
    ) throws(DeviceError) -> FileDescriptor {
        throw DeviceError(code: .failed, message: "not built yet")
    }

    /// What the driver counted as gone wrong; nil for ports that do not count (pseudo-terminals).
    public static func errorCounts(_ descriptor: Int32) -> SerialErrorCounts? { nil }
}
