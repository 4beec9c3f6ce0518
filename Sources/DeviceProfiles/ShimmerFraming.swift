/// A Shimmer3 over its Bluetooth serial port: which channels are recorded, and how it is set up.
///
/// Source: ShimmerEngineering, Shimmer-C-API; seemoo-lab/pyshimmer.
public struct ShimmerFraming: Hashable, Sendable {
    /// What can be recorded; the raw values are the channels' numbers in the device's inquiry.
    public enum Source: UInt8, Hashable, Sendable, CaseIterable {
        case adc1 = 0x10
        case adc12 = 0x11
        case adc13 = 0x12
        case adc14 = 0x13
        case gsr = 0x1C

        /// As a profile's channels name it. The GSR+ unit has its optical pulse input at `adc13`.
        public var name: String {
            switch self {
            case .adc1: "adc1"
            case .adc12: "adc12"
            case .adc13: "adc13"
            case .adc14: "adc14"
            case .gsr: "gsr"
            }
        }

        /// The sensor's bit in the command that chooses the sensors.
        var bit: UInt32 {
            switch self {
            case .gsr: 1 << 2
            case .adc13: 1 << 8
            case .adc12: 1 << 9
            case .adc1: 1 << 10
            case .adc14: 1 << 23
            }
        }
    }

    /// What each channel of the stream records.
    public var sources: [Source]
    /// Ticks of the device's clock from sample to sample.
    public var divider: Int
    /// Bytes of a packet's time: 3, or 2 with old firmware.
    public var timestampBytes: Int
    /// The range of the skin conductance: 0 to 3, or 4 where the device chooses with each sample.
    public var range: Int
    /// Bytes of the check at the end of each packet: 0, 1 or 2.
    public var checksumBytes: Int

    /// Ticks a second of the device's clock.
    public static let clockRate = 32_768
    /// The range that stands for the device's own choice.
    public static let automaticRange = 4
}
