import Foundation
import Ring
import SystemCalls
import TestSupport
import Testing
import Timebase

/// Files that are not what they should be: each gives a clear error or is read around.
struct RingDamageTests {
    private static let capacity = 65_536
    private let directory: TemporaryDirectory
    private var path: String { directory.file("damaged.ring") }

    init() throws { directory = try TemporaryDirectory() }

    /// A closed ring with numbered records of 0 to 199 bytes; returns how many there are.
    private func makeRing(records: UInt64 = 300) throws {
        let ring = try Ring.create(
            at: path, capacity: Self.capacity,
            identity: RingIdentity(identifier: 42, bootIdentifier: "boot", name: "damaged"))
        var writer = ring.makeWriter()
        for number in 0..<records {
            let bytes = [UInt8](
                repeating: UInt8(truncatingIfNeeded: number), count: Int(number % 200))
            let fits = unsafe bytes.withUnsafeBytes { pointer in
                unsafe writer.append(
                    kind: 3, source: 4, stamp: Instant(nanoseconds: Int64(number)), bytes: pointer)
            }
            try #require(fits)
        }
    }

    /// What was being read when the process ended is told to whoever comes after it.
    @Test func aReadingThatWasUnderWayIsTold() throws {
        func end(_ work: (inout RingWriter) -> Void) throws -> UInt32? {
            try? FileSystem.remove(path)
            do {
                let ring = try Ring.create(
                    at: path, capacity: Self.capacity,
                    identity: RingIdentity(identifier: 42, bootIdentifier: "boot", name: "cut"))
                var writer = ring.makeWriter()
                work(&writer)
            }
            return try Ring.reopen(at: path, bootIdentifier: "boot").recovery.sourceUnderWay
        }
        func reserve(_ writer: inout RingWriter) {
            let hasRoom = unsafe writer.reserve(64, source: 9) != nil
            #expect(hasRoom)
        }
        func commit(_ writer: inout RingWriter) {
            writer.commit(kind: 1, source: 9, stamp: Instant(nanoseconds: 1), count: 8)
        }
        #expect(try end { _ in } == nil)
        #expect(try end { reserve(&$0) } == 9)
        #expect(
            try end {
                reserve(&$0)
                $0.withdraw()
            } == nil)
        #expect(
            try end {
                reserve(&$0)
                commit(&$0)
            } == 9)
        #expect(
            try end {
                reserve(&$0)
                commit(&$0)
                $0.publish()
            } == nil)
    }

    private func edit(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = try FileSystem.read(path)
        change(&bytes)
        try FileSystem.write(bytes, to: path)
    }

    private func expectError(_ code: RingError.Code, boot: String = "boot", from: UInt64? = nil) {
        do {
            _ = try Ring.reopen(at: path, bootIdentifier: boot, from: from)
            Issue.record("opened, although \(code) was expected")
        } catch {
            #expect(error.code == code, "\(error)")
            #expect(error.message.contains(path) || code == .position)
        }
    }

    @Test func aRingThatIsFineOpens() throws {
        try makeRing()
        let recovery = try Ring.reopen(at: path, bootIdentifier: "boot").recovery
        #expect(recovery.records == 300)
        #expect(recovery.bytes == (0..<300).reduce(0) { $0 + $1 % 200 })
        #expect(recovery.complaint == nil)
    }

    @Test func anotherBootIsRefused() throws {
        try makeRing()
        expectError(.otherBoot, boot: "another")
    }

    @Test func anotherLayoutIsRefused() throws {
        try makeRing()
        try edit { $0[8] = 3 }
        expectError(.layoutVersion)
    }

    @Test func whatIsNoRingIsRefused() throws {
        try FileSystem.write([], to: path)
        expectError(.notARing)
        try FileSystem.write([UInt8](repeating: 0, count: 300_000), to: path)
        expectError(.notARing)
    }

    @Test func aMissingFileIsSaid() { expectError(.system) }

    @Test(arguments: [1, 4096, 65_536, 150_000])
    func aTruncatedFileIsRefused(missing: Int) throws {
        try makeRing()
        try edit { $0.removeLast(missing) }
        expectError(.truncated)
    }

    @Test func aFileThatIsTooLongIsRefused() throws {
        try makeRing()
        try edit { $0 += [0] }
        expectError(.truncated)
    }

    @Test(arguments: [12, 17, 24, 32, 64, 128, 200])
    func aDamagedHeaderIsRefused(offset: Int) throws {
        try makeRing()
        try edit { $0[offset] ^= 0x55 }
        expectError(.damagedHeader)
    }

    @Test(arguments: [(256, 3), (256, 7), (384, 0), (384, 4)])
    func impossiblePositionsAreRefused(offset: Int, byte: Int) throws {
        try makeRing()
        try edit { $0[offset + byte] ^= 0x41 }
        expectError(.damagedHeader)
    }

    @Test func aPositionThatWasNeverPublishedIsRefused() throws {
        try makeRing()
        expectError(.position, from: 1 << 40)
        expectError(.position, from: 3)
    }

    @Test func aReleasedPositionThatIsAskedForAgainIsSaid() throws {
        try makeRing()
        let position: UInt64
        do {
            let (ring, recovery) = try Ring.reopen(at: path, bootIdentifier: "boot")
            var reader = ring.makeReader(from: recovery.start)
            for _ in 0..<10 { _ = reader.next() }
            position = reader.position
            ring.release(upTo: position)
        }
        let recovery = try Ring.reopen(at: path, bootIdentifier: "boot", from: 0).recovery
        #expect(recovery.start == position)
        #expect(recovery.missedBytes == position)
        #expect(recovery.complaint != nil)
    }

    @Test func twoOwnersAreRefused() throws {
        let ring = try Ring.create(
            at: path, capacity: Self.capacity,
            identity: RingIdentity(identifier: 42, bootIdentifier: "boot", name: "damaged"))
        expectError(.inUse)
        #expect(throws: RingError.self) {
            _ = try Ring.create(at: path, capacity: Self.capacity, identity: ring.identity)
        }
        withExtendedLifetime(ring) {}
    }

    @Test(arguments: [0, 65_535, 65_536 * 3, 1 << 33, -8])
    func impossibleCapacitiesAreRefused(capacity: Int) {
        #expect(throws: RingError.self) {
            _ = try Ring.create(
                at: path, capacity: capacity,
                identity: RingIdentity(identifier: 1, bootIdentifier: "boot", name: "x"))
        }
        #expect(!FileSystem.exists(path))
    }

    @Test func aNameThatDoesNotFitLeavesNoFile() {
        #expect(throws: RingError.self) {
            _ = try Ring.create(
                at: path, capacity: Self.capacity,
                identity: RingIdentity(
                    identifier: 1, bootIdentifier: "boot",
                    name: String(repeating: "x", count: 128)))
        }
        #expect(!FileSystem.exists(path))
    }

    @Test func noRoomIsSaidAndLeavesNoFile() throws {
        let helper = try RingHelper.start(["limit", path, "200000"])
        helper.waitUntilExit()
        #expect(helper.terminationStatus == 0)
    }

    /// Bytes flipped anywhere in the records: no damaged record is handed out, the others are, and
    /// what was passed over is told.
    @Test func damagedRecordsArePassedOverAndTold() throws {
        var random = SeededGenerator(seed: 7)
        for round in 0..<60 {
            try makeRing()
            let flips = 1 + Int(random.next() % 20)
            try edit { bytes in
                for _ in 0..<flips {
                    bytes[131_072 + Int(random.next() % 36_000)] ^= UInt8(random.next() % 255) + 1
                }
            }
            let (ring, recovery) = try Ring.reopen(at: path, bootIdentifier: "boot")
            #expect(recovery.damage.stretches > 0, "round \(round)")
            #expect(recovery.damage.stretches <= UInt64(flips), "round \(round)")
            #expect(recovery.complaint != nil)
            #expect(recovery.records + UInt64(flips) >= 300, "round \(round)")
            var reader = ring.makeReader(from: recovery.start)
            var before: Int64 = -1
            var ends = recovery.start
            var bytes: UInt64 = 0
            while let record = reader.next() {
                let number = record.stamp.nanoseconds
                #expect(number > before)
                before = number
                #expect(record.kind == 3 && record.source == 4)
                #expect(unsafe record.bytes.count == Int(number % 200))
                let wanted = UInt8(truncatingIfNeeded: number)
                #expect(unsafe record.bytes.allSatisfy { $0 == wanted })
                bytes += record.end - record.position
                ends = record.end
            }
            #expect(reader.damage == recovery.damage)
            #expect(bytes + reader.damage.bytes == ring.published, "round \(round)")
            #expect(ends <= ring.published)
            try ring.remove()
        }
    }

    /// Garbage all over the records, with lengths that may point anywhere.
    @Test func garbageIsPassedOver() throws {
        var random = SeededGenerator(seed: 8)
        for spread in [UInt64.max, 0xFFFF, 0xFF] {
            try makeRing()
            try edit { bytes in
                for place in stride(from: 131_072, to: bytes.count, by: 8) {
                    var word = random.next() & spread
                    for index in 0..<8 {
                        bytes[place + index] = UInt8(truncatingIfNeeded: word)
                        word >>= 8
                    }
                }
            }
            let (ring, recovery) = try Ring.reopen(at: path, bootIdentifier: "boot")
            #expect(recovery.records == 0)
            #expect(recovery.damage.bytes == ring.published)
            try ring.remove()
        }
    }

    /// Records of an earlier lap never pass, though they were whole once.
    @Test func bytesOfAnEarlierLapNeverPass() throws {
        let ring = try Ring.create(
            at: path, capacity: Self.capacity,
            identity: RingIdentity(identifier: 42, bootIdentifier: "boot", name: "laps"))
        func fill(_ writer: inout RingWriter) {
            let bytes = [UInt8](repeating: 1, count: 32)  // 1024 records of 64 bytes fill the ring
            for _ in 0..<1024 {
                _ = unsafe bytes.withUnsafeBytes { pointer in
                    unsafe writer.append(
                        kind: 1, source: 1, stamp: Instant(nanoseconds: 1), bytes: pointer)
                }
            }
        }
        var writer = ring.makeWriter()
        var reader = ring.makeReader(from: 0)
        fill(&writer)
        while reader.next() != nil {}
        ring.release(upTo: reader.position)
        let old = try Array(FileSystem.read(path)[131_072..<(131_072 + 64)])
        fill(&writer)
        // The first record of this lap is replaced by the same one of the lap before.
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seek(toOffset: 131_072)
        try file.write(contentsOf: old)
        try file.close()
        var count = 0
        while reader.next() != nil { count += 1 }
        #expect(count == 1023)
        #expect(reader.damage.bytes == 64)
    }

    @Test func aPublishedPositionThatBecomesImpossibleStopsTheReader() throws {
        let ring = try Ring.create(
            at: path, capacity: Self.capacity,
            identity: RingIdentity(identifier: 42, bootIdentifier: "boot", name: "stopped"))
        var reader = ring.makeReader(from: 0)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seek(toOffset: 256)
        try file.write(contentsOf: [255, 255, 255, 255, 255, 0, 0, 0] as [UInt8])
        try file.close()
        check(reader.next() == nil)
        #expect(reader.damage.isPublishedPositionLost)
    }
}
