/// How a serial port is set before the device is spoken to.
public struct SerialSettings: Hashable, Sendable {
    /// The parity bit of a character.
    public enum Parity: String, Hashable, Sendable, Codable, CaseIterable {
        case none, even, odd
    }

    /// Bits a second.
    public var baud: Int
    /// 7 or 8.
    public var dataBits: Int
    public var parity: Parity
    /// 1 or 2.
    public var stopBits: Int

    public init(baud: Int, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1) {
        self.baud = baud
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }
}
