import Synchronization
import SystemCalls

/// The folder of one format in an export that is being made: hands out places for files, and remembers
/// what was written. May be used from several threads.
final class ExportFolder: Sendable {
    /// One file of the export.
    struct File: Hashable, Sendable {
        /// Below the export's folder.
        var path: String
        /// What it holds: a table's name, or a word such as `codebook`.
        var name: String
        /// Of tables; nil for all else.
        var rows: Int64?
        var isSamples = false
    }

    /// Where files are made.
    let path: String
    /// The folder below the export's: empty, or the format's name and a slash.
    private let prefix: String
    private let written = Mutex<[File]>([])

    init(_ path: String, prefix: String) {
        self.path = prefix.isEmpty ? path : "\(path)/\(prefix.dropLast())"
        self.prefix = prefix
    }

    /// A place for a file; the folders above it are made.
    /// - Parameter relative: below this folder, such as `sub-01/beh/x.tsv`.
    func place(_ relative: String) throws(SystemError) -> String {
        let whole = "\(path)/\(relative)"
        if let slash = whole.lastIndex(of: "/") {
            try FileSystem.makeDirectories(String(whole[..<slash]))
        }
        return whole
    }

    /// Notes a file that was written to its place.
    func add(_ relative: String, _ name: String, rows: Int64? = nil, isSamples: Bool = false) {
        written.withLock {
            $0.append(
                File(path: prefix + relative, name: name, rows: rows, isSamples: isSamples))
        }
    }

    /// Writes a text and notes it.
    func write(_ text: String, to relative: String, _ name: String) throws {
        try FileSystem.write(Array(text.utf8), to: try place(relative))
        add(relative, name)
    }

    var files: [File] { written.withLock(\.self) }
}
