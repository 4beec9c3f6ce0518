import Timebase

/// A running 64-bit check of a stream's samples and packets, to compare two files: the same for the
/// same values in the same order, whatever the chunks' lengths.
struct SampleDigest: Hashable {
    private(set) var count: Int64 = 0
    private var channels: [UInt64]
    private var packets: UInt64 = 0

    init(channels: Int) { self.channels = Array(repeating: 0, count: channels) }

    /// The finishing step of SplitMix64, over the value and what was before.
    private static func mix(_ digest: UInt64, _ value: UInt64) -> UInt64 {
        var mixed = (digest ^ value) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return mixed ^ (mixed >> 27)
    }

    mutating func add(_ columns: [SampleColumn], _ packets: [SamplePacket]) {
        count += Int64(columns.first?.count ?? 0)
        for (channel, column) in columns.enumerated() where channel < channels.count {
            var digest = channels[channel]
            switch column {
            case .integers(let values):
                for value in values { digest = Self.mix(digest, UInt64(bitPattern: value)) }
            case .reals(let values):
                for value in values { digest = Self.mix(digest, value.bitPattern) }
            }
            channels[channel] = digest
        }
        for packet in packets {
            self.packets = Self.mix(self.packets, UInt64(packet.count))
            self.packets = Self.mix(
                self.packets, UInt64(bitPattern: packet.arrival.nanoseconds))
        }
    }
}
