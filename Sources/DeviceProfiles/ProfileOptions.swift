/// What a station's settings may change of a profile.
///
/// A profile's own `options` are the defaults; a station's are laid over them key by key.
public struct ProfileOptions: Hashable, Sendable, Decodable {
    /// Samples a second of the streams that declare no rate of their own; one of the profile's
    /// `rates`, if it lists any.
    public var rate: Double?
    /// The channels to record, by name or source; nil for all. They keep the profile's order.
    public var channels: [String]?
    /// Which sensor is plugged in where: channel (name or source) to one of the profile's `sensors`.
    public var sensors: [String: String]?
    /// Bits a second of the serial port.
    public var baud: Int?
    /// Parameters of the channels' conversions, such as `noFinger`.
    public var parameters: [String: Double]?

    public init(
        rate: Double? = nil, channels: [String]? = nil, sensors: [String: String]? = nil,
        baud: Int? = nil, parameters: [String: Double]? = nil
    ) {
        self.rate = rate
        self.channels = channels
        self.sensors = sensors
        self.baud = baud
        self.parameters = parameters
    }

    /// These options with others laid over them.
    public func merging(_ other: ProfileOptions) -> ProfileOptions {
        ProfileOptions(
            rate: other.rate ?? rate, channels: other.channels ?? channels,
            sensors: Self.merge(sensors, other.sensors), baud: other.baud ?? baud,
            parameters: Self.merge(parameters, other.parameters))
    }

    private static func merge<Value>(
        _ under: [String: Value]?, _ over: [String: Value]?
    ) -> [String: Value]? {
        guard let under, let over else { return over ?? under }
        return under.merging(over) { $1 }
    }
}
