import Foundation
import Glibc
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// A writer killed in the middle of its commits.
@Suite struct KillTests {
    @Test func whatWasCommittedSurvivesAKill() throws {
        for round in 0..<15 {
            let seed = UInt64.random(in: 1...UInt64.max)
            print("KillTests round \(round) seed \(seed)")
            try killOnce(seed, "round \(round), seed \(seed)")
        }
    }

    private func killOnce(_ seed: UInt64, _ place: Comment) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let done = directory.file("done")
        let writer = try Self.start([path, done, "\(seed)"])
        defer {
            if writer.isRunning { kill(writer.processIdentifier, SIGKILL) }
            writer.waitUntilExit()
        }
        while Self.number(in: done) == 0 && writer.isRunning { usleep(200) }
        usleep(UInt32.random(in: 0...60_000))
        kill(writer.processIdentifier, SIGKILL)
        writer.waitUntilExit()
        #expect(writer.terminationReason == .uncaughtSignal, place)

        let durable = Self.number(in: done)
        #expect(try Compare.integrity(path) == "ok", place)
        let stored = try SessionReader.open(at: path).count(of: .audit)
        #expect(stored >= durable && stored <= durable + 1, place)
        var model = SessionModel(seed: seed)
        for _ in 0..<stored { _ = model.next() }
        try Compare.session(path, model, place)

        // Recording goes on, and the file can be finished.
        let (next, resumed) = try SessionWriter.open(at: path)
        #expect(resumed.savedStates == model.states, place)
        for _ in 0..<5 { try next.commit(model.next()) }
        try next.commit(model.stop())
        try next.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
        try Compare.session(path, model, place)
    }

    /// The helper lies beside the tests' own executable.
    private static func start(_ arguments: [String]) throws -> Process {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let process = Process()
        process.executableURL = tests.deletingLastPathComponent()
            .appendingPathComponent("SessionWriterHelper")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The eight bytes in a file as a number; 0 while there are none.
    private static func number(in path: String) -> Int64 {
        guard let bytes = try? FileSystem.read(path), bytes.count == 8 else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}
