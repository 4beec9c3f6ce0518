import Ring
import TestSupport
import Testing
import Timebase

/// What does not fit is counted by source, exactly, and told in the ring itself.
struct RingOverflowTests {
    private let directory: TemporaryDirectory
    private let ring: Ring

    init() throws {
        directory = try TemporaryDirectory()
        ring = try Ring.create(
            at: directory.file("overflow.ring"), capacity: 65_536,
            identity: RingIdentity(identifier: 9, bootIdentifier: "boot", name: "overflow"))
    }

    private func append(
        _ writer: inout RingWriter, _ source: UInt32, count: Int, at stamp: Int64 = 0
    ) -> Bool {
        let bytes = [UInt8](repeating: 7, count: count)
        return unsafe bytes.withUnsafeBytes { pointer in
            unsafe writer.append(
                kind: 1, source: source, stamp: Instant(nanoseconds: stamp), bytes: pointer)
        }
    }

    @Test func aLossIsToldBeforeTheNextRecordOfItsSource() {
        var writer = ring.makeWriter()
        var reader = ring.makeReader(from: 0)
        check(append(&writer, 1, count: 65_536 - 32 - 32 - 16))  // 48 bytes are left
        check(!append(&writer, 5, count: 100, at: 10))
        check(!append(&writer, 5, count: 200, at: 20))
        check(append(&writer, 1, count: 8))  // another source still fits
        while reader.next() != nil {}
        ring.release(upTo: reader.position)
        check(append(&writer, 1, count: 8))
        check(append(&writer, 5, count: 8, at: 30))
        check(reader.next()?.source == 1)
        let told = reader.next()
        let expected = RingOverflow(
            source: 5, records: 2, bytes: 300, firstStamp: Instant(nanoseconds: 10),
            lastStamp: Instant(nanoseconds: 20))
        check(told?.kind == RingRecord.overflowKind)
        check(told?.overflow == expected)
        check(reader.next()?.stamp.nanoseconds == 30)
        check(reader.next() == nil)
        #expect(ring.overflows() == [expected])
        #expect(ring.untoldOverflows().isEmpty)
    }

    @Test func moreSourcesThanTheTableHoldsAreCountedTogether() {
        var writer = ring.makeWriter()
        for source in 0..<1000 as Range<UInt32> {
            for _ in 0...(source % 3) {
                writer.countOverflow(
                    source: source &* 7919, bytes: 10, stamp: Instant(nanoseconds: Int64(source)))
            }
        }
        let counts = ring.overflows()
        #expect(counts.count == 257)
        #expect(counts.last?.isCatchAll == true)
        #expect(counts.count { $0.isCatchAll } == 1)
        let wanted = (0..<1000).reduce(0 as UInt64) { $0 + UInt64($1 % 3) + 1 }
        #expect(counts.reduce(0) { $0 + $1.records } == wanted)
        #expect(counts.reduce(0) { $0 + $1.bytes } == wanted * 10)
        for count in counts where !count.isCatchAll {
            let number = UInt64(count.firstStamp.nanoseconds)
            #expect(count.source == UInt32(number) &* 7919)
            #expect(count.records == number % 3 + 1)
        }
        #expect(counts.last?.firstStamp.nanoseconds == 256)
        #expect(counts.last?.lastStamp.nanoseconds == 999)

        // Those beyond the table are told together too.
        var reader = ring.makeReader(from: 0)
        check(writer.flushOverflow())
        var told: UInt64 = 0
        while let record = reader.next() { told += record.overflow?.records ?? 0 }
        #expect(told == wanted)
        check(writer.flushOverflow())
        check(reader.next() == nil)
    }

    @Test func aRecordLongerThanTheRingIsCounted() {
        var writer = ring.makeWriter()
        check(!append(&writer, 2, count: 65_536))
        check(!append(&writer, 2, count: 1 << 20))
        check(append(&writer, 3, count: 65_536 - 32))
        #expect(ring.overflows().map(\.records) == [2])
    }

    @Test func flushingWaitsForRoom() {
        var writer = ring.makeWriter()
        check(append(&writer, 1, count: 65_536 - 32))
        check(!append(&writer, 1, count: 1))
        check(!writer.flushOverflow())
        ring.release(upTo: ring.published)
        check(writer.flushOverflow())
    }

    @Test func releasingGoesForwardOnly() {
        var writer = ring.makeWriter()
        for _ in 0..<10 { check(append(&writer, 1, count: 40)) }
        ring.release(upTo: 128)
        ring.release(upTo: 64)
        #expect(ring.released == 128)
        ring.release(upTo: 1 << 50)
        #expect(ring.released == 128)
    }
}
