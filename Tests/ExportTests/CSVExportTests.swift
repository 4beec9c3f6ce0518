import Foundation
import SessionStore
import Synchronization
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

@Suite struct CSVExportTests {
    /// Exports a file and compares it with what it should hold, by Python's csv module.
    static func check(_ example: ExampleSession, _ directory: TemporaryDirectory) throws {
        let out = directory.file("out")
        let summary = try exportOne(example.path, to: out)
        for (table, rows) in example.expected {
            #expect(summary.rows(of: table) == Int64(rows.count), "\(table)")
        }
        for table in summary.tables {
            #expect(try FileSystem.size("\(out)/\(table.file)") == table.bytes)
        }
        try example.writeExpected(to: directory.file("expected.json"))
        let result = try Program(
            "/usr/bin/env",
            ["python3", Program.reader("compare_csv.py"), out, directory.file("expected.json")],
            in: directory.path)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(try FileSystem.list(directory.path).allSatisfy { !$0.hasPrefix(".out") })
    }

    @Test(arguments: 1...12)
    func everyValueComesBack(seed: Int) throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(
            at: directory.file("s.attune"), seed: UInt64(seed), samples: seed * 97)
        try Self.check(example, directory)
    }

    @Test func pandasReadsTheSame() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 99)
        try Self.check(example, directory)
        let result = try Program(
            "/usr/bin/env", ["python3", Program.reader("pandas_csv.py"), directory.file("out")],
            in: directory.path)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix("pandas "), "\(result.output)")
    }

    @Test func aFinishedFileGivesTheSameTables() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 5)
        let before = directory.file("before")
        try exportOne(example.path, to: before)
        _ = try SessionFinisher(path: example.path, isAligning: false).run()
        let after = directory.file("after")
        try exportOne(example.path, to: after)
        var names = try FileSystem.list(before)
        #expect(try FileSystem.list(after) == names)
        names.removeAll { $0 == OneLine.folder.dropLast() }
        names += try FileSystem.list("\(before)/\(OneLine.folder)").map { OneLine.folder + $0 }
        // What tells the session's state, and scripts with the room that takes.
        let others = [SPSSScript.file, SASScript.importFile, "manifest.json", "codebook.html"]
        for name in names where !name.hasSuffix("sessions.csv") && !others.contains(name) {
            #expect(
                try FileSystem.read("\(before)/\(name)") == FileSystem.read("\(after)/\(name)"),
                "\(name)")
        }
        #expect(try FileSystem.readText("\(after)/sessions.csv").contains("finished"))
    }

    @Test func aRecordingInProgressIsExported() throws {
        let directory = try TemporaryDirectory("export")
        let path = directory.file("s.attune")
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "x", kind: .chat, study: "s", participant: "p", station: "st",
                softwareVersion: "0", bootIdentifier: "b", started: Instant(nanoseconds: 10),
                startedRealtime: 0),
            streams: [
                StreamDescription(
                    id: 1, name: "eda", kind: "signal",
                    channels: [ChannelDescription(name: "eda")])
            ])
        var batch = SessionBatch()
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: 0, count: 2, columns: [.integers([4, 5])],
                packets: [SamplePacket(count: 2, arrival: Instant(nanoseconds: 20))])
        ]
        try writer.commit(batch)
        let progress = Mutex([ExportProgress]())
        let summary = try exportOne(
            path, to: directory.file("out/deep/er"),
            progress: { step in progress.withLock { $0.append(step) } })
        #expect(summary.samples == 2)
        #expect(progress.withLock { $0.contains { $0.table == "samples_eda" } })
        #expect(progress.withLock { $0.last?.rows ?? 0 } >= 2)
        let samples = try FileSystem.readText(directory.file("out/deep/er/samples_eda.csv"))
        #expect(
            samples == """
                sample_index,t_ns,t_start_ms,bound_ms,arrival_ns,eda,eda_raw
                0,10,0,,10,4,4
                1,10,0,,10,5,5

                """)
        // Nothing was closed by reading: it goes on.
        batch.samples[0].firstIndex = 2
        try writer.commit(batch)
        try writer.close()
    }

    @Test func anExportThatIsNotWantedAnyMoreLeavesNothing() throws {
        let directory = try TemporaryDirectory("export")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 6)
        let asked = Atomic<Int>(0)
        let error = #expect(throws: ExportError.self) {
            try exportOne(
                example.path, to: directory.file("a/b/out"),
                isCancelled: { asked.wrappingAdd(1, ordering: .relaxed).newValue > 5 })
        }
        #expect(error?.code == .cancelled)
        #expect(!FileSystem.exists(directory.file("a")))
    }

    @Test func numbersAreWrittenExactly() throws {
        let directory = try TemporaryDirectory("export")
        var random = SeededGenerator(seed: 11)
        var reals: [Double] = [
            0, -0.0, 1e15, -1e15, 999_999_999_999_999, 1e16, 0.1, 1 / 3, .pi,
            .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1e22,
        ]
        for _ in 0..<20_000 { reals.append(Double(bitPattern: random.next())) }
        reals.removeAll { !$0.isFinite }
        var integers: [Int64] = [.min, .max, 0, -1, 9, 10, 99, 100, -100]
        for shift in 0..<20_000 { integers.append(Int64.random(in: .min ... .max) >> (shift % 64)) }
        let path = directory.file("numbers.csv")
        let file = try CSVFile(
            path: path,
            columns: [TableColumn("r", .real, "", ""), TableColumn("i", .integer, "", "")])
        for (real, integer) in zip(reals, integers) {
            file.real(real)
            file.integer(integer)
            try file.endRow()
        }
        try file.close()
        let lines = try FileSystem.readText(path).split(separator: "\n").dropFirst()
        #expect(lines.count == min(reals.count, integers.count))
        for (line, (real, integer)) in zip(lines, zip(reals, integers)) {
            let fields = line.split(separator: ",")
            #expect(Double(fields[0])?.bitPattern == real.bitPattern)
            #expect(fields[1] == String(integer))
        }
    }
}
