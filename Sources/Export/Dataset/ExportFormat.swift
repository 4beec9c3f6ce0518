/// What an export can write.
public enum ExportFormat: String, CaseIterable, Hashable, Sendable {
    /// Tables in UTF-8, with codebook, `datapackage.json` and scripts that read them.
    case csv
    /// The Brain Imaging Data Structure, of behaviour and physiology.
    case bids
    /// Tables and samples in Apache Parquet, through DuckDB's own program.
    case parquet
    /// SPSS data files: `.sav`, or `.zsav` where compression is asked for.
    case spss
    /// Stata data files, version 118.
    case stata
    /// SAS transport files of versions 5 and 8, with a script for their value labels.
    case sas
    /// The tables of `csv` with a script that builds labelled data frames.
    case r
    /// The sound of commentaries.
    case wav
    /// A session's signals and markers on one clock, one file a session.
    case xdf
    /// Signals on an even grid with annotations, EDF+ or BDF+, one file a session.
    case edf
    /// MAT-files of version 5: samples, one file a session, and all tables.
    case matlab
}

extension ExportFormat {
    /// What writes it.
    var writer: any FormatWriter {
        switch self {
        case .csv: CSVWriter()
        case .bids: BIDSWriter()
        case .parquet: ParquetWriter()
        case .spss: SPSSWriter()
        case .stata: StataWriter()
        case .sas: SASWriter()
        case .r: CSVWriter(isForR: true)
        case .wav: SoundWriter()
        case .xdf: XDFWriter()
        case .edf: EDFWriter()
        case .matlab: MATLABWriter()
        }
    }
}
