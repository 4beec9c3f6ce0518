import CSystemd
import Glibc
import SystemCalls

/// A connection to a message bus (sd-bus) on which nothing waits: calls are answered through
/// closures. One thread only, the one that calls `process`.
///
/// `@safe`: the pointer of sd-bus never leaves the object, which closes it once, and the callbacks
/// reach objects that it holds for as long as the connection lives.
@safe final class BusConnection {
    typealias Reply = (Result<[BusValue], BusFailure>) -> Void

    private let bus: OpaquePointer
    private var handlers: [ObjectIdentifier: Handler] = [:]
    private var failedCalls: [() -> Void] = []

    /// What a callback of sd-bus reaches.
    private final class Handler {
        unowned let connection: BusConnection
        let reply: Reply?
        let signal: ((BusMessage) -> Void)?
        let call: ((BusCall) -> Void)?

        init(
            _ connection: BusConnection, reply: Reply? = nil,
            signal: ((BusMessage) -> Void)? = nil, call: ((BusCall) -> Void)? = nil
        ) {
            self.connection = connection
            self.reply = reply
            self.signal = signal
            self.call = call
        }
    }

    /// Begins to connect; what is asked before the connection stands waits in a queue.
    /// - Parameter address: such as `unix:path=/tmp/bus`; nil is the system's bus.
    init(address: String?) throws(DeviceError) {
        var made: OpaquePointer?
        if let address {
            try Self.check(unsafe sd_bus_new(&made), "sd_bus_new")
            guard let bus = unsafe made else { throw Self.error(ENOMEM, "sd_bus_new") }
            unsafe self.bus = unsafe bus
            try Self.check(unsafe sd_bus_set_address(bus, address), "sd_bus_set_address")
            try Self.check(unsafe sd_bus_set_bus_client(bus, 1), "sd_bus_set_bus_client")
            try Self.check(unsafe sd_bus_start(bus), "sd_bus_start")
        } else {
            try Self.check(unsafe sd_bus_open_system(&made), "sd_bus_open_system")
            guard let bus = unsafe made else { throw Self.error(ENOTCONN, "sd_bus_open_system") }
            unsafe self.bus = unsafe bus
        }
    }

    deinit { unsafe sd_bus_close_unref(bus) }

    /// For `poll`; owned by the connection.
    var descriptor: Int32 { unsafe sd_bus_get_fd(bus) }
    /// What to poll for now.
    var events: Int16 { Int16(truncatingIfNeeded: max(0, unsafe sd_bus_get_events(bus))) }
    /// When `process` is to be called even if nothing came, in microseconds of CLOCK_MONOTONIC.
    var timeout: UInt64? {
        var microseconds = UInt64.max
        guard unsafe sd_bus_get_timeout(bus, &microseconds) >= 0, microseconds != .max else {
            return nil
        }
        return microseconds
    }

    /// Does one piece of work and calls what it is for.
    /// - Returns: whether there may be more.
    /// - Throws: when the bus is gone.
    func process() throws(DeviceError) -> Bool {
        if !failedCalls.isEmpty { failedCalls.removeFirst()() }
        let result = unsafe sd_bus_process(bus, nil)
        try Self.check(result, "sd_bus_process")
        guard unsafe sd_bus_is_open(bus) > 0 else { throw Self.error(ENOTCONN, "sd_bus_process") }
        return result > 0 || !failedCalls.isEmpty
    }

    /// Calls a method; `reply` is called from `process`, once, unless the connection ends before.
    func call(
        _ destination: String, _ path: String, _ interface: String, _ member: String,
        _ arguments: [BusValue] = [], seconds: Int, reply: @escaping Reply
    ) {
        var request: OpaquePointer?
        var result = unsafe sd_bus_message_new_method_call(
            bus, &request, destination, path, interface, member)
        if result >= 0, let request = unsafe request {
            for value in arguments where result >= 0 {
                if unsafe !BusCoding.append(value, to: request) { result = -EINVAL }
            }
            if result >= 0 {
                let handler = Handler(self, reply: reply)
                handlers[ObjectIdentifier(handler)] = handler
                // The handler is held above until it is called.
                result = unsafe sd_bus_call_async(
                    bus, nil, request, Self.replied,
                    Unmanaged.passUnretained(handler).toOpaque(), UInt64(seconds) * 1_000_000)
                if result < 0 { handlers[ObjectIdentifier(handler)] = nil }
            }
            unsafe sd_bus_message_unref(request)
        }
        guard result < 0 else { return }
        let failure = BusFailure(
            name: "org.freedesktop.DBus.Error.Disconnected",
            message: SystemError(code: -result, call: member).description)
        failedCalls.append { reply(.failure(failure)) }
    }

    /// Has signals that fit the rule told from `process`, for as long as the connection lives.
    func match(_ rule: String, signal: @escaping (BusMessage) -> Void) throws(DeviceError) {
        let handler = Handler(self, signal: signal)
        handlers[ObjectIdentifier(handler)] = handler
        try Self.check(
            unsafe sd_bus_add_match_async(
                bus, nil, rule, Self.signalled, Self.installed,
                Unmanaged.passUnretained(handler).toOpaque()), "sd_bus_add_match_async")
    }

    /// Has calls to an object of ours told from `process`, for as long as the connection lives.
    func export(_ path: String, call: @escaping (BusCall) -> Void) throws(DeviceError) {
        let handler = Handler(self, call: call)
        handlers[ObjectIdentifier(handler)] = handler
        try Self.check(
            unsafe sd_bus_add_object(
                bus, nil, path, Self.called, Unmanaged.passUnretained(handler).toOpaque()),
            "sd_bus_add_object")
    }

    // The callbacks: `data` is the handler that was passed with them and is still held.

    private static let replied: sd_bus_message_handler_t = { message, data, _ in
        guard let message = unsafe message, let data = unsafe data else { return 0 }
        let handler = unsafe Unmanaged<Handler>.fromOpaque(data).takeUnretainedValue()
        handler.connection.handlers[ObjectIdentifier(handler)] = nil
        if let error = unsafe sd_bus_message_get_error(message) {
            let name = unsafe error.pointee.name
            let words = unsafe error.pointee.message
            handler.reply?(
                .failure(
                    BusFailure(
                        name: unsafe name.map { unsafe String(cString: $0) } ?? "",
                        message: unsafe words.map { unsafe String(cString: $0) } ?? "")))
        } else {
            handler.reply?(.success(unsafe BusCoding.values(of: message)))
        }
        return 0
    }

    private static let signalled: sd_bus_message_handler_t = { message, data, _ in
        guard let message = unsafe message, let data = unsafe data else { return 0 }
        let handler = unsafe Unmanaged<Handler>.fromOpaque(data).takeUnretainedValue()
        handler.signal?(unsafe BusMessage(message))
        return 0
    }

    /// A match that the bus refuses would end the connection; it is only asked for known rules.
    private static let installed: sd_bus_message_handler_t = { _, _, _ in 0 }

    private static let called: sd_bus_message_handler_t = { message, data, _ in
        guard let message = unsafe message, let data = unsafe data else { return 0 }
        let handler = unsafe Unmanaged<Handler>.fromOpaque(data).takeUnretainedValue()
        guard let call = handler.call else { return 0 }
        call(unsafe BusCall(message))
        return 1
    }

    private static func check(_ result: Int32, _ call: String) throws(DeviceError) {
        if result < 0 { throw error(-result, call) }
    }

    private static func error(_ code: Int32, _ call: String) -> DeviceError {
        let cause = SystemError(code: code, call: call)
        return DeviceError(
            code: code == EACCES || code == EPERM ? .permissionDenied : .serviceUnavailable,
            message: "the system's message bus does not answer: is dbus running?", cause: cause)
    }
}
