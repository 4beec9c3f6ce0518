/// OpenBCI's Cyton board behind its USB dongle: eight channels of 24 bits, an accelerometer.
///
/// Source: OpenBCI/Documentation, website/docs/Cyton.
public struct CytonFraming: Hashable, Sendable {
    /// A field of a packet.
    public enum Source: Hashable, Sendable {
        /// A channel of the amplifier, from 0.
        case channel(Int)
        /// An axis of the accelerometer, from 0.
        case axis(Int)

        /// `ch1` to `ch8`, `accX`, `accY`, `accZ`.
        public init?(_ name: String) {
            if name.hasPrefix("ch"), let number = Int(name.dropFirst(2)), (1...8).contains(number) {
                self = .channel(number - 1)
            } else if let axis = ["accX", "accY", "accZ"].firstIndex(of: name) {
                self = .axis(axis)
            } else {
                return nil
            }
        }
        public static let names = (1...8).map { "ch\($0)" } + ["accX", "accY", "accZ"]
    }

    /// Index of the amplifier's stream and the channels (from 0) that its columns take.
    public var signal: Int
    public var channels: [Int]
    /// Index of the accelerometer's stream, if it is recorded, and its columns' axes.
    public var accelerometer: Int?
    public var axes: [Int]
    /// The amplifier's gain: 1, 2, 4, 6, 8, 12 or 24.
    public var gain: Int
    /// Whether the board is asked to send its clock with each sample.
    public var hasTimestamps: Bool

    /// The gains of the amplifier; their places are the command's code.
    public static let gains = [1, 2, 4, 6, 8, 12, 24]

    /// Volts of one count at this gain.
    public static func volts(gain: Int) -> Double { 4.5 / Double(gain) / Double((1 << 23) - 1) }

    /// Samples a second of the amplifier.
    public static let rate = 250.0
}
