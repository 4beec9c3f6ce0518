import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// The room that is kept for stopping and finishing.
@Suite struct ReserveTests {
    private let waiting: Int64 = 2 << 20

    private func recording(
        _ directory: TemporaryDirectory
    ) throws -> (String, SessionModel, SessionWriter) {
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 7)
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions,
            waiting: waiting)
        return (path, model, writer)
    }

    @Test func itIsBlocksWithoutLengthAndGrowsWithTheRecording() throws {
        let directory = try TemporaryDirectory()
        var (path, model, writer) = try recording(directory)
        let file = SessionReserve.finishing(path)
        let first = try FileSystem.allocatedBytes(file)
        #expect(try FileSystem.size(file) == 0)
        #expect(first >= waiting + 2 * SessionReserve.step)
        #expect(
            try FileSystem.allocatedBytes(SessionReserve.ending(path))
                >= 2 * waiting + SessionReserve.log)
        func recorded() throws -> Int64 {
            try FileSystem.size(path) + FileSystem.size(path + "-wal")
        }
        while try recorded() < 2 * SessionReserve.step { try writer.commit(model.next()) }
        let later = try FileSystem.allocatedBytes(file)
        #expect(later > first)
        let needed = try recorded() + waiting
        #expect(later >= needed)
        try writer.close()
    }

    @Test func itBecomesTheFinishedFileAndLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        var (path, model, writer) = try recording(directory)
        for _ in 0..<20 { try writer.commit(model.next()) }
        try writer.commit(model.stop())
        try writer.close()
        var kept: UInt64?
        let file = try SessionFinisher(path: path, alignment: nil) { step in
            if step == .compacted { kept = try Self.inode(path + ".finishing") }
        }.run()
        #expect(try FileSystem.list(directory.path) == ["s.attune"])
        let final = try Self.inode(path)
        #expect(kept == final)
        // The rest of the room was given back.
        #expect(try FileSystem.allocatedBytes(path) < file.size + 65_536)
        try Compare.session(path, model, "finished")
    }

    @Test func itIsSpentOnceForTheLastRows() throws {
        let directory = try TemporaryDirectory()
        var (path, model, writer) = try recording(directory)
        try writer.commit(model.next())
        #expect(try writer.spendRoomForEnding())
        #expect(!FileSystem.exists(SessionReserve.ending(path)))
        #expect(try FileSystem.allocatedBytes(path + "-wal") >= waiting)
        #expect(try FileSystem.allocatedBytes(path) >= waiting)
        #expect(try !writer.spendRoomForEnding())
        try writer.commit(model.next())
        try writer.commit(model.stop())
        try writer.close()
        try Compare.session(path, model, "ended")
    }

    @Test func aSessionForWhichThereIsNoRoomLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 7)
        #expect(throws: SessionStoreError.self) {
            // No disk has so much.
            _ = try SessionWriter.create(
                at: path, description: model.description, waiting: 1 << 60)
        }
        #expect(try FileSystem.list(directory.path).isEmpty)
    }

    private static func inode(_ path: String) throws -> UInt64 {
        UInt64(try output("/usr/bin/env", ["stat", "-c", "%i", path]).prefix { $0.isNumber }) ?? 0
    }
}
