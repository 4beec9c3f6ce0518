import CSystemCalls
import CSystemd
import Glibc

/// Values to and from messages of sd-bus.
enum BusCoding {
    /// All values of a message's body. What cannot be read ends it; a message that the bus let
    /// through is well formed.
    static func values(of message: OpaquePointer) -> [BusValue] {
        var values: [BusValue] = []
        while let value = unsafe read(message) { values.append(value) }
        return values
    }

    /// The next value of the message or of the container that is entered; nil at its end.
    private static func read(_ message: OpaquePointer) -> BusValue? {
        var kind: CChar = 0
        var pointer: UnsafePointer<CChar>?
        guard unsafe sd_bus_message_peek_type(message, &kind, &pointer) > 0 else { return nil }
        // The message reuses the text at its next call.
        let contents = unsafe pointer.map { unsafe String(cString: $0) } ?? ""
        let letter = UInt8(bitPattern: kind)
        switch letter {
        case UInt8(ascii: "s"), UInt8(ascii: "o"), UInt8(ascii: "g"):
            var text: UnsafePointer<CChar>?
            guard unsafe sd_bus_message_read_basic(message, kind, &text) > 0, let text = unsafe text
            else { return nil }
            let string = unsafe String(cString: text)
            switch letter {
            case UInt8(ascii: "s"): return .text(string)
            case UInt8(ascii: "o"): return .path(string)
            default: return .signature(string)
            }
        case UInt8(ascii: "b"):
            // sd-bus writes an int here.
            return unsafe basic(message, kind, Int32(0)).map { .bool($0 != 0) }
        case UInt8(ascii: "y"): return unsafe basic(message, kind, UInt8(0)).map { .byte($0) }
        case UInt8(ascii: "n"): return unsafe basic(message, kind, Int16(0)).map { .int16($0) }
        case UInt8(ascii: "q"): return unsafe basic(message, kind, UInt16(0)).map { .uint16($0) }
        case UInt8(ascii: "i"): return unsafe basic(message, kind, Int32(0)).map { .int32($0) }
        case UInt8(ascii: "u"): return unsafe basic(message, kind, UInt32(0)).map { .uint32($0) }
        case UInt8(ascii: "x"): return unsafe basic(message, kind, Int64(0)).map { .int64($0) }
        case UInt8(ascii: "t"): return unsafe basic(message, kind, UInt64(0)).map { .uint64($0) }
        case UInt8(ascii: "d"): return unsafe basic(message, kind, 0.0).map { .double($0) }
        case UInt8(ascii: "h"):
            // The message owns the descriptor that it brought; this is a copy of our own.
            guard let received = unsafe basic(message, kind, Int32(-1)) else { return nil }
            let copy = attune_fcntl_integer(received, F_DUPFD_CLOEXEC, 3)
            return .descriptor(BusDescriptor(owning: copy))
        case UInt8(ascii: "a") where contents == "y":
            var bytes: UnsafeRawPointer?
            var count = 0
            guard unsafe sd_bus_message_read_array(message, kind8("y"), &bytes, &count) >= 0 else {
                return nil
            }
            return unsafe .bytes([UInt8](UnsafeRawBufferPointer(start: bytes, count: count)))
        default: return unsafe container(message, kind, contents)
        }
    }

    private static func basic<Value>(
        _ message: OpaquePointer, _ kind: CChar, _ empty: Value
    ) -> Value? {
        var value = empty
        // Called with the type whose size sd-bus writes for this kind.
        let result = unsafe withUnsafeMutablePointer(to: &value) {
            unsafe sd_bus_message_read_basic(message, kind, $0)
        }
        return result > 0 ? value : nil
    }

    private static func container(
        _ message: OpaquePointer, _ kind: CChar, _ contents: String
    ) -> BusValue? {
        guard unsafe sd_bus_message_enter_container(message, kind, contents) > 0 else { return nil }
        let values = unsafe values(of: message)
        guard unsafe sd_bus_message_exit_container(message) >= 0 else { return nil }
        switch UInt8(bitPattern: kind) {
        case UInt8(ascii: "v"): return values.first
        case UInt8(ascii: "a") where contents == "s": return .texts(values.compactMap(\.text))
        case UInt8(ascii: "a") where contents == "{sv}":
            var properties: [String: BusValue] = [:]
            for case .structure(let entry) in values where entry.count == 2 {
                if let key = entry[0].text { properties[key] = entry[1] }
            }
            return .properties(properties)
        case UInt8(ascii: "a"): return .array(values)
        default: return .structure(values)
        }
    }

    private static func kind8(_ letter: Unicode.Scalar) -> CChar {
        CChar(bitPattern: UInt8(ascii: letter))
    }

    /// Appends a value to a message. False when sd-bus refuses it.
    static func append(_ value: BusValue, to message: OpaquePointer) -> Bool {
        switch value {
        case .text(let text): unsafe appendText(text, "s", message)
        case .path(let text): unsafe appendText(text, "o", message)
        case .signature(let text): unsafe appendText(text, "g", message)
        case .bool(let value): unsafe appendBasic(Int32(value ? 1 : 0), "b", message)
        case .byte(let value): unsafe appendBasic(value, "y", message)
        case .int16(let value): unsafe appendBasic(value, "n", message)
        case .uint16(let value): unsafe appendBasic(value, "q", message)
        case .int32(let value): unsafe appendBasic(value, "i", message)
        case .uint32(let value): unsafe appendBasic(value, "u", message)
        case .int64(let value): unsafe appendBasic(value, "x", message)
        case .uint64(let value): unsafe appendBasic(value, "t", message)
        case .double(let value): unsafe appendBasic(value, "d", message)
        // Nothing that we send carries a descriptor.
        case .descriptor: false
        case .bytes(let bytes):
            unsafe bytes.withUnsafeBytes {
                unsafe sd_bus_message_append_array(
                    message, kind8("y"), $0.baseAddress, $0.count)
            } >= 0
        case .texts(let texts):
            unsafe appendContainer("a", "s", texts.map { .text($0) }, message)
        case .properties(let properties):
            unsafe appendProperties(properties, message)
        case .array(let values):
            unsafe appendContainer("a", values.first?.signatureText ?? "v", values, message)
        case .structure(let values):
            unsafe appendContainer("r", values.map(\.signatureText).joined(), values, message)
        case .variant(let box):
            unsafe appendContainer("v", box.value.signatureText, [box.value], message)
        }
    }

    private static func appendText(
        _ text: String, _ kind: Unicode.Scalar, _ message: OpaquePointer
    ) -> Bool {
        // The message copies the text.
        unsafe text.withCString { unsafe sd_bus_message_append_basic(message, kind8(kind), $0) }
            >= 0
    }

    private static func appendBasic<Value>(
        _ value: Value, _ kind: Unicode.Scalar, _ message: OpaquePointer
    ) -> Bool {
        unsafe withUnsafePointer(to: value) {
            unsafe sd_bus_message_append_basic(message, kind8(kind), $0)
        } >= 0
    }

    private static func appendContainer(
        _ kind: Unicode.Scalar, _ contents: String, _ values: [BusValue], _ message: OpaquePointer
    ) -> Bool {
        guard unsafe sd_bus_message_open_container(message, kind8(kind), contents) >= 0 else {
            return false
        }
        for value in values where unsafe !append(value, to: message) { return false }
        return unsafe sd_bus_message_close_container(message) >= 0
    }

    private static func appendProperties(
        _ properties: [String: BusValue], _ message: OpaquePointer
    ) -> Bool {
        guard unsafe sd_bus_message_open_container(message, kind8("a"), "{sv}") >= 0 else {
            return false
        }
        for (key, value) in properties {
            guard
                unsafe appendContainer("e", "sv", [.text(key), .variant(of: value)], message)
            else { return false }
        }
        return unsafe sd_bus_message_close_container(message) >= 0
    }
}
