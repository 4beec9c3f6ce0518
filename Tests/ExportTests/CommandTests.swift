import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

/// The program itself, as a person calls it.
@Suite struct CommandTests {
    private func attune(
        _ arguments: [String], _ directory: TemporaryDirectory,
        whileRunning: (Process) -> Void = { _ in }
    ) throws -> Program {
        try Program(Program.attune, arguments, in: directory.path, whileRunning: whileRunning)
    }

    /// Names in a directory that an export began and did not end.
    private func unfinished(_ directory: TemporaryDirectory) throws -> [String] {
        try FileSystem.list(directory.path).filter { $0.contains(".exporting-") }
    }

    /// A recording that takes a while to export.
    private func longSession(_ path: String) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "x", kind: .chat, study: "s", participant: "p", station: "st",
                softwareVersion: "0", bootIdentifier: "b", started: Instant(nanoseconds: 0),
                startedRealtime: 0),
            streams: [
                StreamDescription(
                    id: 1, name: "eda", kind: "signal",
                    channels: [ChannelDescription(name: "eda", scale: 0.1)])
            ])
        let count = 20_000
        for chunk in 0..<Int64(15) {
            var batch = SessionBatch()
            batch.samples = [
                SampleRun(
                    stream: 1, firstIndex: chunk * Int64(count), count: count,
                    columns: [.integers((0..<Int64(count)).map { $0 % 1000 })],
                    packets: [SamplePacket(count: count, arrival: Instant(nanoseconds: chunk))])
            ]
            try writer.commit(batch)
        }
        try writer.close()
    }

    @Test func aKilledExportLeavesNoDirectory() throws {
        let directory = try TemporaryDirectory("export")
        let file = directory.file("long.attune")
        try longSession(file)
        let arguments = ["export", file, "--format", "csv", "--out", directory.file("out")]
        let killed = try attune(arguments, directory) { process in
            while process.isRunning {
                let begun = (try? unfinished(directory)) ?? []
                let samples = begun.first.map { directory.file("\($0)/samples_eda.csv") }
                if let samples, FileSystem.exists(samples) {
                    kill(process.processIdentifier, SIGKILL)
                    return
                }
                usleep(200)
            }
        }
        #expect(killed.wasKilled && killed.status == SIGKILL)
        #expect(!FileSystem.exists(directory.file("out")))
        #expect(try unfinished(directory).count == 1)
        let again = try attune(arguments, directory)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("300,000 samples"))
        #expect(again.errors.isEmpty)
        #expect(try unfinished(directory).isEmpty)
        #expect(FileSystem.exists(directory.file("out/codebook.csv")))
    }

    @Test func anInterruptedExportLeavesNothing() throws {
        let directory = try TemporaryDirectory("export")
        let file = directory.file("long.attune")
        try longSession(file)
        let interrupted = try attune(
            ["export", file, "--out", directory.file("out")], directory
        ) { process in
            while process.isRunning {
                if let begun = try? unfinished(directory), !begun.isEmpty {
                    // From here on the program is inside the export, with its handlers in place.
                    return process.interrupt()
                }
                usleep(200)
            }
        }
        #expect(interrupted.status == 130)
        #expect(interrupted.errors.contains("nothing of it was kept"))
        #expect(try directory.names() == ["long.attune"])
    }

    @Test func aFullDiskIsToldAndLeavesNothing() throws {
        let directory = try TemporaryDirectory("export")
        let file = directory.file("long.attune")
        try longSession(file)
        // A limit on file sizes stands for the full disk: the write fails in the middle of a file.
        let full = try Program(
            "/bin/sh",
            [
                "-c", "ulimit -f 1024; exec \"$0\" \"$@\"", Program.attune, "export", file, "--out",
                directory.file("out"),
            ], in: directory.path)
        #expect(full.status == 1)
        #expect(full.errors.contains("no room left for \(directory.file("out"))"))
        #expect(try directory.names() == ["long.attune"])
    }

    @Test func severalFilesShareTheirTables() throws {
        let directory = try TemporaryDirectory("export")
        try FileSystem.makeDirectories(directory.file("b"))
        var files: [String] = []
        for (seed, name) in ["one.attune", "b/one.attune", "two.attune"].enumerated() {
            files.append(directory.file(name))
            _ = try ExampleSession(at: directory.file(name), seed: UInt64(seed), samples: 20)
        }
        let out = directory.file("all")
        let result = try attune(
            ["export"] + files + ["--pilots", "--out", out, "--json"], directory)
        #expect(result.status == 0, "\(result.errors)")
        let keys = ["p07_6f9a0", "p07_6f9a1", "p07_6f9a2"]
        #expect(try FileSystem.list(out).filter { !$0.contains(".") && $0 != "one_line" } == keys)
        #expect(
            try FileSystem.readText("\(out)/sessions.csv").split(separator: "\n").count > keys.count
        )
        // One that cannot be read, and nothing of any is written.
        try FileSystem.write(Array("no session at all".utf8), to: directory.file("x.attune"))
        let refused = try attune(
            ["export"] + files + [directory.file("x.attune"), "--pilots", "--out", out, "--force"],
            directory)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("x.attune is no session file"))
        #expect(try FileSystem.list(out).filter { !$0.contains(".") && $0 != "one_line" } == keys)
        let again = try attune(
            ["export"] + files + ["--pilots", "--out", out, "--force", "-q"], directory)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.isEmpty)
        #expect(try unfinished(directory).isEmpty)
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        let directory = try TemporaryDirectory("export")
        let newer = directory.file("newer.attune")
        let example = try ExampleSession(at: newer, seed: 3, samples: 20)
        _ = try SessionFinisher(path: example.path, isAligning: false).run()
        var bytes = try FileSystem.read(newer)
        bytes[63] = 99
        try FileManager.default.removeItem(atPath: newer)
        try FileSystem.write(bytes, to: newer)
        try FileSystem.write(Array("SQLite format 3\0 and more".utf8), to: directory.file("other"))
        try FileSystem.write([], to: directory.file("empty"))
        let before = try directory.names()
        for (name, reason) in [
            ("newer.attune", "format version 99"), ("other", "no session file"),
            ("empty", "no session file"), ("absent", "not there"),
        ] {
            for command in [["export", "--out", directory.file("out")], ["summary"], ["check"]] {
                let result = try attune(command + [directory.file(name)], directory)
                #expect(result.status == (command[0] == "check" ? 2 : 1), "\(command) \(name)")
                #expect(result.errors.contains(reason), "\(command) \(result.errors)")
                #expect(result.errors.contains(directory.file(name)))
            }
        }
        #expect(try directory.names() == before)
        #expect(try FileSystem.read(newer) == bytes)
    }

    @Test func checkTellsByItsStatus() throws {
        let directory = try TemporaryDirectory("export")
        let path = directory.file("s.attune")
        _ = try ExampleSession(at: path, seed: 8, samples: 3_000)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let fine = try attune(["check", path, "--json"], directory)
        let report =
            try JSONSerialization.jsonObject(with: Data(fine.output.utf8)) as? [String: Any]
        let errors = (report?["findings"] as? [[String: Any]] ?? []).filter {
            $0["severity"] as? String == "error"
        }
        #expect(fine.status == (errors.isEmpty ? 0 : 1), "\(fine.output)")
        #expect(report?["result"] as? String == (errors.isEmpty ? "ok" : "wrong"))
        let wrongHash = try attune(
            ["check", path, "--sha256", String(repeating: "0", count: 64)], directory)
        #expect(wrongHash.status == 1)
        #expect(wrongHash.output.contains("SHA-256"), "\(wrongHash.output)")
        #expect(try attune(["check", path, "--sha256", "12"], directory).status == 64)
    }

    @Test func aPlainRecordingIsWellAndASpoiledOneIsNot() throws {
        let directory = try TemporaryDirectory("export")
        let path = directory.file("s.attune")
        try PlainSession.write(path)
        let fine = try attune(["check", path], directory)
        #expect(fine.status == 0, "\(fine.output)")
        #expect(fine.output.hasSuffix("\(path): all is well\n"), "\(fine.output)")
        // A chunk whose bytes were changed by something other than Attune.
        let spoil = """
            import sqlite3, sys
            file = sqlite3.connect(sys.argv[1])
            file.execute("UPDATE chunks SET data = zeroblob(length(data)) WHERE first_index > 0")
            file.commit()
            """
        let python = try Program(
            "/usr/bin/env", ["python3", "-c", spoil, path], in: directory.path)
        #expect(python.status == 0, "\(python.errors)")
        let spoiled = try attune(["check", path], directory)
        #expect(spoiled.status == 1, "\(spoiled.output)")
        #expect(spoiled.output.contains("error: eda"), "\(spoiled.output)")
        let json = try attune(["--json", "check", path], directory)
        #expect(json.status == 1)
        #expect(json.output.contains("\"result\":\"wrong\""))
        // What cannot be decoded cannot be exported either, and leaves nothing.
        let export = try attune(["export", path, "--out", directory.file("out")], directory)
        #expect(export.status == 1)
        #expect(export.errors.contains("damaged"), "\(export.errors)")
        #expect(!FileSystem.exists(directory.file("out")))
    }

    @Test func aSummaryCounts() throws {
        let directory = try TemporaryDirectory("export")
        let path = directory.file("s.attune")
        try PlainSession.write(path)
        let json = try attune(["summary", path, "--json"], directory)
        #expect(json.status == 0, "\(json.errors)")
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(summary["samples"] as? Int == 500)
        #expect(summary["turns"] as? Int == 1)
        #expect(summary["lost"] as? Int == 7)
        #expect(summary["state"] as? String == "stopped")
        #expect(summary["duration_ms"] as? Double == 2_500)
        let stream = try #require((summary["streams"] as? [[String: Any]])?.first)
        #expect(stream["measured_rate_hz"] as? Double == 250)
        #expect(stream["nominal_rate_hz"] as? Double == 256)
        #expect(stream["bound_ms"] as? Double == 1.5)
        #expect(stream["gaps"] as? Int == 1)
        let bytes = try #require(summary["file_bytes"] as? Double)
        #expect(bytes == Double(try FileSystem.size(path)))
        #expect(summary["bytes_per_sample"] as? Double == bytes / 500)
        let table = try attune(["summary", path], directory)
        #expect(table.status == 0)
        #expect(
            table.output.contains("eda     signal      500  250.000    256.0"), "\(table.output)")
        #expect(table.output.contains("1 (participant 1)"))
        #expect(table.output.contains("rest 0.0 s to 2.5 s"))
    }
}
