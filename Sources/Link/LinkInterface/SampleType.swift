/// How one value is laid out, little-endian.
public enum SampleType: String, Codable, Hashable, Sendable, CaseIterable {
    case i16
    case i32
    case i64
    case f32
    case f64
}
