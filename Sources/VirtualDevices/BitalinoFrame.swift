/// The frame that a BITalino sends for each sample.
///
/// Read from its end: checksum and sequence share the last byte; before it come the digital lines and
/// the analogue values, packed without gaps towards the front. The first four acquired channels have 10
/// bits, the fifth and sixth 6. Source: the BITalino's published protocol; see the wire format's page.
public enum BitalinoFrame {
    /// Bytes of a frame with this many channels, 1 to 6; 0 for any other number.
    public static func length(channels: Int) -> Int {
        switch channels {
        case 1: 3
        case 2: 4
        case 3: 6
        case 4: 7
        case 5, 6: 8
        default: 0
        }
    }

    /// Bits of the value at this place among the acquired channels.
    public static func bits(at place: Int) -> Int { place < 4 ? 10 : 6 }

    /// Packs one frame.
    /// - Parameters:
    ///   - sequence: its four lowest bits count frames.
    ///   - digital: I1 I2 O1 O2, I1 in bit 3.
    ///   - values: 1 to 6, in the order of the channels; bits above a value's width are left out.
    ///   - frame: is replaced; keeps its memory.
    public static func encode(
        sequence: UInt8, digital: UInt8, values: [Int64], into frame: inout [UInt8]
    ) {
        let length = length(channels: values.count)
        frame.removeAll(keepingCapacity: true)
        guard length > 0 else { return }
        // The whole frame as one number, its last byte lowest; [-n] is the n-th byte from the end.
        var packed = UInt64(digital & 15) << 12
        func bits(_ place: Int, _ count: UInt64) -> UInt64 {
            UInt64(truncatingIfNeeded: values[place]) & ((1 << count) - 1)
        }
        // A1: [-2] holds bits 9…6, [-3] bits 5…0 at its top.
        packed |= (bits(0, 10) >> 6) << 8 | (bits(0, 10) & 63) << 18
        // A2: [-3] bits 9…8, [-4] bits 7…0.
        if values.count > 1 { packed |= (bits(1, 10) >> 8) << 16 | (bits(1, 10) & 255) << 24 }
        // A3: [-5] bits 9…2, [-6] bits 1…0 at its top.
        if values.count > 2 { packed |= (bits(2, 10) >> 2) << 32 | (bits(2, 10) & 3) << 46 }
        // A4: [-6] bits 9…4, [-7] bits 3…0 at its top.
        if values.count > 3 { packed |= (bits(3, 10) >> 4) << 40 | (bits(3, 10) & 15) << 52 }
        // A5: [-7] bits 5…2, [-8] bits 1…0 at its top.
        if values.count > 4 { packed |= (bits(4, 6) >> 2) << 48 | (bits(4, 6) & 3) << 62 }
        // A6: [-8] bits 5…0.
        if values.count > 5 { packed |= bits(5, 6) << 56 }
        for place in stride(from: length - 1, through: 0, by: -1) {
            frame.append(UInt8(truncatingIfNeeded: packed >> UInt64(8 * place)))
        }
        frame[length - 1] = sequence << 4
        frame[length - 1] |= checksum(frame)
    }

    /// The 4-bit checksum (polynomial x⁴ + x + 1) of bytes whose last four bits are zero.
    public static func checksum(_ bytes: [UInt8]) -> UInt8 {
        var sum: UInt8 = 0
        for byte in bytes {
            sum = shifted(sum) ^ (byte >> 4)
            sum = shifted(sum) ^ (byte & 15)
        }
        return sum
    }

    /// Four steps of the shift register at once.
    private static func shifted(_ sum: UInt8) -> UInt8 {
        var sum = sum
        for _ in 0..<4 { sum = sum & 8 == 0 ? sum << 1 : (sum << 1) ^ 0x13 }
        return sum
    }
}
