/// Polar Measurement Data: which measurements of a Polar sensor are recorded, and with which
/// settings they are asked for.
///
/// Source: polarofficial/polar-ble-sdk, technical_documentation.
public struct PolarFraming: Hashable, Sendable {
    /// What a Polar sensor can measure; the raw values are those of the protocol.
    public enum Measurement: UInt8, Hashable, Sendable, CaseIterable {
        case ecg = 0
        case ppg = 1
        case acceleration = 2
        case interval = 3
        case gyroscope = 5
        case magnetometer = 6

        /// What a person calls it.
        public var title: String {
            switch self {
            case .ecg: "ECG"
            case .ppg: "PPG"
            case .acceleration: "acceleration"
            case .interval: "intervals between beats"
            case .gyroscope: "rotation"
            case .magnetometer: "magnetic field"
            }
        }

        /// The fields of a sample in the order of the packet, as a profile's channels name them.
        public var sources: [String] {
            switch self {
            case .ecg: ["ecg"]
            case .ppg: ["ppg0", "ppg1", "ppg2", "ambient"]
            case .acceleration: ["accX", "accY", "accZ"]
            case .interval: ["heartRate", "interval", "intervalError", "flags"]
            case .gyroscope: ["gyroX", "gyroY", "gyroZ"]
            case .magnetometer: ["magnetX", "magnetY", "magnetZ"]
            }
        }

        /// Bits of a delta frame's reference where the device tells no resolution.
        var resolution: Int {
            switch self {
            case .ecg: 24
            case .ppg: 22
            case .acceleration, .interval, .gyroscope, .magnetometer: 16
            }
        }
    }

    /// One stream of the profile.
    public struct Stream: Hashable, Sendable {
        public var measurement: Measurement
        /// Samples a second that the device is asked for and gives; nil for intervals.
        public var rate: Int?
        /// Rates by which some firmware offers what is in truth `rate`.
        public var alsoOfferedAs: [Int] = []
        /// Bits of a sample; nil: the highest that the device offers.
        public var resolution: Int?
        /// The measuring range in the measurement's unit (g, deg/s, gauss); nil: the smallest.
        public var range: Int?
        /// For each channel, its place among the measurement's sources.
        public var fields: [Int]
    }

    /// One for each stream of the profile, in its order.
    public var streams: [Stream]
    /// Indices of the control point and of the data among the transport's characteristics.
    public var control: Int
    public var data: Int

    /// The stream that records this measurement.
    func stream(of measurement: Measurement) -> Int? {
        streams.firstIndex { $0.measurement == measurement }
    }
}
