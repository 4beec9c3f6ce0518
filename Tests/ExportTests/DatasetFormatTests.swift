import SessionStore
import SystemCalls
import TestSupport
import Testing

@testable import Export

/// Formats that are read back by programs of other people, see Tests/Readers.
@Suite struct DatasetFormatTests {
    /// The interpreter that has the readers.
    static let python = Result {
        let directory = try TemporaryDirectory("readers")
        let made = try Program(
            "/bin/sh", [Program.reader("python_environment.sh")], in: directory.path)
        #expect(made.status == 0, "\(made.output)\(made.errors)")
        return String(made.output.split(separator: "\n").last ?? "")
    }

    @discardableResult
    static func export(
        _ study: String, _ formats: [ExportFormat], to out: String,
        pseudonyms: Pseudonyms? = nil, _ selection: ExportSelection = ExportSelection(),
        duckDB: String? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> ExportSummary {
        let options = ExportOptions(
            formats: formats, selection: selection, pseudonyms: pseudonyms, threads: 2,
            duckDB: try duckDB ?? Self.duckDB())
        return try DatasetExport(
            Dataset.find([study], selection), options, isCancelled: isCancelled
        ).write(to: out)
    }

    /// Runs a reader on exports; it ends with 1 where anything differs.
    static func read(
        _ script: String, _ arguments: [String], _ directory: TemporaryDirectory
    ) throws {
        let result = try Program(
            python.get(), [Program.reader(script)] + arguments, in: directory.path)
        #expect(result.status == 0, "\(script): \(result.output)\(result.errors)")
        print(script, String(result.output.split(separator: "\n").last ?? ""))
    }

    /// DuckDB's own program, which is installed beside the readers.
    static func duckDB() throws -> String {
        String(try python.get().dropLast("python".count)) + "duckdb"
    }

    @Test func everyFormatComesBack() throws {
        let directory = try TemporaryDirectory("formats")
        let study = try SmallStudy(in: directory)
        let out = directory.file("out")
        try Self.export(study.path, [.csv, .parquet], to: out)
        try Self.read("dataset_package.py", ["\(out)/csv"], directory)
        try Self.read("dataset_parquet.py", ["\(out)/csv", "\(out)/parquet"], directory)
        // The same again gives the same bytes, which the manifest has the hashes of.
        let again = directory.file("again")
        try Self.export(study.path, [.csv, .parquet], to: again)
        #expect(
            try FileSystem.read("\(out)/manifest.json")
                == FileSystem.read("\(again)/manifest.json"))
    }
}
