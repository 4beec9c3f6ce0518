/// BITalino's frame: 4-bit CRC, 4-bit sequence, four digital lines and 1–6 analog values.
///
/// Source: BITalinoWorld, revolution-python-api and firmware-bitalino (live.c).
struct BITalinoForm: FrameForm {
    /// Where a channel's value stands.
    enum Source: Hashable, Sendable {
        /// The analog value in this slot, from 0.
        case slot(Int)
        /// One digital line, by its bit in the second last byte.
        case line(UInt8)
        /// All four lines, I1 in bit 3 down to O2 in bit 0.
        case lines
    }

    let length: Int
    let sources: [Source]
    var confirmations: Int { 4 }
    var isNumbered: Bool { true }
    var turn: Int64? { 16 }
    var samplesPerFrame: [Int] { [1] }

    init(_ framing: BITalinoFraming, channels: [ChannelProfile]) {
        length = framing.frameLength
        sources = channels.map { Self.source($0.source, framing) ?? .lines }
    }

    /// The place of a field by its name; nil for a name there is not, or a port that is not sent.
    static func source(_ name: String, _ framing: BITalinoFraming) -> Source? {
        switch name {
        case "I1": return .line(7)
        case "I2": return .line(6)
        case "O1": return .line(5)
        case "O2": return .line(4)
        case "digital": return .lines
        default:
            guard name.hasPrefix("A"), let port = Int(name.dropFirst()),
                let slot = framing.analog.firstIndex(of: port)
            else { return nil }
            return .slot(slot)
        }
    }

    /// The CRC's table, an entry a nibble, entry 0 lowest: 0,3,6,5,12,15,10,9,11,8,13,14,7,4,1,2.
    private static var table: UInt64 { 0x2147_ED8B_9AFC_5630 }

    @inline(__always)
    private static func step(_ crc: UInt64) -> UInt64 { (table >> (crc << 2)) & 15 }

    /// The CRC of the frame that ends with `end`, without the CRC itself.
    @inline(__always)
    func crc(_ bytes: Span<UInt8>, at start: Int) -> UInt64 {
        var crc: UInt64 = 0
        for index in start..<start + length - 1 {
            let byte = UInt64(bytes[index])
            crc = Self.step(crc) ^ (byte >> 4)
            crc = Self.step(crc) ^ (byte & 15)
        }
        crc = Self.step(crc) ^ UInt64(bytes[start + length - 1] >> 4)
        return Self.step(crc)
    }

    func isFrame(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        crc(bytes, at: start) == UInt64(bytes[start + length - 1] & 15)
    }

    func number(_ bytes: Span<UInt8>, at start: Int) -> UInt32 {
        UInt32(bytes[start + length - 1] >> 4)
    }

    func distance(from earlier: UInt32, to later: UInt32) -> Int64 {
        Int64((later &- earlier) & 15)
    }

    func missing(from earlier: UInt32, to later: UInt32) -> Int64 {
        Int64((later &- earlier &- 1) & 15)
    }

    func append(
        _ bytes: Span<UInt8>, at start: Int, count: Int, into output: inout DecodedOutput
    ) {
        guard count > 0, !output.streams.isEmpty else { return }
        for (index, source) in sources.enumerated()
        where output.streams[0].columns.indices.contains(index) {
            output.streams[0].columns[index].withIntegers { values in
                var end = start + length
                for _ in 0..<count {
                    values.append(Int64(Self.value(bytes, end: end, source)))
                    end += length
                }
            }
        }
        output.streams[0].count += count
    }

    /// The value of a source in the frame before `end`. Frames with fewer slots are shorter: the
    /// slots are counted from the end.
    @inline(__always)
    private static func value(_ bytes: Span<UInt8>, end: Int, _ source: Source) -> Int {
        switch source {
        case .line(let bit): Int(bytes[end - 2] >> bit) & 1
        case .lines: Int(bytes[end - 2] >> 4)
        case .slot(0): Int(bytes[end - 2] & 0x0F) << 6 | Int(bytes[end - 3] >> 2)
        case .slot(1): Int(bytes[end - 3] & 0x03) << 8 | Int(bytes[end - 4])
        case .slot(2): Int(bytes[end - 5]) << 2 | Int(bytes[end - 6] >> 6)
        case .slot(3): Int(bytes[end - 6] & 0x3F) << 4 | Int(bytes[end - 7] >> 4)
        case .slot(4): Int(bytes[end - 7] & 0x0F) << 2 | Int(bytes[end - 8] >> 6)
        case .slot: Int(bytes[end - 8] & 0x3F)
        }
    }
}
