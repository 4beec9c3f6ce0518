import CSystemd
import SystemCalls

/// What systemd is told and tells, where the daemon runs as its service.
public enum ServiceManager {
    /// Tells the service manager the daemon's state, such as `READY=1` or `WATCHDOG=1`; several
    /// assignments are separated by newlines. Any thread.
    /// - Returns: false where no service manager listens (no NOTIFY_SOCKET).
    @discardableResult
    public static func notify(_ state: String) throws(DeviceError) -> Bool {
        let result = unsafe sd_notify(0, state)
        guard result >= 0 else {
            throw DeviceError(
                code: .serviceUnavailable,
                message: "the service manager cannot be told '\(state)': NOTIFY_SOCKET names a "
                    + "socket that does not answer",
                cause: SystemError(code: -result, call: "sd_notify"))
        }
        return result > 0
    }

    /// How often `WATCHDOG=1` is due at least, where a watchdog is set for this process; tell it
    /// twice as often.
    public static func watchdogInterval() throws(DeviceError) -> Duration? {
        var microseconds: UInt64 = 0
        let result = unsafe sd_watchdog_enabled(0, &microseconds)
        guard result >= 0 else {
            throw DeviceError(
                code: .serviceUnavailable,
                message: "the service's watchdog is set to something that is no time: correct "
                    + "WatchdogSec in its unit",
                cause: SystemError(code: -result, call: "sd_watchdog_enabled"))
        }
        return result > 0 ? .microseconds(Int64(clamping: microseconds)) : nil
    }
}
