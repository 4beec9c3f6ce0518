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
        duckDB: String? = nil, isPartitioned: Bool = false,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> ExportSummary {
        let options = ExportOptions(
            formats: formats, selection: selection, pseudonyms: pseudonyms, threads: 2,
            duckDB: try duckDB ?? Self.duckDB(), isPartitioned: isPartitioned)
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
        #expect(result.status == 0, "\(script): \(result.output)\(result.errors.suffix(2000))")
        print(script, String(result.output.split(separator: "\n").last ?? ""))
    }

    /// DuckDB's own program, which is installed beside the readers.
    static func duckDB() throws -> String {
        String(try python.get().dropLast("python".count)) + "duckdb"
    }

    @Test func everyFormatComesBack() throws {
        let directory = try TemporaryDirectory("formats")
        let study = try SmallStudy(in: directory)
        // One more, with random content and extreme numbers.
        try FileSystem.makeDirectories("\(study.path)/p07")
        _ = try ExampleSession(at: "\(study.path)/p07/chat.attune", seed: 41)
        var selection = ExportSelection()
        selection.includesPilots = true
        let out = directory.file("out")
        try Self.export(study.path, [.csv, .bids, .parquet], to: out, selection)
        try Self.read("dataset_package.py", ["\(out)/csv"], directory)
        try Self.read("dataset_parquet.py", ["\(out)/csv", "\(out)/parquet"], directory)
        try Self.read("dataset_bids.py", ["\(out)/csv", "\(out)/bids"], directory)
        // The same again gives the same bytes, which the manifest has the hashes of.
        let again = directory.file("again")
        try Self.export(study.path, [.csv, .bids, .parquet], to: again, selection)
        #expect(
            try FileSystem.read("\(out)/manifest.json")
                == FileSystem.read("\(again)/manifest.json"))
    }

    /// Codes that folders' names have to escape, streams in some sessions alone, tables without rows.
    @Test func partitionedParquetHasTheSameRows() throws {
        let directory = try TemporaryDirectory("formats")
        let study = try SmallStudy(in: directory)
        let (plain, divided) = (directory.file("plain"), directory.file("divided"))
        try Self.export(study.path, [.parquet], to: plain)
        try Self.export(study.path, [.parquet], to: divided, isPartitioned: true)
        try Self.read("dataset_partitioned.py", [plain, divided, "talk"], directory)
        #expect(
            FileSystem.exists("\(divided)/turns/study=talk/participant=P-01")
                && FileSystem.exists("\(divided)/phases/study=talk/participant=P01"))
    }

    @Test(arguments: [
        ("P01", "P01"), ("a-b_c.d~e", "a-b_c.d~e"), ("ü", "%C3%BC"),
        ("a b/c=d%", "a%20b%2Fc%3Dd%25"),
        ("\n", "%0A"),
    ])
    func foldersAreNamedSoThatReadersUndoIt(value: String, name: String) {
        #expect(PercentEncoding.escaped(value) == name)
    }

    /// Alone, so that the manifest stands within the dataset.
    @Test(arguments: [true, false])
    func datesInBIDSAreMovedOrNotTold(movesDates: Bool) throws {
        let directory = try TemporaryDirectory("formats")
        let study = try SmallStudy(in: directory)
        let pseudonyms = Pseudonyms(
            key: [UInt8](repeating: 7, count: Pseudonyms.keyLength), movesDates: movesDates)
        let out = directory.file("out")
        try Self.export(study.path, [.bids], to: out, pseudonyms: pseudonyms)
        try Self.read(
            "dataset_bids.py", ["--dates", movesDates ? "moved" : "none", out], directory)
        #expect(try FileSystem.readText("\(out)/participants.tsv").contains("P01") == false)
    }

    @Test func labelsAreUnique() {
        #expect(
            BIDSNames.labels(["P-01", "P01", "p_01", "ü", "ö", "A"])
                == ["P01n2", "P01", "p01n3", "x", "xn2", "A"])
    }

    @Test func samplesStandAtTheNearestPointOfTheGrid() {
        // 10 Hz; two missing, one early by 40 ms, a clock that goes back by 350 ms, and 9 Hz after that.
        var grid = SampleGrid(rate: 10, start: 50)
        let milliseconds: [Int64] = [0, 100, 360, 500, 250, 361, 472, 583, 694, 805, 916, 1027]
        #expect(
            milliseconds.map { grid.place(50 + $0 * 1_000_000) }
                == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
        #expect(abs(grid.largestError - 350e6) < 1e-3)
        #expect(grid.place(50 + 1_460_000_000) == 15)
    }
}
