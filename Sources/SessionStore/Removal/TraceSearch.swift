import Glibc
import SystemCalls

/// Looks through every file below a study's directory, and through those of the data directory itself, for
/// what was a participant's: each row of each database, each chunk of samples decoded, and the bytes of files.
///
/// Databases are read through SQLite alone, since to close a file of theirs beside it would drop its locks;
/// but for finished sessions, which nobody changes: of these free pages and leftovers are read too. Nothing is
/// mapped: others may shorten a file meanwhile. Each byte is read once, whatever is looked for. Runs on the
/// caller's thread.
public struct TraceSearch {
    /// What was looked at, and what was found.
    public struct Outcome: Hashable, Sendable {
        public var files = 0
        public var bytes: Int64 = 0
        public var chunks = 0
        /// What is still there, in words without its content.
        public var found: [String] = []

        public init() {}
    }

    let directory: String
    private let root: String?
    let traces: Traces
    let isAllowed: Bool
    let matcher: TextMatcher
    /// The first of the matcher's texts that is a session's id.
    let firstIdentifier: Int
    private static let piece = 1 << 20
    /// Databases up to this size are also looked at page by page.
    private static let mostPages: Int64 = 64 << 20

    /// - Parameters:
    ///   - directory: of the study.
    ///   - root: the data directory, whose own files are looked at too, without the folders in it.
    ///   - isAllowed: whether the participant's code may stand anywhere, since other sessions stay.
    public init(
        directory: String, root: String? = nil, traces: Traces, holdsParticipant isAllowed: Bool
    ) {
        self.directory = directory
        self.root = root
        self.traces = traces
        self.isAllowed = isAllowed
        let texts = traces.texts.sorted()
        firstIdentifier = texts.count
        matcher = TextMatcher(texts + traces.sessions.sorted())
    }

    public func run() -> Outcome {
        var outcome = Outcome()
        for path in files(below: directory, &outcome) { search(path, &outcome) }
        if let root {
            for path in entries(of: root, &outcome) where !FileSystem.isDirectory(path) {
                search(path, &outcome)
            }
        }
        return outcome
    }

    private func entries(of folder: String, _ outcome: inout Outcome) -> [String] {
        do throws(SystemError) {
            return try FileSystem.list(folder).map { "\(folder)/\($0)" }
        } catch {
            outcome.found.append("\(folder) cannot be searched: \(error)")
            return []
        }
    }

    private func files(below folder: String, _ outcome: inout Outcome) -> [String] {
        entries(of: folder, &outcome).flatMap { path in
            FileSystem.isDirectory(path) ? files(below: path, &outcome) : [path]
        }
    }

    private func search(_ path: String, _ outcome: inout Outcome) {
        do {
            try look(at: path, &outcome)
        } catch {
            // What is gone meanwhile, as a log that was brought into its file, holds nothing any more.
            guard FileSystem.exists(path) else { return }
            // What cannot be read cannot be vouched for.
            outcome.found.append("\(path) cannot be searched: \(error)")
        }
    }

    private func look(at path: String, _ outcome: inout Outcome) throws {
        let name = path.split(separator: "/").last ?? ""
        // Shared memory of SQLite, and room that is kept: both are without content of anybody.
        if ["-shm", ".reserve", ".reserve-end"].contains(where: { name.hasSuffix($0) }) { return }
        var status = stat()
        try systemCall("stat", path) { unsafe stat(path, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        outcome.files += 1
        outcome.bytes += Int64(status.st_size)
        let isSession = name.hasSuffix(".attune")
        let isDatabase =
            isSession || [".review", ".db", ".audit"].contains { name.hasSuffix($0) }
        var found: Set<Int> = []
        if isSession && status.st_mode & 0o200 == 0 {
            _ = try read(path, &found)
        } else if !isDatabase {
            // A database by another name is none that this daemon has open.
            guard try read(path, &found) else { return tell(found, path, &outcome) }
        } else if Int64(status.st_size) <= Self.mostPages && status.st_size > 0 && !isSession {
            let pages = try DatabaseImage.read(path)
            matcher.search(pages.span, found: &found)
        }
        tell(found, path, &outcome)
        if status.st_size > 0 { try lookInDatabase(path, &outcome) }
    }

    /// Whether a file remembers which sessions there were.
    func remembers(_ path: String) -> Bool {
        path.hasPrefix("\(directory)/study.db")
            || root.map { path.hasPrefix(StationTrail.path(data: $0)) } ?? false
    }

    private func tell(_ found: Set<Int>, _ path: String, _ outcome: inout Outcome) {
        if found.contains(where: { $0 < firstIdentifier }) {
            outcome.found.append("\(path) holds words of theirs")
        }
        if !remembers(path), found.contains(where: { $0 >= firstIdentifier }) {
            outcome.found.append("\(path) names a session of theirs")
        }
    }

    /// Looks at a file's bytes, piece by piece.
    /// - Returns: whether it is a database of SQLite's.
    private func read(_ path: String, _ found: inout Set<Int>) throws(SystemError) -> Bool {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: Self.piece)
        var kept: [UInt8] = []
        var isDatabase: Bool?
        while true {
            // The buffer is as long as is said.
            let count = try systemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { return isDatabase ?? false }
            isDatabase = isDatabase ?? buffer.starts(with: "SQLite format 3\0".utf8)
            // What stands across the border of two pieces is found with the second one.
            kept += buffer[..<count]
            matcher.search(kept.span, found: &found)
            kept.removeFirst(max(0, kept.count - max(0, matcher.longest - 1)))
        }
    }
}
