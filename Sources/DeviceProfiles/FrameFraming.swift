/// Frames of fixed length with sync bytes, and optionally a counter and a checksum.
public struct FrameFraming: Hashable, Sendable {
    /// The form of a number in a frame.
    public enum FieldType: String, Hashable, Sendable, Codable, CaseIterable {
        case s8, u8, s16, u16, s24, u24, s32, u32, f32

        /// Its bytes.
        public var size: Int {
            switch self {
            case .s8, .u8: 1
            case .s16, .u16: 2
            case .s24, .u24: 3
            case .s32, .u32, .f32: 4
            }
        }
        public var bits: Int { size * 8 }
    }

    /// The order of a number's bytes.
    public enum ByteOrder: String, Hashable, Sendable, Codable, CaseIterable {
        case little, big
    }

    /// One channel's numbers in a frame.
    public struct Field: Hashable, Sendable {
        /// Index of the stream and of the channel in it.
        public var stream: Int
        public var channel: Int
        public var type: FieldType
        public var byteOrder: ByteOrder
        /// Where the first sample's number stands, in bytes from the frame's start.
        public var at: Int
        /// Samples in the frame, and bytes from one to the next.
        public var count: Int
        public var stride: Int
    }

    /// A number that grows by `step` from frame to frame and wraps.
    public struct Counter: Hashable, Sendable {
        public var at: Int
        /// u8, u16, u24 or u32.
        public var type: FieldType
        public var byteOrder: ByteOrder
        public var step: UInt32
    }

    /// A sum over bytes `from` up to but without `to`, stored at `at`.
    public struct Checksum: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            /// Sum of the bytes modulo 256.
            case sum8
            /// All bytes combined by exclusive or.
            case xor8
            /// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected.
            case crc16
            /// CRC-16/MODBUS: polynomial 0x8005 reflected, start 0xFFFF.
            case crc16Modbus = "crc16-modbus"

            /// Its bytes.
            public var size: Int {
                switch self {
                case .sum8, .xor8: 1
                case .crc16, .crc16Modbus: 2
                }
            }
        }
        public var kind: Kind
        public var at: Int
        public var from: Int
        public var to: Int
        public var byteOrder: ByteOrder
    }

    /// Bytes of a frame, sync bytes included.
    public var length: Int
    /// The frame's first bytes; may be empty if there is a checksum or a counter.
    public var sync: [UInt8]
    /// The frame's last bytes; may be empty.
    public var end: [UInt8]
    public var counter: Counter?
    public var checksum: Checksum?
    public var fields: [Field]
    /// So many good frames in a row are needed before a start found by search is trusted.
    public var confirmations: Int
}
