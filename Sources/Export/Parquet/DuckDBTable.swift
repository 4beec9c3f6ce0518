import Glibc
import SystemCalls

/// A table on its way into DuckDB's own program, which writes it down.
///
/// Used by one thread.
final class DuckDBTable {
    private let program: PipedProgram
    private let path: String
    private let place: String
    private let run: ExportRun
    private let file: CSVFile

    /// Writes the header.
    /// - Parameters:
    ///   - program: reads the table.
    ///   - path: of the program, for errors.
    ///   - place: what it writes.
    init(
        _ program: PipedProgram, _ path: String, _ columns: [TableColumn], _ place: String,
        _ run: ExportRun
    ) throws {
        self.program = program
        self.path = path
        self.place = place
        self.run = run
        file = try CSVFile(program, path: place, columns: columns)
    }

    /// Writes rows, or ends the table by closing its file.
    func write(_ body: (CSVFile) throws -> Void) throws {
        do {
            try body(file)
        } catch {
            try run.proceed(nil)
            // Where the program ended early, it says why.
            guard let cause = error as? SystemError, cause.code == EPIPE else { throw error }
            try finish()
            throw error
        }
    }

    /// Waits until the program has written all, after the file was closed.
    /// - Throws: `tool`, with what the program says.
    func finish() throws {
        let code: Int32
        do { code = try program.finish() } catch {
            try run.proceed(nil)
            throw error
        }
        guard code == 0, FileSystem.exists(place) else {
            throw ExportError(
                code: .tool,
                message:
                    "\(path) could not write \(place.split(separator: "/").last ?? ""); nothing "
                    + "is left of the export",
                cause: "it ended with \(code): \(Self.firstLines(program.printed()))")
        }
    }

    /// Ends the program if it still runs.
    func end() { program.end() }

    /// The beginning of what a program says, on one line; what comes after may be somebody's text.
    private static func firstLines(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).prefix {
            !$0.hasPrefix("Original Line")
        }
        return String(lines.joined(separator: " ").prefix(400))
    }
}
