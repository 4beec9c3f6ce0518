import Ring
import Synchronization
import SystemCalls
import TestSupport
import Testing
import Timebase

/// Two and three threads on one ring; also run under ThreadSanitizer.
struct RingThreadsTests {
    private static let records: UInt64 = 60_000

    private final class Outcome: Sendable {
        let read = Atomic<UInt64>(0)
        let faults = Atomic<UInt64>(0)
        let told = Atomic<UInt64>(0)
        let position = Atomic<UInt64>(0)
        let isDone = Atomic<Bool>(false)
    }

    /// Each record's content follows from its number.
    private static func word(_ number: UInt64, _ index: Int) -> UInt64 {
        (number &+ UInt64(index)) &* 0x9E37_79B9_7F4A_7C15
    }

    private static func count(_ number: UInt64) -> Int { Int(number &* 2_654_435_761 % 23) + 1 }

    @Test func aWaitingWriterLosesNothing() throws {
        let outcome = try run(waits: true)
        #expect(outcome.read.load(ordering: .acquiring) == Self.records)
        #expect(outcome.told.load(ordering: .acquiring) == 0)
    }

    @Test func aWriterThatNeverWaitsCountsEveryLoss() throws {
        let outcome = try run(waits: false)
        let read = outcome.read.load(ordering: .acquiring)
        let told = outcome.told.load(ordering: .acquiring)
        #expect(read + told == Self.records, "\(read) read, \(told) told")
    }

    /// A writer, a reader, and a third thread that releases what was read, as the store does.
    private func run(waits: Bool) throws -> Outcome {
        let directory = try TemporaryDirectory()
        let ring = try Ring.create(
            at: directory.file("threads.ring"), capacity: 65_536,
            identity: RingIdentity(identifier: 5, bootIdentifier: "boot", name: "threads"))
        let outcome = Outcome()
        let reading = try DedicatedThread(name: "reader") { Self.read(ring, outcome) }
        let storing = try DedicatedThread(name: "store") {
            while !outcome.isDone.load(ordering: .acquiring) {
                ring.release(upTo: outcome.position.load(ordering: .acquiring))
                _ = ring.overflows()
            }
        }
        let writing = try DedicatedThread(name: "writer") { Self.write(ring, waits: waits) }
        writing.join()
        reading.join()
        storing.join()
        let lost = ring.overflows().reduce(0) { $0 + $1.records }
        #expect(outcome.faults.load(ordering: .acquiring) == 0)
        #expect(lost == outcome.told.load(ordering: .acquiring))
        return outcome
    }

    private static func write(_ ring: Ring, waits: Bool) {
        var writer = ring.makeWriter()
        var words = [UInt64](repeating: 0, count: 24)
        for number in 0..<records {
            let count = count(number)
            for index in 0..<count { words[index] = word(number, index) }
            while waits && !writer.fits(count * 8) {}
            unsafe words.withUnsafeBytes { bytes in
                let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[0..<(count * 8)])
                let stamp = Instant(nanoseconds: Int64(number))
                if number % 3 == 0 {
                    _ = unsafe writer.stage(kind: 1, source: 1, stamp: stamp, bytes: part)
                } else {
                    _ = unsafe writer.append(kind: 1, source: 1, stamp: stamp, bytes: part)
                }
            }
        }
        while !writer.flushOverflow() {}
        // The end, as a record of another kind.
        while !writer.fits(0) {}
        _ = unsafe writer.append(
            kind: 2, source: 2, stamp: Instant(nanoseconds: 0),
            bytes: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private static func read(_ ring: Ring, _ outcome: Outcome) {
        var reader = ring.makeReader(from: 0)
        while true {
            guard let record = reader.next() else { continue }
            if record.kind == 2 { break }
            if let overflow = record.overflow {
                outcome.told.wrappingAdd(overflow.records, ordering: .relaxed)
            } else {
                outcome.read.wrappingAdd(1, ordering: .relaxed)
                let number = UInt64(record.stamp.nanoseconds)
                let count = count(number)
                var isRight = unsafe record.bytes.count == count * 8
                for index in 0..<count where isRight {
                    isRight =
                        unsafe record.bytes.load(fromByteOffset: index * 8, as: UInt64.self)
                        == word(number, index)
                }
                if !isRight { outcome.faults.wrappingAdd(1, ordering: .relaxed) }
            }
            outcome.position.store(record.end, ordering: .releasing)
        }
        if reader.damage.stretches != 0 { outcome.faults.wrappingAdd(1, ordering: .relaxed) }
        outcome.isDone.store(true, ordering: .releasing)
    }
}
