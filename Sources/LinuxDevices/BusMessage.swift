import CSystemd

/// What came in with a signal or a call.
struct BusMessage {
    let sender: String
    let path: String
    let interface: String
    let member: String
    let values: [BusValue]

    /// Reads a message whole; nothing of it is referred to afterwards.
    init(_ message: OpaquePointer) {
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            unsafe pointer.map { unsafe String(cString: $0) } ?? ""
        }
        sender = unsafe text(sd_bus_message_get_sender(message))
        path = unsafe text(sd_bus_message_get_path(message))
        interface = unsafe text(sd_bus_message_get_interface(message))
        member = unsafe text(sd_bus_message_get_member(message))
        values = unsafe BusCoding.values(of: message)
    }
}

/// Why a call got no answer: the error's name and its words.
struct BusFailure: Error, Hashable {
    let name: String
    let message: String

    /// The last part of BlueZ's own names, such as `NotSupported`.
    var short: String { String(name.split(separator: ".").last ?? "") }

    /// For a person.
    var words: String { message.isEmpty ? short : message }

    /// The bus is not there, or nobody on it has the name.
    var isAbsence: Bool {
        [
            "ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected", "NoServer",
            "TimedOut", "Timeout",
        ].contains(short) || name.hasPrefix("org.freedesktop.DBus.Error.Spawn")
    }

    var isRefusedByPolicy: Bool { name == "org.freedesktop.DBus.Error.AccessDenied" }
}

/// A call of somebody else to an object of ours, to be answered now or later, once.
///
/// `@safe`: the pointer never leaves the object, which releases it once.
@safe final class BusCall {
    let message: BusMessage
    private let pointer: OpaquePointer
    private var isAnswered = false

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = unsafe sd_bus_message_ref(pointer)
        message = unsafe BusMessage(pointer)
    }

    deinit { unsafe sd_bus_message_unref(pointer) }

    func answer(_ values: [BusValue] = []) {
        guard !isAnswered else { return }
        isAnswered = true
        var reply: OpaquePointer?
        guard unsafe sd_bus_message_new_method_return(pointer, &reply) >= 0,
            let reply = unsafe reply
        else { return }
        defer { unsafe sd_bus_message_unref(reply) }
        for value in values where unsafe !BusCoding.append(value, to: reply) { return }
        unsafe sd_bus_send(nil, reply, nil)
    }

    func refuse(_ name: String, _ words: String) {
        guard !isAnswered else { return }
        isAnswered = true
        var error = unsafe sd_bus_error()
        unsafe sd_bus_error_set(&error, name, words)
        defer { unsafe sd_bus_error_free(&error) }
        var reply: OpaquePointer?
        guard unsafe sd_bus_message_new_method_error(pointer, &reply, &error) >= 0,
            let reply = unsafe reply
        else { return }
        unsafe sd_bus_send(nil, reply, nil)
        unsafe sd_bus_message_unref(reply)
    }
}
