/// The content of Polar's data packets.
public enum PolarFrame {
    /// The head of a packet: kind, the last sample's time in nanoseconds since 2000-01-01, frame type.
    static func head(kind: UInt8, time: Int64, frame: UInt8) -> [UInt8] {
        var head: [UInt8] = [kind]
        head.append(little: time, bytes: 8)
        head.append(frame)
        return head
    }

    /// Appends a delta frame's content: the first sample in whole bytes, then blocks of differences.
    ///
    /// A block is the bits of a difference, how many samples it holds, and the differences of all channels
    /// sample by sample, packed from each byte's lowest bit on, signed. Bits are as few as hold the block.
    /// - Parameters:
    ///   - samples: values, channel by channel within each sample.
    ///   - resolution: bits of the first sample's values.
    ///   - block: samples in a block at most, 1 to 255.
    public static func appendDelta(
        _ samples: [Int64], channels: Int, resolution: Int, block: Int, to packet: inout [UInt8]
    ) {
        guard samples.count >= channels else { return }
        for value in samples[..<channels] {
            packet.append(little: value, bytes: (resolution + 7) / 8)
        }
        var sample = 1
        let count = samples.count / channels
        while sample < count {
            let end = min(count, sample + block)
            var differences: [Int64] = []
            for place in sample * channels..<end * channels {
                differences.append(samples[place] - samples[place - channels])
            }
            let bits = differences.map(Self.bits).max() ?? 1
            packet.append(UInt8(bits))
            packet.append(UInt8(end - sample))
            append(differences, bits: bits, to: &packet)
            sample = end
        }
    }

    /// The bits that a signed number takes, at least one.
    static func bits(_ value: Int64) -> Int {
        let magnitude = value < 0 ? ~value : value
        return 65 - magnitude.leadingZeroBitCount
    }

    private static func append(_ values: [Int64], bits: Int, to packet: inout [UInt8]) {
        var byte: UInt8 = 0
        var filled = 0
        for value in values {
            for bit in 0..<bits {
                byte |= UInt8(truncatingIfNeeded: value >> Int64(bit) & 1) << UInt8(filled)
                filled += 1
                if filled == 8 {
                    packet.append(byte)
                    byte = 0
                    filled = 0
                }
            }
        }
        if filled > 0 { packet.append(byte) }
    }
}
