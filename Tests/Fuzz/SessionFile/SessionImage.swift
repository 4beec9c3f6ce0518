import Glibc
import SystemCalls

/// A session file, and what lies beside it, as bytes.
struct SessionImage {
    /// A table of one of the files.
    struct Table {
        /// The file's ending.
        var file: String
        var name: String
        var columns: [String]
        /// What tells its rows apart, as SQL.
        var key: String
    }

    /// Where the session file is put for reading.
    let path: String
    /// Bytes by file.
    let files: [(name: String, bytes: [UInt8])]
    /// Those that are changed by statements.
    let tables: [Table]
    /// Whether its schema takes any value.
    let isLenient: Bool

    /// A folder of its own for one input, emptied before each.
    var folder: String { SessionImages.folder(of: path) }

    /// Puts the files in their place.
    func lay() throws(SystemError) {
        for name in try FileSystem.list(folder) { try FileSystem.remove("\(folder)/\(name)") }
        for file in files { try Self.write(file.bytes, to: "\(folder)/\(file.name)") }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o640)
        try FileSystem.writeAll(bytes, to: file.number, subject: path)
    }
}
