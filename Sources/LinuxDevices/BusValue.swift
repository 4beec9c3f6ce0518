import CSystemCalls
import Glibc

/// A value of a D-Bus message. Variants are unwrapped when they are read.
enum BusValue {
    case bool(Bool)
    case byte(UInt8)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case text(String)
    case path(String)
    case signature(String)
    case descriptor(BusDescriptor)
    /// `ay`
    case bytes([UInt8])
    /// `as`
    case texts([String])
    /// `a{sv}`
    case properties([String: BusValue])
    /// Any other array; an entry of a dictionary is a structure of two.
    case array([BusValue])
    case structure([BusValue])
    /// Only for writing.
    case variant(Box)

    /// Holds a value inside another.
    final class Box {
        let value: BusValue
        init(_ value: BusValue) { self.value = value }
    }

    static func variant(of value: BusValue) -> BusValue { .variant(Box(value)) }

    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
    /// Text, or an object's path.
    var text: String? {
        switch self {
        case .text(let value), .path(let value): value
        default: nil
        }
    }
    var bytes: [UInt8]? {
        if case .bytes(let value) = self { value } else { nil }
    }
    var texts: [String]? {
        if case .texts(let value) = self { value } else { nil }
    }
    var properties: [String: BusValue]? {
        if case .properties(let value) = self { value } else { nil }
    }
    /// The members of an array or a structure.
    var members: [BusValue]? {
        switch self {
        case .array(let values), .structure(let values): values
        default: nil
        }
    }
    /// Any whole number.
    var integer: Int? {
        switch self {
        case .byte(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int64(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The signature, for those that are written.
    var signatureText: String {
        switch self {
        case .bool: "b"
        case .byte: "y"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .text: "s"
        case .path: "o"
        case .signature: "g"
        case .descriptor: "h"
        case .bytes: "ay"
        case .texts: "as"
        case .properties: "a{sv}"
        case .array(let values): "a" + (values.first?.signatureText ?? "v")
        case .structure(let values): "(" + values.map(\.signatureText).joined() + ")"
        case .variant: "v"
        }
    }
}

/// A descriptor that came with a message: a copy of its own, closed with the last reference unless
/// somebody took it.
final class BusDescriptor {
    private var number: Int32

    /// Takes over a descriptor.
    init(owning number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    /// Hands the descriptor over to the caller, who closes it; nil when it was taken already.
    func take() -> Int32? {
        guard number >= 0 else { return nil }
        defer { number = -1 }
        return number
    }
}
