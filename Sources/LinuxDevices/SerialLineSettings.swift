/// How bytes travel on a serial line.
public struct SerialLineSettings: Hashable, Sendable {
    /// The check bit of each byte.
    public enum Parity: String, Sendable, CaseIterable { case none, even, odd }

    /// Bits per second; one of the standard speeds from 300 to 4,000,000.
    public var baud: Int
    /// Bits in a byte, 5 to 8.
    public var dataBits: Int
    /// The check bit.
    public var parity: Parity
    /// Stop bits, 1 or 2.
    public var stopBits: Int

    public init(
        baud: Int = 115_200, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1
    ) {
        self.baud = baud
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }
}
