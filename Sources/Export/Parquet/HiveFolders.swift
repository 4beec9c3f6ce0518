import SystemCalls

/// Folders that are named `COLUMN=VALUE`, as Hive laid tables out: readers take the values for columns.
enum HiveFolders {
    /// The columns by which tables are divided, in order.
    static let columns = ["study", "participant", "session"]

    /// Where a session's rows are, below their table's folder. Values are escaped as DuckDB does it; readers
    /// undo it.
    static func path(of key: SessionKey, in study: String) -> String {
        zip(columns, [study, key.participant, key.session])
            .map { "\($0)=\(PercentEncoding.escaped($1))" }.joined(separator: "/")
    }
}
