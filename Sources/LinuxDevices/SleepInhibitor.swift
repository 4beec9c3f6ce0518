import CSystemCalls
import CSystemd
import Glibc
import SystemCalls
import Timebase

/// Keeps the machine from going to sleep, as long as this value lives (logind's inhibitor lock).
///
/// Source: https://systemd.io/INHIBITOR_LOCKS
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
        let deadline = Clocks.now() + Int64(milliseconds) * 1_000_000
        var made: OpaquePointer?
        try Self.check(unsafe sd_bus_open_system(&made), "sd_bus_open_system")
        guard let bus = unsafe made else { throw Self.error(ENOTCONN, "sd_bus_open_system") }
        // The lock is a descriptor of its own and outlives the connection.
        defer { unsafe sd_bus_close_unref(bus) }
        try unsafe Self.waitUntilReady(bus, deadline)

        var request: OpaquePointer?
        try Self.check(
            unsafe sd_bus_message_new_method_call(
                bus, &request, "org.freedesktop.login1", "/org/freedesktop/login1",
                "org.freedesktop.login1.Manager", "Inhibit"), "sd_bus_message_new_method_call")
        defer { unsafe sd_bus_message_unref(request) }
        for argument in ["sleep", "attuned", why, mode.rawValue] {
            let appended = unsafe argument.withCString {
                // The message copies the text; 's' says that it is one.
                unsafe sd_bus_message_append_basic(request, CChar(UInt8(ascii: "s")), $0)
            }
            try Self.check(appended, "sd_bus_message_append_basic")
        }
        var reply: OpaquePointer?
        defer { unsafe sd_bus_message_unref(reply) }
        let answered = unsafe sd_bus_call(
            bus, request, Self.microseconds(until: deadline), nil, &reply)
        try Self.check(answered, "sd_bus_call Inhibit")
        var received: Int32 = -1
        try Self.check(
            unsafe sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "h")), &received),
            "sd_bus_message_read_basic")
        // The message owns the descriptor that it brought; this is a copy of our own.
        let copy = attune_fcntl_integer(received, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw Self.error(errno, "fcntl F_DUPFD_CLOEXEC") }
        lock = FileDescriptor(owning: copy)
    }

    /// Connecting and being greeted have no time limit of their own that would suit a recorder.
    private static func waitUntilReady(
        _ bus: OpaquePointer, _ deadline: Instant
    ) throws(DeviceError) {
        while true {
            let ready = unsafe sd_bus_is_ready(bus)
            try check(ready, "sd_bus_is_ready")
            if ready > 0 { return }
            let processed = unsafe sd_bus_process(bus, nil)
            try check(processed, "sd_bus_process")
            if processed > 0 { continue }
            let remaining = microseconds(until: deadline)
            guard remaining > 1 else { throw error(ETIMEDOUT, "sd_bus_wait") }
            try check(unsafe sd_bus_wait(bus, remaining), "sd_bus_wait")
        }
    }

    /// At least 1: 0 would mean sd-bus's own limit of 25 s.
    private static func microseconds(until deadline: Instant) -> UInt64 {
        UInt64(max(1, (deadline - Clocks.now()) / 1000))
    }

    private static func check(_ result: Int32, _ call: String) throws(DeviceError) {
        if result < 0 { throw error(-result, call) }
    }

    private static func error(_ code: Int32, _ call: String) -> DeviceError {
        let cause = SystemError(code: code, call: call)
        switch code {
        case ETIMEDOUT:
            return DeviceError(
                code: .timedOut,
                message: "logind did not answer in time; the machine may go to sleep while it "
                    + "records: turn automatic suspend off",
                cause: cause)
        case EACCES, EPERM:
            return DeviceError(
                code: .permissionDenied,
                message: "logind does not let this user keep the machine awake: install polkitd, "
                    + "which knows Attune's rule for it, or turn automatic suspend off",
                cause: cause)
        default:
            return DeviceError(
                code: .serviceUnavailable,
                message: "there is no logind to keep the machine awake: turn automatic suspend off",
                cause: cause)
        }
    }
}
