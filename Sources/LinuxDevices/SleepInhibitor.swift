import CSystemd
import SystemCalls

/// Keeps the machine from going to sleep, as long as this value lives (logind's inhibitor lock).
public struct SleepInhibitor: ~Copyable, Sendable {
    /// How hard.
    public enum Mode: String, Sendable, CaseIterable {
        /// Sleep waits a few seconds, so that the recording can be made safe.
        case delay
        /// Sleep is refused.
        case block
    }

    private let lock: FileDescriptor

    /// Takes the lock. Control thread; waits at most `milliseconds` for an answer.
    /// - Parameter why: shown by `systemd-inhibit --list`.
    public init(
        why: String, mode: Mode, milliseconds: Int = 2000
    ) throws(DeviceError) {
        throw DeviceError(code: .serviceUnavailable, message: "not built yet")
    }
}
