import Glibc
import SystemCalls
import Synchronization
import TestSupport
import Testing

@testable import Export

/// What becomes of an export when the program that writes Parquet is missing, fails, or hangs.
@Suite struct ParquetProgramTests {
    /// A program in place of DuckDB's.
    private static func program(
        _ script: String, _ directory: TemporaryDirectory
    ) throws -> String {
        let path = directory.file("program")
        try FileSystem.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path, mode: 0o755)
        return path
    }

    @Test func aMissingProgramIsSaidBeforeAnythingIsWritten() throws {
        let directory = try TemporaryDirectory("parquet")
        try PlainSession.write(directory.file("s.attune"))
        let error = #expect(throws: ExportError.self) {
            try DatasetFormatTests.export(
                directory.file("s.attune"), [.csv, .parquet], to: directory.file("a/out"),
                duckDB: directory.file("none"))
        }
        #expect(error?.code == .tool)
        #expect(error?.message.contains("pip install duckdb-cli") == true)
        #expect(try directory.names() == ["s.attune"])
    }

    @Test(arguments: [
        "echo no room left >&2; exit 3", "exec >&2; echo no room left; cat >/dev/null; exit 3",
    ])
    func itsErrorIsOurs(script: String) throws {
        let directory = try TemporaryDirectory("parquet")
        try PlainSession.write(directory.file("s.attune"))
        let program = try Self.program(script, directory)
        let error = #expect(throws: ExportError.self) {
            try DatasetFormatTests.export(
                directory.file("s.attune"), [.parquet], to: directory.file("out"), duckDB: program)
        }
        #expect(error?.code == .tool)
        #expect(error?.cause == "it ended with 3: no room left")
        #expect(try directory.names().sorted() == ["program", "s.attune"])
    }

    /// One that reads nothing, and one that reads and never ends.
    @Test(arguments: ["exec sleep 600", "cat >/dev/null; exec sleep 600"])
    func aProgramThatHangsIsEndedWithTheExport(script: String) throws {
        let directory = try TemporaryDirectory("parquet")
        let example = try ExampleSession(
            at: directory.file("s.attune"), seed: 3, samples: 6000)
        let log = directory.file("pids")
        let program = try Self.program("echo $$ >>\(log)\n\(script)", directory)
        let begun = ContinuousClock.now
        let error = #expect(throws: ExportError.self) {
            try DatasetFormatTests.export(
                example.path, [.parquet], to: directory.file("out"), duckDB: program,
                isCancelled: {
                    (try? FileSystem.size(log)) ?? 0 > 0
                        && ContinuousClock.now - begun > .milliseconds(500)
                })
        }
        #expect(error?.code == .cancelled)
        #expect(ContinuousClock.now - begun < .seconds(60))
        let pids = try FileSystem.readText(log).split(separator: "\n").compactMap { Int32($0) }
        #expect(!pids.isEmpty)
        // Neither running nor waiting to be collected.
        for pid in pids { #expect(kill(pid, 0) == -1 && errno == ESRCH, "\(pid)") }
        #expect(try directory.names().sorted() == ["pids", "program", "s.attune"])
    }

    @Test func rowsMayBeLongerThanTheProgramUsuallyReads() throws {
        let directory = try TemporaryDirectory("parquet")
        let run = ExportRun(
            directory: directory.path, destination: directory.path, isCancelled: { false },
            progress: { _ in })
        let text = String(repeating: "\"\n", count: 1 << 20)
        let columns = [TableColumn("text", .text, "", "")]
        let duckDB = try DuckDBProgram(named: DatasetFormatTests.duckDB())
        let path = directory.file("x.parquet")
        try duckDB.convert(
            columns, longest: 2 * text.utf8.count + 40, to: path, run
        ) { file in
            for text in [text, "after"] {
                file.text(text)
                try file.endRow()
            }
            try file.close()
        }
        let told = try Program(
            duckDB.path, ["-csv", "-noheader", "-c", "SELECT length(text) FROM '\(path)'"],
            in: directory.path)
        #expect(told.output == "\(text.utf8.count)\n5\n", "\(told.errors)")
    }
}
