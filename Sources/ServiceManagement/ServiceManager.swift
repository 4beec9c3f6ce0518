import CSystemd
import Glibc
import SystemCalls

/// What the service manager (systemd) is told and tells, where a program runs as its service. All of it
/// does nothing where there is none.
public enum ServiceManager {
    /// Tells the service manager the program's state, such as `READY=1` or `WATCHDOG=1`; several
    /// assignments are separated by newlines. Any thread.
    /// - Returns: false where no service manager listens (no NOTIFY_SOCKET).
    @discardableResult
    public static func notify(_ state: String) throws(ServiceManagerError) -> Bool {
        let result = unsafe sd_notify(0, state)
        guard result >= 0 else { throw untold(state, result, "sd_notify") }
        return result > 0
    }

    /// Has the service manager keep a copy of an open descriptor, which the next process of this service
    /// inherits after a crash (FileDescriptorStoreMax= in the unit). It drops the copy by itself where the
    /// other side hangs up. Any thread.
    /// - Parameter name: at most 255 printable ASCII characters without ':' (sd_notify(3), FDNAME=).
    /// - Returns: false where no service manager listens.
    @discardableResult
    public static func store(
        _ descriptor: Int32, name: String
    ) throws(ServiceManagerError) -> Bool {
        let state = "FDSTORE=1\nFDNAME=\(name)"
        // The array is this call's own and outlives it; the kernel copies the descriptor.
        let result = unsafe withUnsafePointer(to: descriptor) {
            unsafe sd_pid_notify_with_fds(0, 0, state, $0, 1)
        }
        guard result >= 0 else { throw untold(state, result, "sd_pid_notify_with_fds") }
        return result > 0
    }

    /// Has the service manager close all descriptors that it keeps by a name. Any thread.
    public static func forget(name: String) throws(ServiceManagerError) {
        try notify("FDSTOREREMOVE=1\nFDNAME=\(name)")
    }

    /// The descriptors that this process was started with: of sockets, and those that were stored. They
    /// are closed on exec from here on. Call once, before the first thread is started, since it takes
    /// the environment's variables away that tell of them.
    public static func takeInherited() throws(ServiceManagerError) -> [InheritedDescriptor] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        guard count >= 0 else {
            throw ServiceManagerError(
                message: "the descriptors that this process was started with cannot be taken: "
                    + "LISTEN_FDS and LISTEN_FDNAMES do not fit together",
                cause: SystemError(code: -count, call: "sd_listen_fds_with_names"))
        }
        var inherited: [InheritedDescriptor] = []
        for index in 0..<Int(count) {
            // There are as many names as descriptors; each is a string that the caller frees.
            let name = unsafe names?[index]
            inherited.append(
                InheritedDescriptor(
                    name: unsafe name.map { unsafe String(cString: $0) } ?? "",
                    number: SD_LISTEN_FDS_START + Int32(index)))
            unsafe free(name)
        }
        unsafe free(names)
        return inherited
    }

    /// How often `WATCHDOG=1` is due at least, where a watchdog is set for this process; tell it
    /// twice as often.
    public static func watchdogInterval() throws(ServiceManagerError) -> Duration? {
        var microseconds: UInt64 = 0
        let result = unsafe sd_watchdog_enabled(0, &microseconds)
        guard result >= 0 else {
            throw ServiceManagerError(
                message: "the service's watchdog is set to something that is no time: correct "
                    + "WatchdogSec in its unit",
                cause: SystemError(code: -result, call: "sd_watchdog_enabled"))
        }
        return result > 0 ? .microseconds(Int64(clamping: microseconds)) : nil
    }

    private static func untold(
        _ state: String, _ result: Int32, _ call: String
    ) -> ServiceManagerError {
        ServiceManagerError(
            message:
                "the service manager cannot be told '\(state)': NOTIFY_SOCKET names a socket that "
                + "does not answer",
            cause: SystemError(code: -result, call: call))
    }
}
