/// What an export can write.
public enum ExportFormat: String, CaseIterable, Hashable, Sendable {
    /// Tables in UTF-8, with codebook, `datapackage.json` and scripts that read them.
    case csv
    /// The Brain Imaging Data Structure, of behaviour and physiology.
    case bids
    /// Tables and samples in Apache Parquet, through DuckDB's own program.
    case parquet
    /// The sound of commentaries.
    case wav
}

extension ExportFormat {
    /// What writes it.
    var writer: any FormatWriter {
        switch self {
        case .csv: CSVWriter()
        case .bids: BIDSWriter()
        case .parquet: ParquetWriter()
        case .wav: SoundWriter()
        }
    }
}
