import Export
import Reports

/// About how much room an export takes, so that nobody waits an hour for a full disk.
enum ExportSpace {
    /// Left free in any case, in bytes: the console keeps its own files on that disk.
    private static let spare: Int64 = 64 << 20

    /// How many times as long as the session files an export in a format may become, with what lies beside it
    /// while it is made: session files are packed, text is not. With a chat and a device of 1 kHz × 3 it was 8 for
    /// CSV, SPSS and Stata, 14 for SAS, 2.5 for XDF, and 1 or less for the others.
    private static func factor(_ format: ExportFormat, isPacked: Bool) -> Int64 {
        switch format {
        case .spss where isPacked: 4
        case .csv, .r, .spss, .stata: 12
        case .sas: 20
        case .xdf, .matlab, .bids, .parquet, .edf, .wav: 4
        }
    }

    /// Bytes that should be free before an export begins.
    /// - Parameter sessions: length of the session files, in bytes.
    static func needed(_ request: ExportRequest, sessions: Int64) -> Int64 {
        request.formats.compactMap(ExportFormat.init(rawValue:)).reduce(spare) {
            $0 + sessions * factor($1, isPacked: request.isPacked)
        }
    }

    /// - Throws: that there is not enough room, with how much is needed.
    static func check(needed: Int64, free: Int64) throws(ConsoleRefusal) {
        guard free < needed else { return }
        throw ConsoleRefusal(
            .conflict,
            "There may not be enough room: about \(ReadableNumber.size(needed)) are needed, and "
                + "\(ReadableNumber.size(free)) are free. Delete earlier exports, choose fewer formats or "
                + "sessions, or free space on the console's disk.")
    }
}
