import Foundation
import SystemCalls

/// DuckDB's own program, which writes Parquet.
struct DuckDBProgram: Sendable {
    let path: String

    /// Finds the program.
    /// - Parameter named: where it is; nil to look in `PATH`.
    /// - Throws: `tool`, with how to install it.
    init(named: String?) throws(ExportError) {
        let found: String?
        if let named {
            found = ProgramSearch.isProgram(named) ? named : nil
        } else {
            found = ProgramSearch.find("duckdb")
        }
        guard let found else {
            throw ExportError(
                code: .tool,
                message: (named.map { "\($0) is no program" }
                    ?? "there is no program duckdb in PATH")
                    + "; Parquet is written by DuckDB's own: install it (pip install duckdb-cli, or "
                    + "see duckdb.org/install) or name it with --duckdb PATH; nothing was written")
        }
        path = found
    }

    /// Writes a table that comes as CSV.
    /// - Parameters:
    ///   - constants: columns of one text each, which come before the table's own.
    ///   - longest: bytes of the longest row that there can be.
    ///   - write: writes rows into the file that it is given, and closes it.
    func convert(
        _ columns: [TableColumn], constants: [(name: String, value: String)] = [], longest: Int,
        to place: String, _ run: ExportRun, _ write: (CSVFile) throws -> Void
    ) throws {
        let table = try begin(columns, constants: constants, longest: longest, to: place, run)
        defer { table.end() }
        try table.write(write)
        try table.finish()
    }

    /// Begins to write a table that comes as CSV.
    /// - Parameters:
    ///   - constants: columns of one text each, which come before the table's own.
    ///   - longest: bytes of the longest row that there can be.
    ///   - partitions: columns whose values name folders and stand in no file; the place is then a folder, which
    ///     may be there: files of the same name are replaced.
    func begin(
        _ columns: [TableColumn], constants: [(name: String, value: String)] = [], longest: Int,
        partitions: [String] = [], to place: String, _ run: ExportRun
    ) throws -> DuckDBTable {
        let statement = Self.statement(columns, constants, longest, partitions, place)
        let program = try PipedProgram(
            path, ["-batch", "-bail", "-no-init", "-c", statement], folder: run.directory,
            isWanted: { run.isWanted })
        return try DuckDBTable(program, path, columns, place, run)
    }

    /// One thread, so that the same rows give the same bytes.
    private static func statement(
        _ columns: [TableColumn], _ constants: [(name: String, value: String)], _ longest: Int,
        _ partitions: [String], _ place: String
    ) -> String {
        let types = columns.map { "\(quoted($0.name)): \(quoted($0.kind.duckDBType))" }
        let first = constants.map { "\(quoted($0.value)) AS \($0.name), " }
        // DuckDB reads rows of 2 MB, and keeps sixteen times that, unless it is told otherwise.
        let room =
            longest > 1_900_000
            ? ", max_line_size = \(longest + 65_536), buffer_size = \(2 * longest + 131_072)" : ""
        // Rows come session by session: what is open beside the last few has all of its rows, and holding
        // more back would take memory for each session.
        let few =
            partitions.isEmpty
            ? ""
            : "SET partitioned_write_flush_threshold = 2048; SET partitioned_write_max_open_files = 4; "
        let layout =
            partitions.isEmpty
            ? "" : ", OVERWRITE_OR_IGNORE, PARTITION_BY (\(partitions.joined(separator: ", ")))"
        return """
            SET threads = 1; \(few)\
            COPY (SELECT \(first.joined())* FROM read_csv('/dev/stdin', auto_detect = false, header = true, \
            delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', \
            allow_quoted_nulls = false, parallel = false\(room), \
            columns = {\(types.joined(separator: ", "))})) \
            TO \(quoted(place)) (FORMAT parquet, COMPRESSION zstd\(layout));
            """
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "''"))'"
    }
}

extension TableColumn.Kind {
    /// Categories are text: the words say what they mean, and every reader has them.
    fileprivate var duckDBType: String {
        switch self {
        case .integer: "BIGINT"
        case .real, .milliseconds: "DOUBLE"
        case .utc: "TIMESTAMPTZ"
        case .text, .category: "VARCHAR"
        }
    }
}
