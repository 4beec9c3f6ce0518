import Timebase

/// An event of a linked client as it goes through the ring: fixed fields, then the texts. Written
/// and read many thousand times a second, therefore not JSON.
struct LinkEventRecord: Hashable, Sendable {
    var sequence: Int64
    var time: Instant
    var bound: Int64
    var client: String
    var kind: String
    /// Name of the client's stream; empty for events of the session as a whole.
    var stream: String
    /// JSON object as the client sent it.
    var payload: String

    func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.write(sequence)
        writer.write(time.nanoseconds)
        writer.write(bound)
        writer.write(client)
        writer.write(kind)
        writer.write(stream)
        writer.write(payload)
        return writer.bytes
    }

    init(
        sequence: Int64, time: Instant, bound: Int64, client: String, kind: String,
        stream: String = "", payload: String
    ) {
        self.sequence = sequence
        self.time = time
        self.bound = bound
        self.client = client
        self.kind = kind
        self.stream = stream
        self.payload = payload
    }

    /// Reads what `encoded()` wrote, right from the ring; nil where the bytes are too few.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 24 else { return nil }
        // The three numbers lie within the 24 bytes that were checked to be there.
        sequence = Int64(littleEndian: unsafe bytes.loadUnaligned(as: Int64.self))
        time = Instant(
            nanoseconds: Int64(
                littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
        bound = Int64(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
        var offset = 24
        guard let client = unsafe Self.text(bytes, &offset),
            let kind = unsafe Self.text(bytes, &offset),
            let stream = unsafe Self.text(bytes, &offset),
            let payload = unsafe Self.text(bytes, &offset)
        else { return nil }
        self.client = client
        self.kind = kind
        self.stream = stream
        self.payload = payload
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> String? {
        guard bytes.count - offset >= 4 else { return nil }
        let count = Int(
            UInt32(
                littleEndian: unsafe bytes.loadUnaligned(
                    fromByteOffset: offset, as: UInt32.self)))
        offset += 4
        guard bytes.count - offset >= count else { return nil }
        defer { offset += count }
        // The range was checked to lie within the bytes, and is copied.
        return unsafe String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }
}

/// The head of a linked client's samples in the ring; the samples follow, little-endian and
/// interleaved as the client sent them.
struct LinkSamplesRecord: Hashable, Sendable {
    /// Position of the stream among the client's.
    var stream: UInt32
    var count: UInt32
    /// Numbers the client's batches; a batch that was stored already is passed over.
    var sequence: Int64
    /// Time of the last sample, on the station's clock.
    var last: Instant

    /// Samples that went missing right before these, as the client knows; below 2^40.
    var missing: Int64 = 0
    /// Why an unknown number may have gone missing there.
    var interruption: Gap.Cause?

    /// Whether each sample's time follows the head, 8 bytes each, before the samples.
    var isStamped = false

    static let headBytes = 32

    /// - Parameter stamps: one a sample, or none.
    func encoded(_ samples: [UInt8], stamps: [Int64]) -> [UInt8] {
        var writer = StateWriter()
        writer.write(stream)
        writer.write(count)
        writer.write(sequence)
        writer.write(last.nanoseconds)
        let cause = UInt64(interruption.flatMap(Self.causes.firstIndex).map { $0 + 1 } ?? 0)
        writer.write((stamps.isEmpty ? 0 : 1) | cause << 8 | UInt64(missing) << 16)
        for stamp in stamps { writer.write(stamp) }
        return writer.bytes + samples
    }

    init(stream: UInt32, count: UInt32, sequence: Int64, last: Instant) {
        self.stream = stream
        self.count = count
        self.sequence = sequence
        self.last = last
    }

    /// Reads the head; nil where the bytes are too few.
    init?(_ bytes: UnsafeRawBufferPointer) {
        // The length is checked first; each field lies within the first 24 bytes.
        guard bytes.count >= Self.headBytes else { return nil }
        stream = UInt32(littleEndian: unsafe bytes.loadUnaligned(as: UInt32.self))
        count = UInt32(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        sequence = Int64(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        last = Instant(
            nanoseconds: Int64(
                littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self)))
        let flags = UInt64(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
        isStamped = flags & 0xFF != 0
        let cause = Int(flags >> 8 & 0xFF)
        interruption = Self.causes.indices.contains(cause - 1) ? Self.causes[cause - 1] : nil
        missing = Int64(flags >> 16)
    }

    /// Their places here are what the ring holds.
    private static let causes: [Gap.Cause] = [.counter, .disconnect, .overflow]
}
