/// Values of characteristics that were read while a Bluetooth device was started: the settings that a
/// scripted conversation ends with. For each value the characteristic's index (u8), the count of its
/// bytes (u16, little-endian) and the bytes.
public struct ReadValues: Hashable, Sendable {
    /// The settings' form.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a value. An attribute has at most 512 bytes; what a device sends beyond is cut off.
    public mutating func add(_ value: [UInt8], of characteristic: Int) {
        let kept = value.prefix(512)
        bytes.append(UInt8(truncatingIfNeeded: characteristic))
        bytes.append(UInt8(kept.count & 0xFF))
        bytes.append(UInt8(kept.count >> 8))
        bytes.append(contentsOf: kept)
    }

    /// The values in settings, in the order in which they were read; none where the bytes make no
    /// sense.
    public static func values(in settings: [UInt8]) -> [(characteristic: Int, bytes: [UInt8])] {
        var result: [(characteristic: Int, bytes: [UInt8])] = []
        var position = 0
        while settings.count - position >= 3 {
            let count = Int(settings[position + 1]) | Int(settings[position + 2]) << 8
            let start = position + 3
            guard count <= 512, settings.count - start >= count else { return [] }
            result.append(
                (
                    characteristic: Int(settings[position]),
                    bytes: Array(settings[start..<start + count])
                ))
            position = start + count
        }
        return position == settings.count ? result : []
    }
}
