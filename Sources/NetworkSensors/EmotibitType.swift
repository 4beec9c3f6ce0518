/// A kind of values that an EmotiBit sends, as its data types are documented.
struct EmotibitType: Hashable, Sendable {
    /// Two characters, as in its lines.
    var tag: String
    /// What is measured.
    var name: String
    var unit: String
    /// Samples a second; nil where values come when something happens.
    var rate: Double?

    private init(_ tag: String, _ name: String, _ unit: String, _ rate: Double?) {
        self.tag = tag
        self.name = name
        self.unit = unit
        self.rate = rate
    }

    /// The known type of a tag.
    init?(tag: String) {
        guard let found = Self.all.first(where: { $0.tag == tag }) else { return nil }
        self = found
    }

    static let all: [EmotibitType] = [
        EmotibitType("EA", "skin_conductance", "uS", 15),
        EmotibitType("EL", "skin_conductance_level", "uS", 15),
        EmotibitType("PI", "ppg_infrared", "count", 25),
        EmotibitType("PR", "ppg_red", "count", 25),
        EmotibitType("PG", "ppg_green", "count", 25),
        EmotibitType("T0", "temperature_0", "degC", 7.5),
        EmotibitType("T1", "temperature_1", "degC", 7.5),
        EmotibitType("TH", "thermopile", "degC", 7.5),
        EmotibitType("AX", "acceleration_x", "g", 25),
        EmotibitType("AY", "acceleration_y", "g", 25),
        EmotibitType("AZ", "acceleration_z", "g", 25),
        EmotibitType("GX", "rotation_x", "deg/s", 25),
        EmotibitType("GY", "rotation_y", "deg/s", 25),
        EmotibitType("GZ", "rotation_z", "deg/s", 25),
        EmotibitType("MX", "magnetic_field_x", "uT", 25),
        EmotibitType("MY", "magnetic_field_y", "uT", 25),
        EmotibitType("MZ", "magnetic_field_z", "uT", 25),
        EmotibitType("HR", "heart_rate", "1/min", nil),
        EmotibitType("BI", "beat_interval", "ms", nil),
        EmotibitType("SA", "scr_amplitude", "uS", nil),
        EmotibitType("SR", "scr_rise_time", "s", nil),
        EmotibitType("SF", "scr_frequency", "1/min", nil),
    ]
}
