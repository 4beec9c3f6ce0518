import SystemCalls
import TestSupport
import Testing

@testable import Export

/// A study of more sessions than one program writes.
@Suite struct PartitionedParquetTests {
    private static let columns = [
        TableColumn("study", .text, "", ""), TableColumn("participant", .text, "", ""),
        TableColumn("session", .text, "", ""), TableColumn("number", .integer, "", ""),
    ]

    private func table(_ sessions: [String], in directory: TemporaryDirectory) throws -> StudyTable
    {
        let parts = try sessions.map { session in
            let builder = try TableBuilder(
                "numbers", "", keys: ["talk", "P\(session.suffix(1))", session], Self.columns,
                spool: TableBuilder.Spool(in: directory.path))
            for number in 0..<3 {
                builder.integer(Int64(number))
                try builder.endRow()
            }
            return try builder.close()
        }
        return try #require(StudyTable(parts))
    }

    private func write(_ table: StudyTable, to out: String) throws {
        let program = try DuckDBProgram(named: DatasetFormatTests.duckDB())
        let run = ExportRun(
            directory: out, destination: out, isCancelled: { false }, progress: { _ in })
        let output = FormatOutput(
            folder: ExportFolder(out, prefix: ""), run: run, isStudy: true,
            options: ExportOptions(formats: [.parquet]), sessions: [], notes: ExportNotes())
        try FileSystem.makeDirectories(out)
        try PartitionedParquet(program: program, output: output).writeDivided(
            table, 200, to: "\(out)/numbers")
    }

    @Test func eachSessionHasItsRowsOnceWhateverProgramWroteThem() throws {
        let directory = try TemporaryDirectory("partitions")
        let count = 2 * PartitionedParquet.sessionsAtOnce + 3
        let sessions = (0..<count).map { "S\($0)" }
        let out = directory.file("out")
        try write(try table(sessions, in: directory), to: out)
        for session in sessions {
            let folder = "\(out)/numbers/study=talk/participant=P\(session.suffix(1))"
            #expect(try FileSystem.list("\(folder)/session=\(session)") == ["data_0.parquet"])
        }
        let asked = try Program(
            DatasetFormatTests.duckDB(),
            [
                "-batch", "-csv", "-noheader", "-c",
                "SELECT count(*), count(DISTINCT session), sum(number), max(participant) "
                    + "FROM read_parquet('\(out)/numbers/**/*.parquet', hive_partitioning = true)",
            ], in: directory.path)
        #expect(asked.output == "\(3 * count),\(count),\(3 * count),P9\n", "\(asked.errors)")
    }

    /// What a later program wrote would replace what an earlier one has written.
    @Test func rowsThatDoNotStandTogetherAreRefused() throws {
        let directory = try TemporaryDirectory("partitions")
        let table = try table(["a", "b", "a"], in: directory)
        let out = directory.file("out")
        #expect(throws: ExportError.self) { try write(table, to: out) }
    }
}
