/// Folders that are named `COLUMN=VALUE`, as Hive laid tables out: readers take the values for columns.
enum HiveFolders {
    /// The columns by which tables are divided, in order.
    static let columns = ["study", "participant", "session"]

    /// Where a session's rows are, below their table's folder.
    static func path(of key: SessionKey, in study: String) -> String {
        zip(columns, [study, key.participant, key.session]).map { "\($0)=\(escaped($1))" }
            .joined(separator: "/")
    }

    /// A value as a folder's name has it, as DuckDB writes it (RFC 3986: all but unreserved characters in
    /// percent signs); readers undo it.
    static func escaped(_ value: String) -> String {
        var name = ""
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                name += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return name
    }
}
