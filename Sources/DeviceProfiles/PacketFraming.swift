/// Packets of Bluetooth characteristics, each with its fields one behind the other.
public struct PacketFraming: Hashable, Sendable {
    /// The form of a number in a packet.
    public enum FieldType: String, Hashable, Sendable, Codable, CaseIterable {
        case u8, s8, u16, s16, u24, s24, u32, s32, f32
        /// 16 bits: exponent of ten s4, mantissa s12. IEEE 11073-20601, SFLOAT-Type.
        case sfloat
        /// 32 bits: exponent of ten s8, mantissa s24. IEEE 11073-20601, FLOAT-Type.
        case float

        /// Its bytes.
        public var size: Int {
            switch self {
            case .u8, .s8: 1
            case .u16, .s16, .sfloat: 2
            case .u24, .s24: 3
            case .u32, .s32, .f32, .float: 4
            }
        }
        public var bits: Int { size * 8 }
        /// Whether its numbers are doubles, which may be missing.
        public var isReal: Bool { self == .f32 || self == .sfloat || self == .float }
        public var isUnsigned: Bool { [.u8, .u16, .u24, .u32].contains(self) }
    }

    /// A bit that decides whether a field is in the packet.
    public struct Condition: Hashable, Sendable {
        /// Index of the record's field with the bit, which is always there.
        public var field: Int
        /// From 0, the lowest.
        public var bit: Int
        public var isSet: Bool
    }

    /// A number of a packet, or bytes to be passed over.
    public struct Field: Hashable, Sendable {
        public var name: String?
        /// Nil for bytes to be passed over.
        public var type: FieldType?
        public var size: Int
        public var byteOrder: FrameFraming.ByteOrder
        public var condition: Condition?
        /// Whether it is repeated, together with the other fields that are, to the packet's end.
        public var repeats: Bool
        /// Integers that stand for a missing value.
        public var missing: [Int64]
        /// The integers that the field may have, else the packet is not of this form; nil for any.
        public var expected: [Int64]?
        /// Numbers below or above are kept, and told as implausible.
        public var minimum: Double?
        public var maximum: Double?
        /// Applied to reals when they are read, such as from °F to °C.
        public var scale: Double
        public var offset: Double
    }

    /// Bits of a field as a number of their own.
    public struct Bits: Hashable, Sendable {
        public var name: String
        public var field: Int
        /// The lowest bit, from 0.
        public var at: Int
        public var count: Int
    }

    /// Where a number stands in the record.
    public enum Source: Hashable, Sendable {
        /// Fields of one name, of which at most one is in a packet.
        case fields([Int])
        case bits(Int)
    }

    /// What a record has for one stream.
    public struct StreamPart: Hashable, Sendable {
        public var stream: Int
        /// One for each channel of the stream.
        public var columns: [Source]
        /// Whether each repetition is a sample; else the packet is one.
        public var repeats: Bool
        /// The column with the time since the sample before it, in units of which so many make a
        /// second; nil where samples have the packet's time.
        public var interval: Interval?
    }

    public struct Interval: Hashable, Sendable {
        public var column: Int
        public var unitsPerSecond: Double
    }

    /// A value that says that something is wrong with the sensor.
    public struct Fault: Hashable, Sendable {
        public var source: Source
        public var values: [Int64]
        public var cause: DecodeFault.Cause
    }

    /// A field that grows by `step` from packet to packet and wraps.
    public struct Counter: Hashable, Sendable {
        public var field: Int
        public var step: UInt32
    }

    /// One form that a packet of a characteristic may have.
    public struct Record: Hashable, Sendable {
        /// Index in the transport's list.
        public var characteristic: Int
        /// In the packet's order.
        public var fields: [Field]
        public var bits: [Bits]
        public var streams: [StreamPart]
        public var faults: [Fault]
        public var counter: Counter?
        /// Whether bytes behind the last field are passed over; else they are a fault.
        public var ignoresRest: Bool
    }

    /// Those of one characteristic are tried in order; the first that fits is taken.
    public var records: [Record]
}
