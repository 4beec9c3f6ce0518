import SessionStore

@testable import Export

/// Exports one session file, as somebody does who names it alone.
@discardableResult
func exportOne(
    _ path: String, _ formats: [ExportFormat] = [.csv], to out: String, replacing: Bool = false,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (ExportProgress) -> Void = { _ in }
) throws -> ExportSummary {
    let selection = ExportSelection()
    return try DatasetExport(
        Dataset.find([path], selection), ExportOptions(formats: formats, selection: selection),
        isCancelled: isCancelled, progress: progress
    ).write(to: out, replacing: replacing)
}
