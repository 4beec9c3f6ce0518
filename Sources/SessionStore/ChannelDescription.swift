import Timebase

/// One channel of a sampled stream.
public struct ChannelDescription: Hashable, Sendable {
    /// How values are kept.
    public enum Storage: String, Hashable, Sendable, Codable {
        /// Integers as the device sent them.
        case integer
        /// 64-bit floating point; NaN is a missing value.
        case real
    }

    /// Unique within its stream.
    public var name: String
    public var label: String
    /// Unit of the physical value, such as `uS`; empty where there is none.
    public var unit: String
    /// physical = raw * scale + offset, unless `conversion` names another formula.
    public var scale: Double
    public var offset: Double
    /// Named formula from raw to physical where it is not linear.
    public var conversion: String? {
        didSet { formula = conversion.flatMap(ChannelConversion.init) }
    }
    /// `conversion`, read; nil where there is none or this version does not know it.
    public private(set) var formula: ChannelConversion?
    /// Physical range, where the device has one.
    public var minimum: Double?
    public var maximum: Double?
    public var storage: Storage

    public init(
        name: String, label: String = "", unit: String = "", scale: Double = 1,
        offset: Double = 0, conversion: String? = nil, minimum: Double? = nil,
        maximum: Double? = nil, storage: Storage = .integer
    ) {
        self.name = name
        self.label = label
        self.unit = unit
        self.scale = scale
        self.offset = offset
        self.conversion = conversion
        formula = conversion.flatMap(ChannelConversion.init)
        self.minimum = minimum
        self.maximum = maximum
        self.storage = storage
    }

    /// The value in the channel's unit; NaN where there is none, or where the formula is one that
    /// this version does not know.
    public func physical(_ raw: Double) -> Double {
        let linear = raw * scale + offset
        guard conversion != nil else { return linear }
        return formula?.apply(linear) ?? .nan
    }
}
