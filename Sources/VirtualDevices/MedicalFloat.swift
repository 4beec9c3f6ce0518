/// The decimal floats of Bluetooth's medical services (IEEE 11073-20601): a mantissa and a power of ten.
public enum MedicalFloat {
    /// Not a number, in 16 bits.
    public static let shortMissing: UInt16 = 0x07FF

    /// SFLOAT: 12 bits of mantissa, 4 of exponent above them; both signed.
    public static func short(mantissa: Int64, exponent: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: exponent & 15) << 12
            | UInt16(truncatingIfNeeded: mantissa & 0xFFF)
    }

    /// FLOAT: 24 bits of mantissa, 8 of exponent above them; both signed.
    public static func long(mantissa: Int64, exponent: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: exponent & 0xFF) << 24
            | UInt32(truncatingIfNeeded: mantissa & 0xFF_FFFF)
    }
}
