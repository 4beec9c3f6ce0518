import Ring
import TestSupport
import Timebase

/// What a ring should do, with plain arrays and without a mapping: the judge of the model test.
struct RingModel {
    struct Entry: Equatable {
        var kind: UInt16
        var source: UInt32
        var stamp: Int64
        var bytes: [UInt8]
        var position: UInt64
        var end: UInt64
    }

    let capacity: UInt64
    private(set) var entries: [Entry] = []  // staged and published ones that are not released
    private(set) var head: UInt64 = 0
    private(set) var published: UInt64 = 0
    private(set) var released: UInt64 = 0
    private(set) var totals: [UInt32: RingOverflow] = [:]
    private(set) var pending: [UInt32: RingOverflow] = [:]
    /// Losses whose overflow record is staged: pending again if the process dies before publishing.
    private var staged: [RingOverflow] = []
    private var readIndex = 0

    init(capacity: Int) { self.capacity = UInt64(capacity) }

    static func total(_ count: Int) -> UInt64 { UInt64((count + 15) / 16 * 16 + 32) }

    func fits(_ count: Int, source: UInt32) -> Bool {
        let told: UInt64 = pending[source] == nil ? 0 : 56
        return head + told + Self.total(count) <= released + capacity
    }

    mutating func stage(kind: UInt16, source: UInt32, stamp: Int64, bytes: [UInt8]) -> Bool {
        guard fits(bytes.count, source: source) else {
            lose(source: source, stamp: stamp, count: bytes.count)
            return false
        }
        tell(source)
        put(kind, source, stamp, bytes)
        return true
    }

    mutating func lose(source: UInt32, stamp: Int64, count: Int) {
        func add(_ table: inout [UInt32: RingOverflow]) {
            var entry =
                table[source]
                ?? RingOverflow(
                    source: source, records: 0, bytes: 0,
                    firstStamp: Instant(nanoseconds: stamp), lastStamp: Instant(nanoseconds: stamp))
            entry.records += 1
            entry.bytes += UInt64(count)
            entry.lastStamp = Instant(nanoseconds: stamp)
            table[source] = entry
        }
        add(&totals)
        add(&pending)
        publish()
    }

    /// Puts the overflow record of a source, if it has something to tell.
    mutating func tell(_ source: UInt32) {
        guard let lost = pending.removeValue(forKey: source) else { return }
        var bytes: [UInt8] = []
        let words = [
            lost.records, lost.bytes, UInt64(bitPattern: lost.firstStamp.nanoseconds),
            UInt64(bitPattern: lost.lastStamp.nanoseconds),
        ]
        for word in words {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        staged.append(lost)
        put(RingRecord.overflowKind, source, lost.lastStamp.nanoseconds, bytes)
    }

    mutating func publish() {
        published = head
        staged = []
    }

    mutating func next() -> Entry? {
        guard readIndex < entries.count, entries[readIndex].end <= published else { return nil }
        readIndex += 1
        return entries[readIndex - 1]
    }

    /// Where the reader stands.
    var readPosition: UInt64 {
        readIndex == 0 ? released : entries[readIndex - 1].end
    }

    mutating func release(upTo position: UInt64) {
        let count = entries.prefix { $0.end <= position }.count
        entries.removeFirst(count)
        readIndex -= count
        released = max(released, position)
    }

    /// What a crash leaves: the published records; reading begins at the released position again.
    mutating func crash() {
        entries.removeAll { $0.end > published }
        head = published
        readIndex = 0
        for lost in staged { pending[lost.source] = lost }
        staged = []
    }

    var publishedCount: Int { entries.count { $0.end <= published } }

    private mutating func put(_ kind: UInt16, _ source: UInt32, _ stamp: Int64, _ bytes: [UInt8]) {
        let end = head + Self.total(bytes.count)
        entries.append(
            Entry(
                kind: kind, source: source, stamp: stamp, bytes: bytes, position: head, end: end))
        head = end
    }
}
