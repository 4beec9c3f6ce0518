/// A number read from a packet.
enum PacketNumber: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    /// The field is not there, or says that it has no value.
    case missing

    /// Reads the field's number at a place that lies within the packet.
    static func read(
        _ bytes: Span<UInt8>, at start: Int, _ field: PacketFraming.Field
    ) -> PacketNumber {
        guard let type = field.type else { return .missing }
        var pattern: UInt32 = 0
        for index in 0..<type.size {
            let place = field.byteOrder == .little ? start + type.size - 1 - index : start + index
            pattern = pattern << 8 | UInt32(bytes[place])
        }
        switch type {
        case .u8, .u16, .u24, .u32: return integer(Int64(pattern), field)
        case .s8: return integer(Int64(Int8(truncatingIfNeeded: pattern)), field)
        case .s16: return integer(Int64(Int16(truncatingIfNeeded: pattern)), field)
        case .s24: return integer(Int64(Int32(bitPattern: pattern << 8) >> 8), field)
        case .s32: return integer(Int64(Int32(bitPattern: pattern)), field)
        case .f32: return real(Double(Float(bitPattern: pattern)), field)
        case .sfloat: return real(sfloat(UInt16(truncatingIfNeeded: pattern)), field)
        case .float: return real(float(pattern), field)
        }
    }

    private static func integer(_ value: Int64, _ field: PacketFraming.Field) -> PacketNumber {
        field.missing.contains(value) ? .missing : .integer(value)
    }

    private static func real(_ value: Double, _ field: PacketFraming.Field) -> PacketNumber {
        value.isFinite ? .real(value * field.scale + field.offset) : .missing
    }

    /// SFLOAT of IEEE 11073-20601. The words for "not a number", "not at this resolution",
    /// infinities and the reserved one give NaN.
    static func sfloat(_ word: UInt16) -> Double {
        switch word {
        case 0x07FE...0x0802: .nan
        default: decimal(Int(Int16(bitPattern: word << 4) >> 4), Int(Int16(bitPattern: word) >> 12))
        }
    }

    /// FLOAT of IEEE 11073-20601, likewise.
    static func float(_ word: UInt32) -> Double {
        switch word {
        case 0x007F_FFFE...0x0080_0002: .nan
        default: decimal(Int(Int32(bitPattern: word << 8) >> 8), Int(Int32(bitPattern: word) >> 24))
        }
    }

    /// Dividing by a power of ten gives the double nearest to the decimal number; multiplying by
    /// its inverse would not.
    private static func decimal(_ mantissa: Int, _ exponent: Int) -> Double {
        var power = 1.0
        for _ in 0..<abs(exponent) { power *= 10 }
        return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    }
}
