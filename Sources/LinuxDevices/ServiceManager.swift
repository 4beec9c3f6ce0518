import CSystemd

/// What systemd is told and tells, where the daemon runs as its service.
public enum ServiceManager {
    /// Tells the service manager the daemon's state, such as `READY=1` or `WATCHDOG=1`; several
    /// assignments are separated by newlines. Any thread.
    /// - Returns: false where no service manager listens (no NOTIFY_SOCKET).
    @discardableResult
    public static func notify(_ state: String) throws(DeviceError) -> Bool { false }

    /// How often `WATCHDOG=1` is due at least, where a watchdog is set for this process; tell it
    /// twice as often.
    public static func watchdogInterval() throws(DeviceError) -> Duration? { nil }
}
