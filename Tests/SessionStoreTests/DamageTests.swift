import Foundation
import GRDB
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Files from strangers: reading one may fail, but never trap, hang or use up the memory.
@Suite struct DamageTests {
    /// A finished session as bytes.
    private func finished() throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var model = SessionModel(seed: 77)
        try model.write(to: path, batches: 8)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        return try FileSystem.read(path)
    }

    /// Reads all there is in every way there is.
    /// - Returns: how many of the attempts failed.
    @discardableResult
    private func readEverything(_ path: String) -> Int {
        guard let reader = try? SessionReader.open(at: path) else { return 1 }
        defer { try? reader.close() }
        var failures = 0
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch {
                #expect(error is SessionStoreError)
                failures += 1
            }
        }
        attempt { _ = try reader.turns() }
        attempt { _ = try reader.keystrokes() }
        attempt { _ = try reader.events() }
        attempt { _ = try reader.draftEdits() }
        attempt { _ = try reader.phases() }
        attempt { _ = try reader.audit() }
        attempt { _ = try reader.gaps() }
        attempt { _ = try reader.timeTriples() }
        attempt { _ = try reader.clockObservations() }
        attempt { _ = try reader.faults() }
        for table in CountedTable.allCases { attempt { _ = try reader.count(of: table) } }
        let streams = (try? reader.streams()) ?? []
        let (start, end) = (Instant(nanoseconds: .min), Instant(nanoseconds: .max))
        let middle = Instant(nanoseconds: 1_003_000_000_000)
        for stream in streams {
            let id = stream.id
            attempt { _ = try reader.sampleCount(of: id) }
            attempt { _ = try reader.clockSegments(id) }
            attempt { _ = try reader.timeRange(of: id) }
            for (from, to) in [(start, end), (middle, middle + 3_000_000_000)] {
                attempt {
                    let window = try reader.window(id, from: from, to: to)
                    // What comes back can be used without looking twice.
                    for channel in stream.channels.indices {
                        #expect(window.columns[channel].count == window.count)
                        #expect(window.physical(channel).count == window.count)
                    }
                }
                for channel in stream.channels.indices {
                    for pixels in [1, 300] {
                        attempt {
                            _ = try reader.overview(
                                id, channel: channel, from: from, to: to, pixels: pixels)
                        }
                    }
                }
            }
            attempt {
                try reader.forEachChunk(of: id) { window in
                    #expect(window.columns.allSatisfy { $0.count == window.count })
                    #expect(window.packets.reduce(0) { $0 + $1.count } == window.count)
                    return true
                }
            }
            for index in [0, 1, 500, Int64.max, .min] {
                attempt { _ = try reader.time(of: index, in: id) }
                attempt {
                    _ = try reader.index(atOrAfter: Instant(nanoseconds: index), in: id)
                }
            }
            attempt { _ = try reader.index(atOrAfter: middle, in: id) }
        }
        return failures
    }

    /// The same for those who write.
    private func writeEverything(_ path: String) throws {
        try Compare.spoil(
            path, "UPDATE session SET state = 'recording', finished_realtime_ns = NULL")
        if let (writer, _) = try? SessionWriter.open(at: path) {
            // A commit without samples still takes up each stream where it stands.
            var batch = SessionBatch()
            batch.audit = [
                AuditEntry(
                    time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "commit")
            ]
            batch.faults = [FaultCount(stream: 1, cause: "checksum", count: 1)]
            _ = try? writer.commit(batch)
            _ = try? writer.commit(SessionModel(seed: 1).stop())
            try? writer.close()
        }
        _ = try? SessionFinisher(path: path, isAligning: false).run()
    }

    @Test func flippedBytesNeverTrap() throws {
        let bytes = try finished()
        let seed = UInt64.random(in: 1...UInt64.max)
        print("DamageTests.flippedBytesNeverTrap seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var failures = 0
        for _ in 0..<500 {
            var spoiled = bytes
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // Behind the header's magic, else it is only another kind of file.
                spoiled[Int.random(in: 72..<bytes.count, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            try Data(spoiled).write(to: URL(fileURLWithPath: path))
            failures += readEverything(path)
            #expect(try FileSystem.read(path) == spoiled)
        }
        #expect(failures > 100)
    }

    @Test func impossibleNumbersNeverTrap() throws {
        let bytes = try finished()
        let seed = UInt64.random(in: 1...UInt64.max)
        print("DamageTests.impossibleNumbersNeverTrap seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var columns: [(table: String, column: String, type: String)] = []
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let queue = try DatabaseQueue(path: path)
        try queue.read { database in
            for table in SessionSchema.tables + ["chunks", "pyramid"] {
                for row in try Row.fetchAll(database, sql: "PRAGMA table_info(\(table))") {
                    columns.append((table, row["name"], row["type"]))
                }
            }
        }
        try queue.close()
        // Tables whose numbers are calculated with come more often.
        columns += (0..<6).flatMap { _ in
            columns.filter {
                ["chunks", "pyramid", "clock_segments", "gaps", "streams", "channels"]
                    .contains($0.table)
            }
        }
        for round in 0..<300 {
            try? FileSystem.remove(path)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                guard let place = columns.randomElement(using: &random) else { continue }
                let value = Self.value(place.type, &random)
                // Not every statement is possible: some break a key.
                try? Compare.spoil(
                    path,
                    """
                    UPDATE \(place.table) SET "\(place.column)" = \(value)
                      WHERE abs(random()) % \(Int.random(in: 1...4, using: &random)) = 0
                    """)
            }
            readEverything(path)
            if round % 4 == 0 { try writeEverything(path) }
        }
    }

    private static func value(_ type: String, _ random: inout SeededGenerator) -> String {
        switch type {
        case "INTEGER":
            return [
                "-9223372036854775807 - 1", "9223372036854775807", "-1", "0", "1", "4294967296",
                "9007199254740992", "9007199254740993", "16777216", "1000000000000", "100",
                "random()",
            ].randomElement(using: &random) ?? "0"
        case "REAL":
            return ["9e999", "-9e999", "0.0", "-1.0", "1e-300", "1e300", "NULL"]
                .randomElement(using: &random) ?? "0.0"
        case "BLOB":
            return "x'"
                + blob(&random).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined() + "'"
        default: return ["''", "'x'", "char(0)", "NULL"].randomElement(using: &random) ?? "''"
        }
    }

    /// Valid zlib format around columns that claim anything.
    private static func blob(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            bytes.append([0, 1, 2, 8, 9, 255].randomElement(using: &random) ?? 0)
            bytes.append([0, 1, 4, 8, 9].randomElement(using: &random) ?? 0)
            let count: UInt32 =
                [0, 1, 2, 16, 300, 4096, .max, 1 << 26, 1 << 24].randomElement(using: &random) ?? 0
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                bytes.append(UInt8.random(in: 0...255, using: &random))
            }
        }
        var blob: [UInt8] = []
        try? unsafe Deflater(level: 1).compress(bytes) { blob = unsafe Array($0) }
        return blob
    }
}
