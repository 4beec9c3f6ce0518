import Foundation
import Glibc
import Ring
import SystemCalls
import TestSupport
import Testing

/// A writer killed at random points: what it published is there once, whole, and counted.
struct RingKillTests {
    @Test func everythingPublishedSurvivesAKill() throws {
        for round in 0..<40 { try killOnce(round: round) }
    }

    private func killOnce(round: Int) throws {
        let directory = try TemporaryDirectory()
        let seed = UInt64.random(in: 1...UInt64.max)
        let writer = try RingHelper.start(["write", directory.path, "\(seed)", "boot"])
        defer {
            if writer.isRunning { kill(writer.processIdentifier, SIGKILL) }
            writer.waitUntilExit()
        }
        while RingHelper.number(in: directory.file("done")) == 0 && writer.isRunning {
            usleep(200)
        }
        // Still written and held by the other process.
        #expect(throws: RingError.self) {
            try Ring.reopen(at: directory.file("killed.ring"), bootIdentifier: "boot")
        }
        usleep(UInt32.random(in: 0...20_000))
        kill(writer.processIdentifier, SIGKILL)
        writer.waitUntilExit()
        try verify(directory, seed, "round \(round), seed \(seed)")
    }

    private func verify(_ directory: TemporaryDirectory, _ seed: UInt64, _ place: String) throws {
        let (ring, recovery) = try Ring.reopen(
            at: directory.file("killed.ring"), bootIdentifier: "boot")
        let comment = Comment(rawValue: place)
        #expect(ring.identity.identifier == seed, comment)
        #expect(recovery.damage.stretches == 0, comment)
        #expect(recovery.complaint == nil, comment)
        #expect(recovery.end == ring.published, comment)

        var reader = ring.makeReader(from: recovery.start)
        var records: UInt64 = 0
        var last: (number: UInt64, lost: UInt64)?
        while let record = reader.next() {
            records += 1
            if record.overflow != nil { continue }
            let number = unsafe record.bytes.load(as: UInt64.self)
            let lost = unsafe record.bytes.load(fromByteOffset: 8, as: UInt64.self)
            #expect(record.source == UInt32(number % 5), comment)
            #expect(record.stamp.nanoseconds == Int64(number), comment)
            if let last {
                // Numbers go up by one, and jump by exactly what was lost in between.
                #expect(number - last.number == 1 + lost - last.lost, comment)
            }
            last = (number, lost)
        }
        #expect(records == recovery.records, comment)
        #expect(reader.position == ring.published, comment)

        // What the writer said it had published or counted is all there, and at most one batch and
        // one attempt more.
        let done = RingHelper.number(in: directory.file("done"))
        let lost = ring.overflows().reduce(0) { $0 + $1.records }
        let final = try #require(last, comment)
        let durable = final.number + 1 + lost - final.lost
        #expect(durable >= done, comment)
        #expect(durable <= done + 17, comment)

        // Losses that are not told yet come when there is room for them, and only once.
        var writer = ring.makeWriter()
        let untold = recovery.untoldOverflows.reduce(0) { $0 + $1.records }
        ring.release(upTo: reader.position)
        check(writer.flushOverflow(), comment)
        var told: UInt64 = 0
        while let record = reader.next() { told += record.overflow?.records ?? 0 }
        #expect(told == untold, comment)
        #expect(ring.untoldOverflows().isEmpty, comment)
    }
}
