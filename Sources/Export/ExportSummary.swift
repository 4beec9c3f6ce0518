/// What an export wrote.
public struct ExportSummary: Hashable, Sendable, Codable {
    /// One file of the export.
    public struct Table: Hashable, Sendable, Codable {
        /// The table's name, or what else the file holds.
        public var name: String
        /// The file's path inside the export's directory.
        public var file: String
        /// Rows without the header.
        public var rows: Int64
        /// The file's length.
        public var bytes: Int64
        /// Whether its rows are samples.
        public var isSamples = false
    }

    /// In the order in which they were written.
    public var tables: [Table] = []
    /// What a format could not hold as it is, in sentences.
    public var notes: [String] = []

    public init() {}

    /// Rows of a table without its header; nil where there is no such table.
    public func rows(of table: String) -> Int64? {
        tables.first { $0.name == table }?.rows
    }

    /// Length of all files.
    public var bytes: Int64 { tables.reduce(0) { $0 + $1.bytes } }

    /// Samples of all sound files, silence included.
    public var soundSamples: Int64 {
        tables.reduce(0) { $0 + ($1.file.hasSuffix(".wav") ? $1.rows : 0) }
    }

    /// Rows of all sample tables.
    public var samples: Int64 {
        tables.reduce(0) { $0 + ($1.isSamples ? $1.rows : 0) }
    }
}
