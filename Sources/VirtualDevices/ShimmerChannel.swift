/// A channel of a Shimmer3 that the virtual device can measure.
///
/// Sources: the numbers of channels and the bits of the sensors' mask stand in the maker's `shimmer.h`.
enum ShimmerChannel: UInt8, Hashable, Sendable, CaseIterable {
    case internalADC1 = 0x10
    case internalADC12 = 0x11
    case internalADC13 = 0x12
    case internalADC14 = 0x13
    case skinResistance = 0x1C

    /// Its bit in the mask of the command that sets the sensors, first byte lowest.
    var sensor: UInt32 {
        switch self {
        case .internalADC1: 0x00_0400
        case .internalADC12: 0x00_0200
        case .internalADC13: 0x00_0100
        case .internalADC14: 0x80_0000
        case .skinResistance: 0x00_0004
        }
    }
}

/// The skin sensor's electronics: 0.5 V across the skin, an amplifier with one of four resistors, and a
/// converter of 12 bits for 3 V; the raw value's two highest bits name the resistor.
public enum ShimmerSkinSensor {
    /// The amplifier's resistors in kilohms, by range.
    static let resistors = [40.2, 287, 1000, 3300]

    /// The raw value of a conductance.
    /// - Parameters:
    ///   - microsiemens: more than 0.
    ///   - range: 0 to 3 holds a resistor; 4 takes the one that fits.
    public static func raw(microsiemens: Double, range: Int) -> Int64 {
        let kilohms = 1000 / max(microsiemens, 0.001)
        // The resistances up to which each range reads.
        let fitting = kilohms < 63 ? 0 : kilohms < 220 ? 1 : kilohms < 680 ? 2 : 3
        let chosen = (0...3).contains(range) ? range : fitting
        let volts = 0.5 * (1 + resistors[chosen] / kilohms)
        let steps = max(0, min(4095, (volts * 4095 / 3).rounded()))
        return Int64(chosen) << 14 | Int64(steps)
    }
}
