/// One packet of Polar Measurement Data, taken apart.
///
/// Layout: `type u8 | time u64 ns since 2000-01-01 of the last sample | frame u8 | content`. Bit 7 of
/// `frame` says that the content is compressed: a reference sample, then blocks `bits u8, count u8`
/// of differences, packed from the least significant bit, which add up.
struct PolarFrame {
    /// A frame's type without the compression bit.
    var type: Int
    var isCompressed: Bool
    var measurement: PolarFraming.Measurement
    /// Nanoseconds since 2000-01-01 on the device's clock, of the last sample.
    var time: Int64

    static var headerSize: Int { 10 }

    /// Nil where the header makes no sense.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count > Self.headerSize,
            let measurement = PolarFraming.Measurement(rawValue: bytes[0] & 0x3F)
        else { return nil }
        var time: UInt64 = 0
        for index in 0..<8 { time |= UInt64(bytes[1 + index]) << UInt64(8 * index) }
        guard let signed = Int64(exactly: time) else { return nil }
        self.measurement = measurement
        self.time = signed
        type = Int(bytes[9] & 0x7F)
        isCompressed = bytes[9] & 0x80 != 0
    }

    /// What a compressed sample is multiplied with beside the device's factor: its acceleration of
    /// type 0 is in g, and is given out in mg.
    var unitFactor: Double { isCompressed && measurement == .acceleration && type == 0 ? 1000 : 1 }

    /// Appends the samples, channel by channel, to `values`; gives back how many channels they
    /// have, and nil where the content does not have the form of its type. Then `values` may hold
    /// some samples that must not be used.
    func content(
        _ bytes: Span<UInt8>, resolution: Int, into values: inout [Int64]
    ) -> Int? {
        isCompressed
            ? compressed(bytes, resolution: resolution, into: &values)
            : raw(bytes, into: &values)
    }

    private func raw(_ bytes: Span<UInt8>, into values: inout [Int64]) -> Int? {
        let channels: Int
        let size: Int
        switch (measurement, type) {
        case (.ecg, 0): (channels, size) = (1, 3)
        case (.acceleration, 0): (channels, size) = (3, 1)
        case (.acceleration, 1): (channels, size) = (3, 2)
        case (.acceleration, 2): (channels, size) = (3, 3)
        case (.ppg, 0): (channels, size) = (4, 3)
        case (.interval, 0): return intervals(bytes, into: &values)
        default: return nil
        }
        guard (bytes.count - Self.headerSize) % (channels * size) == 0 else { return nil }
        for at in stride(from: Self.headerSize, to: bytes.count, by: size) {
            values.append(Self.signed(bytes, at: at, size: size, bits: size * 8))
        }
        return channels
    }

    private func intervals(_ bytes: Span<UInt8>, into values: inout [Int64]) -> Int? {
        guard (bytes.count - Self.headerSize) % 6 == 0 else { return nil }
        for at in stride(from: Self.headerSize, to: bytes.count, by: 6) {
            values.append(Int64(bytes[at]))
            values.append(Int64(bytes[at + 1]) | Int64(bytes[at + 2]) << 8)
            values.append(Int64(bytes[at + 3]) | Int64(bytes[at + 4]) << 8)
            values.append(Int64(bytes[at + 5]))
        }
        return 4
    }

    private func compressed(
        _ bytes: Span<UInt8>, resolution: Int, into values: inout [Int64]
    ) -> Int? {
        let channels: Int
        switch (measurement, type) {
        case (.ecg, 0): channels = 1
        case (.ppg, 0): channels = 4
        case (.acceleration, 0), (.acceleration, 1), (.gyroscope, 0), (.magnetometer, 0):
            channels = 3
        default: return nil
        }
        guard (1...32).contains(resolution) else { return nil }
        let size = (resolution + 7) / 8
        var position = Self.headerSize
        guard bytes.count - position >= channels * size else { return nil }
        for _ in 0..<channels {
            values.append(Self.signed(bytes, at: position, size: size, bits: resolution))
            position += size
        }
        while position < bytes.count {
            guard bytes.count - position >= 2 else { return nil }
            let bits = Int(bytes[position])
            let count = Int(bytes[position + 1]) * channels
            position += 2
            let length = (bits * count + 7) / 8
            guard bits <= 32, bytes.count - position >= length else { return nil }
            var pool: UInt64 = 0
            var filled = 0
            var next = position
            for _ in 0..<count {
                while filled < bits {
                    pool |= UInt64(bytes[next]) << UInt64(filled)
                    next += 1
                    filled += 8
                }
                let difference = Self.extended(pool & ((1 << UInt64(bits)) - 1), bits: bits)
                pool >>= UInt64(bits)
                filled -= bits
                // A packet is too short for these sums of 32-bit numbers to overflow.
                values.append(values[values.count - channels] + difference)
            }
            position += length
        }
        return channels
    }

    private static func signed(_ bytes: Span<UInt8>, at: Int, size: Int, bits: Int) -> Int64 {
        var value: UInt64 = 0
        for index in 0..<size { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
        return extended(value & ((1 << UInt64(bits)) - 1), bits: bits)
    }

    /// A number of so many bits with its sign; 0 for no bits.
    private static func extended(_ value: UInt64, bits: Int) -> Int64 {
        guard bits > 0 else { return 0 }
        let shift = UInt64(64 - bits)
        return Int64(bitPattern: value << shift) >> Int64(shift)
    }
}
