/// What a Polar sensor offers or confirms: values by parameter, from type-length-value entries.
struct PolarSettings: Hashable, Sendable {
    enum Parameter: UInt8, Hashable, Sendable {
        case rate = 0
        case resolution = 1
        case range = 2
        case rangeMilli = 3
        case channels = 4
        case factor = 5
        case security = 6

        /// Bytes of a value.
        var size: Int {
            switch self {
            case .rate, .resolution, .range: 2
            case .rangeMilli, .factor: 4
            case .channels: 1
            case .security: 16
            }
        }
    }

    private(set) var values: [Parameter: [UInt32]] = [:]

    /// Reads entries `id, count, values…` up to the first that is unknown or cut off: its size cannot
    /// be told.
    init(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        var position = 0
        while bytes.count - position >= 2, let parameter = Parameter(rawValue: bytes[position]) {
            let count = Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= count * parameter.size else { return }
            for _ in 0..<count {
                if parameter.size <= 4 {
                    var value: UInt32 = 0
                    for index in 0..<parameter.size {
                        value |= UInt32(bytes[position + index]) << UInt32(8 * index)
                    }
                    values[parameter, default: []].append(value)
                }
                position += parameter.size
            }
        }
    }

    /// The factor by which compressed samples are multiplied, where one was told.
    var factor: Float? { values[.factor]?.first.map { Float(bitPattern: $0) } }

    /// An entry of one value, as it is sent.
    static func entry(_ parameter: Parameter, _ value: UInt32) -> [UInt8] {
        [parameter.rawValue, 1]
            + (0..<parameter.size).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}

/// What the talk with a Polar sensor settled for one measurement, in the form that the decoder takes
/// and a session stores: `version u8 (1)`, then for each measurement `type u8, rate u16,
/// resolution u8, factor f32`, little-endian.
struct PolarAgreement: Hashable, Sendable {
    var measurement: PolarFraming.Measurement
    /// Samples a second; 0 where there is no rate.
    var rate: UInt16 = 0
    /// Bits; 0 where none was settled.
    var resolution: UInt8 = 0
    var factor: Float = 1

    private static var version: UInt8 { 1 }
    private static var size: Int { 8 }

    static func bytes(_ agreements: [PolarAgreement]) -> [UInt8] {
        var bytes = [version]
        for agreement in agreements {
            bytes.append(agreement.measurement.rawValue)
            bytes += [UInt8(agreement.rate & 0xFF), UInt8(agreement.rate >> 8)]
            bytes.append(agreement.resolution)
            let pattern = agreement.factor.bitPattern
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
        }
        return bytes
    }

    /// Reads the form of `bytes(_:)`; nil for anything else.
    static func read(_ bytes: [UInt8]) -> [PolarAgreement]? {
        guard bytes.first == version, bytes.count % size == 1 else { return nil }
        var result: [PolarAgreement] = []
        for start in stride(from: 1, to: bytes.count, by: size) {
            guard let measurement = PolarFraming.Measurement(rawValue: bytes[start]) else {
                return nil
            }
            var pattern: UInt32 = 0
            for index in 0..<4 {
                pattern |= UInt32(bytes[start + 4 + index]) << UInt32(8 * index)
            }
            result.append(
                PolarAgreement(
                    measurement: measurement,
                    rate: UInt16(bytes[start + 1]) | UInt16(bytes[start + 2]) << 8,
                    resolution: bytes[start + 3], factor: Float(bitPattern: pattern)))
        }
        return result
    }
}
