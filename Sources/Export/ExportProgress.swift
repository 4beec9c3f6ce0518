/// How far an export is.
public struct ExportProgress: Hashable, Sendable {
    /// The table being written.
    public var table: String
    /// Rows written of all tables.
    public var rows: Int64
    /// Rows there will be, as far as they could be counted beforehand.
    public var expected: Int64
}
