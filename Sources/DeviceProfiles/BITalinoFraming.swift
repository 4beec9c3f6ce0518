/// Which channels a BITalino sends and how fast, and its commands for this.
///
/// The slot in the frame, not the port, decides the resolution: the first four analog channels
/// that are sent have 10 bits, the fifth and sixth have 6.
/// Source: BITalinoWorld, revolution-python-api and firmware-bitalino.
public struct BITalinoFraming: Hashable, Sendable {
    /// Analog ports that are sent, 1…6, ascending; at least one.
    public let analog: [Int]
    /// Samples a second: 1, 10, 100 or 1000.
    public let rate: Int

    /// Nil for ports or rates that the device does not have.
    public init?(analog: [Int], rate: Int) {
        let ports = Set(analog).sorted()
        guard let first = ports.first, let last = ports.last, first >= 1, last <= 6,
            Self.rates.contains(rate)
        else { return nil }
        self.analog = ports
        self.rate = rate
    }

    /// The rates of the device, in Hz; their places are the command's code.
    public static let rates = [1, 10, 100, 1000]

    /// Bytes of a frame for so many analog channels.
    public static let frameLengths = [3, 4, 6, 7, 8, 8]

    /// Bytes of a frame.
    public var frameLength: Int { Self.frameLengths[analog.count - 1] }

    /// Bits of the port's values: 10 or 6 by its slot; nil if it is not sent.
    public func bits(ofPort port: Int) -> Int? {
        analog.firstIndex(of: port).map { $0 < 4 ? 10 : 6 }
    }

    /// The ports as bits, A1 in bit 0.
    public var mask: UInt8 {
        analog.reduce(0) { $0 | (1 << UInt8($1 - 1)) }
    }

    /// The bytes of a command by its name in a profile's dialogue; nil for an unknown one.
    public func command(_ name: String) -> [UInt8]? {
        switch name {
        case "idle": [0xFF]
        case "version": [0x07]
        case "rate": [UInt8(Self.rates.firstIndex(of: rate) ?? 3) << 6 | 0x03]
        case "start": [0x01 | mask << 2]
        case "simulated": [0x02 | mask << 2]
        case "stop": [0x00]
        case "state": [0x0B]
        default: nil
        }
    }

    /// The names that `command(_:)` knows.
    public static let commands = [
        "idle", "version", "rate", "start", "simulated", "stop", "state",
    ]
}
