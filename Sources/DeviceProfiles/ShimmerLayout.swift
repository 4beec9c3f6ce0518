import Timebase

/// What a Shimmer's packets hold, as its inquiry tells.
///
/// An inquiry's answer is `02 | divider u16 | configuration u32 | channels u8 | buffer u8 | ids…`; the
/// range of the skin conductance stands in bits 25 to 27 of the configuration.
struct ShimmerLayout: Hashable, Sendable {
    /// The channels' numbers in the order of the packet.
    var ids: [UInt8]
    var divider: Int
    var range: Int
    var timestampBytes: Int
    var checksumBytes: Int

    /// Bytes of an inquiry's answer without the channels' numbers.
    static var inquirySize: Int { 9 }
    /// Most channels that a device sends.
    static var mostChannels: Int { 41 }

    /// As the profile says, while the device has told nothing.
    init(_ framing: ShimmerFraming) {
        ids = framing.sources.map(\.rawValue)
        divider = framing.divider
        range = framing.range
        timestampBytes = framing.timestampBytes
        checksumBytes = framing.checksumBytes
    }

    /// Bytes of an answer to an inquiry that begins at `start`; nil while they cannot be counted
    /// yet, and 0 where it is none.
    static func inquiryLength(_ bytes: Span<UInt8>, at start: Int) -> Int? {
        guard bytes.count > start else { return nil }
        guard bytes[start] == 0x02 else { return 0 }
        guard bytes.count - start >= inquirySize else { return nil }
        let channels = Int(bytes[start + 7])
        return (1...mostChannels).contains(channels) ? inquirySize + channels : 0
    }

    /// This layout changed by an inquiry's answer; nil where it makes no sense. `start` and the
    /// answer's length are within `bytes`.
    func applying(inquiry bytes: Span<UInt8>, at start: Int) -> ShimmerLayout? {
        var layout = self
        layout.divider = Int(bytes[start + 1]) | Int(bytes[start + 2]) << 8
        layout.range = Int(bytes[start + 6] >> 1) & 7
        let channels = Int(bytes[start + 7])
        layout.ids = (0..<channels).map { bytes[start + Self.inquirySize + $0] }
        return layout.isSensible ? layout : nil
    }

    /// A sampling rate up to 4096 Hz, channels of known size, each once.
    var isSensible: Bool {
        divider >= 8 && divider <= 65_535 && (0...4).contains(range)
            && (1...Self.mostChannels).contains(ids.count) && Set(ids).count == ids.count
            && ids.allSatisfy { Self.size(of: $0) != nil }
            && (2...3).contains(timestampBytes) && (0...2).contains(checksumBytes)
    }

    /// Bytes of a channel's values; nil for an unknown one.
    static func size(of id: UInt8) -> Int? {
        switch id {
        case 0x00...0x1A, 0x1C, 0x23...0x28: 2
        case 0x1B, 0x1E, 0x1F, 0x21, 0x22: 3
        case 0x1D, 0x20: 1
        default: nil
        }
    }

    /// Where a channel's values stand, in bytes from a packet's start.
    func place(of source: ShimmerFraming.Source) -> Int? {
        var place = 1 + timestampBytes
        for id in ids {
            if id == source.rawValue { return place }
            place += Self.size(of: id) ?? 0
        }
        return nil
    }

    /// Bytes of a packet.
    var length: Int {
        ids.reduce(1 + timestampBytes + checksumBytes) { $0 + (Self.size(of: $1) ?? 0) }
    }

    /// Whether a packet stands here; `start + length` is within `bytes`.
    func isPacket(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard bytes[start] == 0 else { return false }
        guard checksumBytes > 0 else { return true }
        let end = start + length - checksumBytes
        let sum = Self.checksum(bytes, start..<end)
        guard bytes[end] == UInt8(sum & 0xFF) else { return false }
        return checksumBytes == 1 || bytes[end + 1] == UInt8(sum >> 8)
    }

    /// CRC-16 with polynomial 0x1021 from 0xB0CA, over an even number of bytes: a zero is added.
    static func checksum(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16 {
        var sum: UInt16 = 0xB0CA
        func add(_ byte: UInt8) {
            sum ^= UInt16(byte) << 8
            for _ in 0..<8 { sum = sum & 0x8000 != 0 ? sum << 1 ^ 0x1021 : sum << 1 }
        }
        for index in range { add(bytes[index]) }
        if range.count % 2 != 0 { add(0) }
        return sum
    }

    /// A packet's time in ticks.
    func ticks(_ bytes: Span<UInt8>, at start: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<timestampBytes {
            value |= UInt32(bytes[start + 1 + index]) << UInt32(8 * index)
        }
        return value
    }

    private var mask: UInt32 { UInt32(1) << UInt32(8 * timestampBytes) - 1 }

    /// Ticks from one packet's time to another's, modulo the clock's turn.
    func elapsed(from earlier: UInt32, to later: UInt32) -> UInt32 { (later &- earlier) & mask }

    /// Whether a packet with this time is the next one after `earlier`. An eighth of the distance
    /// is left for a clock that is read a little late.
    func follows(_ earlier: UInt32, _ later: UInt32) -> Bool {
        let difference = Int(elapsed(from: earlier, to: later)) - divider
        return abs(difference) <= divider / 8
    }

    /// Samples that are missing between two packets, modulo the clock's turn.
    func missing(from earlier: UInt32, to later: UInt32) -> Int64 {
        let steps = (Int64(elapsed(from: earlier, to: later)) + Int64(divider / 2)) / Int64(divider)
        return max(0, steps - 1)
    }
}
