import Foundation
import GRDB
import Glibc
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// The way into the final form.
@Suite struct FinisherTests {
    private func stopped(
        _ directory: TemporaryDirectory, seed: UInt64, batches: Int = 25
    ) throws -> (String, SessionModel) {
        let path = directory.file("s.attune")
        var model = SessionModel(seed: seed)
        try model.write(to: path, batches: batches)
        return (path, model)
    }

    private func checkFinal(_ file: FinishedFile, in directory: TemporaryDirectory) throws {
        #expect(try FileSystem.list(directory.path) == ["s.attune"])
        let text = try output("/usr/bin/env", ["sha256sum", file.path])
        #expect(text.split(separator: " ").first.map(String.init) == file.sha256)
        #expect(try FileSystem.size(file.path) == file.size)
        var status = stat()
        unsafe stat(file.path, &status)
        #expect(status.st_mode & 0o777 == 0o440)
        #expect(try Compare.integrity(file.path) == "ok")
        let session = try SessionReader.open(at: file.path).session()
        #expect(session.state == .finished && session.finishedRealtime != nil)
        #expect(try FileSystem.list(directory.path) == ["s.attune"])
    }

    @Test func interruptedAnywhereItStartsOver() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("FinisherTests seed \(seed)")
        for step in SessionFinisher.Step.allCases {
            let place: Comment = "\(step), seed \(seed)"
            let directory = try TemporaryDirectory()
            let (path, model) = try stopped(directory, seed: seed)
            let before = try Compare.dump(path)
            let error = failure {
                _ = try SessionFinisher(path: path, alignment: nil) { now in
                    if now == step { throw FinishInterruption(step: step) }
                }.run()
            }
            #expect(error?.message.contains("interrupted") == true, place)
            if step == .renamed || step == .cleaned {
                #expect(try SessionReader.open(at: path).session().state == .finished, place)
            } else {
                #expect(try Compare.dump(path) == before, place)
            }
            try Compare.session(path, model, place)
            try checkFinal(try SessionFinisher(path: path, isAligning: false).run(), in: directory)
            try Compare.session(path, model, place)
        }
    }

    @Test func finishingTwiceChangesNothing() throws {
        let directory = try TemporaryDirectory()
        let (path, _) = try stopped(directory, seed: 4)
        let first = try SessionFinisher(path: path, isAligning: false).run()
        let bytes = try FileSystem.read(path)
        #expect(try SessionFinisher(path: path, isAligning: false).run() == first)
        #expect(try FileSystem.read(path) == bytes)
        let error = failure {
            _ = try SessionWriter.open(at: path)
        }
        #expect(error?.code == .wrongState)
        #expect(try FileSystem.read(path) == bytes)
    }

    @Test func finishedFilesHaveLongChunksAndNoWorkingRows() throws {
        let directory = try TemporaryDirectory()
        let (path, model) = try stopped(directory, seed: 4, batches: 60)
        let before = try SessionReader.open(at: path).count(of: .chunks)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let reader = try SessionReader.open(at: path)
        #expect(try reader.count(of: .chunks) * 5 < before)
        let dump = try Compare.dump(path)
        for table in SessionSchema.workingTables {
            #expect(!dump.contains { $0.hasPrefix(table) }, "\(table)")
        }
        // Every whole bucket of 16 is there.
        for stream in model.streams {
            let buckets = try DatabaseQueue(path: path).read { database in
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT sum(bucket_count) FROM pyramid WHERE stream_id = ? AND channel = 0
                          AND level = ?
                        """,
                    arguments: [stream.description.id, stream.style == .sound ? 3 : 1])
            }
            // Sound has no levels below 3.
            #expect(buckets ?? 0 == stream.count / (stream.style == .sound ? 256 : 16))
        }
    }

    @Test func readersAreNotDisturbed() throws {
        let directory = try TemporaryDirectory()
        let (path, model) = try stopped(directory, seed: 11)
        let reader = try SessionReader.open(at: path)
        let turns = try reader.turns()
        let finished = try SessionFinisher(path: path, isAligning: false).run()
        // The open reader still sees the recording, a new one the finished file.
        #expect(try reader.turns() == turns)
        #expect(try reader.session().state == .stopped)
        try Compare.samples(reader, model.streams[0], "open reader")
        try Compare.session(path, model, "new reader")
        try reader.close()
        try checkFinal(finished, in: directory)
    }

    @Test func gapsLieBetweenTheirNeighbours() throws {
        let directory = try TemporaryDirectory()
        let (path, model) = try stopped(directory, seed: 12, batches: 40)
        // As if found before the clock was fitted.
        try Compare.spoil(path, "UPDATE gaps SET start_ns = start_ns - 7, end_ns = end_ns + 9")
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let reader = try SessionReader.open(at: path)
        for stream in model.streams {
            let times = stream.times
            let gaps = try reader.gaps(stream.description.id)
            #expect(!gaps.isEmpty)
            for gap in gaps {
                #expect(gap.gap.start == times[Int(gap.gap.afterIndex)])
                #expect(gap.gap.end == times[Int(gap.gap.afterIndex) + 1])
            }
        }
    }

    @Test func otherStatesKeepTheirName() throws {
        for state in [SessionState.interrupted, .aborted, .withdrawn] {
            let directory = try TemporaryDirectory()
            let (path, _) = try stopped(directory, seed: 13, batches: 3)
            try Compare.spoil(path, "UPDATE session SET state = '\(state.rawValue)'")
            _ = try SessionFinisher(path: path, isAligning: false).run()
            let session = try SessionReader.open(at: path).session()
            #expect(session.state == state && session.finishedRealtime != nil)
        }
    }

    @Test func aRecordingOrADamagedOneIsLeftAlone() throws {
        let chunk = "(SELECT max(rowid) / 2 FROM chunks)"
        for (sql, code): (String, SessionStoreError.Code) in [
            ("UPDATE session SET state = 'recording'", .wrongState),
            ("UPDATE chunks SET data = zeroblob(9) WHERE rowid = \(chunk)", .damaged),
            ("UPDATE chunks SET packets = data WHERE rowid = \(chunk)", .damaged),
            ("UPDATE chunks SET sample_count = sample_count + 1 WHERE rowid = \(chunk)", .damaged),
            ("DELETE FROM chunks WHERE rowid = \(chunk)", .damaged),
            ("DELETE FROM chunks WHERE stream_id = 1 AND first_index = 0", .damaged),
            ("DELETE FROM session", .damaged),
        ] {
            let directory = try TemporaryDirectory()
            let (path, _) = try stopped(directory, seed: 14)
            try Compare.spoil(path, sql)
            let before = try Compare.dump(path)
            let error = failure {
                _ = try SessionFinisher(path: path, isAligning: false).run()
            }
            #expect(error?.code == code, "\(sql): \(String(describing: error))")
            #expect(try Compare.dump(path) == before, "\(sql)")
            #expect(!FileSystem.exists(path + ".finishing"), "\(sql)")
        }
    }

    /// The comparison finds what copying got wrong.
    @Test func aWrongCopyIsNotTaken() throws {
        for sql in [
            "", "UPDATE chunks SET data = zeroblob(1) WHERE rowid = 1",
            "DELETE FROM turns WHERE id = 1",
            "DELETE FROM chunks WHERE rowid = (SELECT max(rowid) FROM chunks)",
        ] {
            let directory = try TemporaryDirectory()
            let (path, _) = try stopped(directory, seed: 15, batches: 60)
            let before = try Compare.dump(path)
            let error = failure {
                _ = try SessionFinisher(path: path, alignment: nil) { step in
                    guard step == .compacted else { return }
                    if sql.isEmpty {
                        try Self.changeOneValue(path + ".finishing")
                    } else {
                        try Compare.spoil(path + ".finishing", sql)
                    }
                }.run()
            }
            #expect(error?.code == .damaged, "\(sql): \(String(describing: error))")
            #expect(try Compare.dump(path) == before, "\(sql)")
            #expect(!FileSystem.exists(path + ".finishing"), "\(sql)")
        }
    }

    /// Makes the last value of a chunk's first channel one larger, in a chunk that is whole.
    private static func changeOneValue(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.write { database in
            let row = try RowStatement(
                database,
                "SELECT sample_count, data FROM chunks WHERE stream_id = 1 AND first_index = 0",
                path: path)
            #expect(try row.step())
            let channels = try SessionRows(database: database, path: path).streams()[0].channels
            var columns = try #require(
                try unsafe ChunkDecoder().columns(
                    row.blob(1), count: Int(row.integer(0)), channels: channels))
            row.reset()
            guard case .integers(var values) = columns[0] else { return }
            values[values.count - 1] += 1
            columns[0] = .integers(values)
            let update = try RowStatement(
                database, "UPDATE chunks SET data = ? WHERE stream_id = 1 AND first_index = 0",
                path: path)
            try unsafe ChunkCoder(level: 8).encode(columns) { blob throws(SessionStoreError) in
                try unsafe update.bind(1, blob)
            }
            try update.run()
        }
    }
}
