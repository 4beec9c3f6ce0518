import Ring
import TestSupport
import Timebase

/// One run of random operations on a ring and on its model, compared after each.
struct ModelRun: ~Copyable {
    private static let capacity = 65_536
    private static let boot = "3f1c7f4e-model"

    private let seed: UInt64
    private let path: String
    private var random: SeededGenerator
    private var model = RingModel(capacity: capacity)
    private var held: Ring?
    private var writer: RingWriter?
    private var reader: RingReader?
    private var stamp: Int64 = 0
    private(set) var complaint = ""
    private(set) var reads = 0
    private(set) var losses = 0
    private(set) var reopenings = 0

    init(seed: UInt64, path: String) throws {
        self.seed = seed
        self.path = path
        random = SeededGenerator(seed: seed)
        let ring = try Ring.create(
            at: path, capacity: Self.capacity,
            identity: RingIdentity(identifier: seed, bootIdentifier: Self.boot, name: "model"))
        held = ring
        writer = ring.makeWriter()
        reader = ring.makeReader(from: 0)
    }

    /// Missing only within `reopen`, which closes the ring to open it again.
    private var ring: Ring { held! }

    /// Does one random thing; false where ring and model differ.
    mutating func step() throws -> Bool {
        stamp += Int64(random.next() % 1000)
        switch random.next() % 1000 {
        case 0..<250: return write(publishing: true)
        case 250..<350: return write(publishing: false)
        case 350..<450: return reserve()
        case 450..<480:
            writer?.publish()
            model.publish()
        case 480..<490: lose()
        case 490..<495: return flush()
        case 495..<940: return read()
        case 940..<999: return release()
        default: if random.next() % 20 == 0 { return try reopen() }
        }
        return same(ring.published, model.published, "published")
    }

    private mutating func payload() -> [UInt8] {
        let size: Int
        switch random.next() % 100 {
        case 0..<60: size = Int(random.next() % 40)
        case 60..<97: size = Int(random.next() % 400)
        case 97..<99: size = Int(random.next() % 9000)
        default: size = Int(random.next() % 70_000)  // some are longer than the ring
        }
        let start = UInt8(truncatingIfNeeded: random.next())
        var bytes = [UInt8](repeating: start, count: size)
        // Cheap to make in a debug build, and still different everywhere in the first bytes.
        for index in 0..<min(size, 24) { bytes[index] = start &+ UInt8(index) }
        return bytes
    }

    private mutating func source() -> UInt32 { UInt32(random.next() % 12) * 1_000_003 }

    private mutating func write(publishing: Bool) -> Bool {
        let bytes = payload()
        let source = source()
        let kind = UInt16(random.next() % 5)
        let expected = model.stage(kind: kind, source: source, stamp: stamp, bytes: bytes)
        if publishing && expected { model.publish() }
        let instant = Instant(nanoseconds: stamp)
        let got = unsafe bytes.withUnsafeBytes { pointer -> Bool in
            if publishing {
                return unsafe writer?.append(
                    kind: kind, source: source, stamp: instant, bytes: pointer) ?? false
            }
            return unsafe writer?.stage(
                kind: kind, source: source, stamp: instant, bytes: pointer) ?? false
        }
        if !expected { losses += 1 }
        return same(got, expected, "whether \(bytes.count) bytes fit")
    }

    private mutating func reserve() -> Bool {
        let bytes = payload()
        let source = source()
        let maximum = bytes.count + Int(random.next() % 100)
        let expected = model.fits(maximum, source: source)
        if expected { model.tell(source) }
        guard let room = unsafe writer?.reserve(maximum, source: source) else {
            return same(false, expected, "whether \(maximum) bytes can be reserved")
        }
        // Room for `maximum` bytes was given; `bytes` are not more. Sometimes nothing was to read.
        unsafe room.copyBytes(from: bytes)
        if random.next() % 8 != 0 {
            writer?.commit(
                kind: 9, source: source, stamp: Instant(nanoseconds: stamp), count: bytes.count)
            if expected { _ = model.stage(kind: 9, source: source, stamp: stamp, bytes: bytes) }
        }
        return same(true, expected, "whether \(maximum) bytes can be reserved")
    }

    private mutating func lose() {
        let source = source()
        writer?.countOverflow(source: source, bytes: 17, stamp: Instant(nanoseconds: stamp))
        model.lose(source: source, stamp: stamp, count: 17)
    }

    private mutating func flush() -> Bool {
        let clean = writer?.flushOverflow() ?? false
        // The ring tells in the order of its table, the model does not know it: only full success
        // is compared record by record, after both are drained.
        guard clean else { return recoverModel() }
        let sources = model.pending.keys.sorted()
        guard sources.count > 1 else {
            for source in sources { model.tell(source) }
            model.publish()
            return same(ring.published, model.published, "published after flushing")
        }
        return recoverModel()
    }

    /// Takes over what the ring has written by itself, after checking that it is what was pending.
    private mutating func recoverModel() -> Bool {
        let before = model.pending
        model.publish()
        guard drain() else { return false }
        while let record = reader?.next() {
            guard let told = record.overflow, told == before[record.source] else {
                complaint = "the ring told of something that was not lost"
                return false
            }
            model.tell(record.source)
            model.publish()
            _ = model.next()
        }
        return same(ring.published, model.published, "published after flushing")
    }

    private mutating func drain() -> Bool {
        while let expected = model.next() {
            guard let record = reader?.next(), compare(record, expected) else { return false }
        }
        return true
    }

    private mutating func read() -> Bool {
        let expected = model.next()
        let record = reader?.next()
        guard let record, let expected else {
            return same(record == nil, expected == nil, "whether there is a record")
        }
        reads += 1
        return compare(record, expected)
    }

    private mutating func compare(_ record: RingRecord, _ expected: RingModel.Entry) -> Bool {
        let got = unsafe RingModel.Entry(
            kind: record.kind, source: record.source, stamp: record.stamp.nanoseconds,
            bytes: Array(record.bytes), position: record.position, end: record.end)
        return same(got, expected, "record")
    }

    private mutating func release() -> Bool {
        ring.release(upTo: model.readPosition)
        model.release(upTo: model.readPosition)
        return same(ring.released, model.released, "released")
    }

    /// Drops everything, as a crash would, and opens the file again.
    private mutating func reopen() throws -> Bool {
        reopenings += 1
        let isContinuing = random.next() % 2 == 0
        let totals = model.totals.values.sorted { $0.source < $1.source }
        guard same(ring.overflows(), totals, "overflows") else { return false }
        writer = nil
        reader = nil
        let position = isContinuing ? model.readPosition : model.released
        model.release(upTo: position)
        model.crash()
        held = nil
        held = try Ring.reopen(
            at: path, bootIdentifier: Self.boot, from: isContinuing ? position : nil
        ).ring
        let untold = model.pending.values.sorted { $0.source < $1.source }
        guard same(ring.untoldOverflows(), untold, "untold overflows"),
            same(ring.overflows(), totals, "overflows after reopening")
        else { return false }
        writer = ring.makeWriter()
        reader = ring.makeReader(from: ring.released)
        return same(ring.published, model.published, "published after reopening")
    }

    private mutating func same<Value: Equatable>(
        _ got: Value, _ expected: Value, _ what: String
    ) -> Bool {
        if got == expected { return true }
        complaint = "\(what): \(got) instead of \(expected)"
        return false
    }
}
