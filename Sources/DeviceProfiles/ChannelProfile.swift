import Timebase

/// One channel of a stream, and the way from its raw numbers to a physical unit.
public struct ChannelProfile: Hashable, Sendable {
    /// The channel's name, unique in the stream.
    public var name: String
    /// What a person reads beside a plot.
    public var label: String
    /// The physical unit, such as `mV`, `µS`, `ohm`; `1` for a plain number.
    public var unit: String
    /// physical = conversion(raw × scale + offset)
    public var scale: Double
    public var offset: Double
    /// A formula after scale and offset; nil where these are the whole conversion.
    public var conversion: ChannelConversion?
    /// Physical limits of what the sensor can show; nil where unknown.
    public var minimum: Double?
    public var maximum: Double?
    /// Whether values are stored as doubles (NaN = missing) instead of integers.
    public var isReal: Bool
    /// Which field of the wire format the channel carries (`A2`, `bpm`, …).
    public var source: String
    /// Bits of the raw integer, where the framing tells; nil for text.
    public var bits: Int?

    public init(
        name: String, label: String, unit: String, scale: Double = 1, offset: Double = 0,
        conversion: ChannelConversion? = nil, minimum: Double? = nil, maximum: Double? = nil,
        isReal: Bool = false, source: String, bits: Int? = nil
    ) {
        self.name = name
        self.label = label
        self.unit = unit
        self.scale = scale
        self.offset = offset
        self.conversion = conversion
        self.minimum = minimum
        self.maximum = maximum
        self.isReal = isReal
        self.source = source
        self.bits = bits
    }

    /// The value in `unit` of a stored number; NaN where the formula has no answer.
    public func physical(_ raw: Double) -> Double {
        let linear = raw * scale + offset
        guard let conversion else { return linear }
        return conversion.apply(linear)
    }
}
