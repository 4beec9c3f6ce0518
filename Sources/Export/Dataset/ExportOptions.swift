import SessionStore

/// How a dataset is exported.
public struct ExportOptions: Sendable {
    /// In the order in which they were named; at least one.
    public var formats: [ExportFormat]
    public var selection: ExportSelection
    /// nil where people and sessions keep their names.
    public var pseudonyms: Pseudonyms?
    /// Whose times are exported; a frozen dataset's pins come first.
    public var alignment: AlignmentChoice
    /// How many sessions or files are written at a time.
    public var threads: Int
    /// Where DuckDB's own program is; nil to look in `PATH`.
    public var duckDB: String?
    /// Whether formats that can pack their data do so.
    public var isCompressed: Bool
    /// Whether Parquet is laid out in folders of study, participant and session.
    public var isPartitioned: Bool
    /// What the manifest says of how this came about: the arguments, without the key's place.
    public var arguments: [String]

    public init(
        formats: [ExportFormat], selection: ExportSelection = ExportSelection(),
        pseudonyms: Pseudonyms? = nil, alignment: AlignmentChoice = .newest, threads: Int = 1,
        duckDB: String? = nil, isCompressed: Bool = false, isPartitioned: Bool = false,
        arguments: [String] = []
    ) {
        self.formats = formats
        self.selection = selection
        self.pseudonyms = pseudonyms
        self.alignment = alignment
        self.threads = threads
        self.duckDB = duckDB
        self.isCompressed = isCompressed
        self.isPartitioned = isPartitioned
        self.arguments = arguments
    }
}
