import SessionStore

/// Writes a session as CSV tables that any statistics package reads, as described in
/// Protocols/formats/csv.md.
///
/// Reads in short transactions, so that a session still being recorded can be exported; then the
/// tables hold what was stored when each was read. Memory does not grow with the recording's
/// samples. Used by one thread.
public struct CSVExport {
    private let reader: SessionReader
    private let isCancelled: () -> Bool
    private let progress: (ExportProgress) -> Void

    /// - Parameters:
    ///   - isCancelled: asked often, on the caller's thread; true ends the export with `cancelled`.
    ///   - progress: told often, on the caller's thread.
    public init(
        reader: SessionReader, isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (ExportProgress) -> Void = { _ in }
    ) {
        self.reader = reader
        self.isCancelled = isCancelled
        self.progress = progress
    }

    /// Writes the tables into a new directory, which appears when all of it is written.
    /// - Parameters:
    ///   - directory: must not be there, or be empty.
    ///   - isReplacing: whether an earlier export there is replaced.
    /// - Throws: any `ExportError`; then nothing is left behind.
    @discardableResult
    public func write(
        to directory: String, replacing isReplacing: Bool = false
    ) throws(ExportError) -> ExportSummary {
        let staged = try StagedDirectory(for: directory, replacing: isReplacing)
        let summary = try write(into: staged.path, named: staged.destination)
        try staged.commit()
        return summary
    }

    /// Writes the tables into a directory that is there and holds none of them.
    /// - Parameters:
    ///   - directory: where to write; what is written stays if this throws.
    ///   - name: what errors call the directory.
    public func write(
        into directory: String, named name: String
    ) throws(ExportError) -> ExportSummary {
        let run = try CSVExportRun(
            reader: reader, directory: directory, name: name, isCancelled: isCancelled,
            progress: progress)
        return try run.writeAll()
    }
}
