/// One channel of a stream of samples; physical value = stored value * scale + offset.
public struct LinkChannel: Codable, Hashable, Sendable {
    public var name: String
    public var unit: String
    public var type: SampleType
    public var scale: Double
    public var offset: Double

    public init(name: String, unit: String, type: SampleType, scale: Double, offset: Double) {
        self.name = name
        self.unit = unit
        self.type = type
        self.scale = scale
        self.offset = offset
    }
}
