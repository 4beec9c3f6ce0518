import Export
import Foundation
import Glibc
import Link
import Logging
import SessionStore
import SystemCalls

/// Where exports lie: `exports/STUDY/ID` in the console's state directory, with `record.json` and, once all is
/// written, `files`. Keys of pseudonyms lie apart, in `keys`.
///
/// Waits for the disk; belongs to one console, which holds the state directory.
struct ExportShelf: Sendable {
    private let directory: String
    private let log: Logger

    init(stateDirectory: String, log: Logger) {
        directory = stateDirectory
        self.log = log
    }

    private var exports: String { "\(directory)/exports" }

    /// Where an export's record and files are.
    private func folder(_ record: ExportRecord) -> String {
        "\(exports)/\(record.study)/\(record.id)"
    }

    /// Where its files are, once they are there.
    func files(of record: ExportRecord) -> String { "\(folder(record))/files" }

    /// Free bytes where exports are written.
    func freeBytes() throws(SystemError) -> Int64 { try FileSystem.freeBytes(directory) }

    /// The key of a study's pseudonyms; makes it the first time.
    /// - Throws: `ExportError`, `ConsoleError`.
    func key(study: String) throws -> String {
        try AccessFiles.makeDirectory("\(directory)/keys")
        let path = "\(directory)/keys/\(study).key"
        if !FileSystem.exists(path) {
            try Pseudonyms.makeKey(at: path)
            try FileSystem.syncDirectory("\(directory)/keys")
        }
        return path
    }

    /// Keeps a record; makes its folder.
    func save(_ record: ExportRecord) throws {
        try AccessFiles.makeDirectory(folder(record))
        try FileSystem.write(
            try JSONValue(encoding: record).serialised + [0x0A],
            to: "\(folder(record))/record.json", mode: 0o600)
    }

    /// Removes an export with all its files.
    func remove(_ record: ExportRecord) throws(ConsoleRefusal) {
        FileSystem.removeTree(folder(record))
        guard !FileSystem.exists(folder(record)) else {
            throw ConsoleRefusal(
                .internalServerError,
                "Not all of the export could be removed from \(folder(record)). Look at its rights."
            )
        }
    }

    /// Removes what is there of an export that was not finished. An export that still lives, since nobody
    /// told it to end, ends as soon as it sees that nobody listens; it is waited for, at most 20 s.
    func removeHalfWritten(_ record: ExportRecord) {
        for _ in 0..<100 where isBeingWritten(record) { usleep(200_000) }
        for name in names(folder(record)) where name != "record.json" {
            FileSystem.removeTree("\(folder(record))/\(name)")
        }
    }

    /// Whether a process holds the folder that it fills.
    private func isBeingWritten(_ record: ExportRecord) -> Bool {
        names(folder(record)).contains { name in
            guard name.contains(".exporting-"),
                let file = try? FileDescriptor(
                    opening: "\(folder(record))/\(name)", flags: O_RDONLY | O_DIRECTORY)
            else { return false }
            return flock(file.number, LOCK_EX | LOCK_NB) != 0
        }
    }

    /// All records, those that a console that ended left as running among them.
    func records() -> [ExportRecord] {
        names(exports).filter { (try? StudyDirectory.validate($0, "study")) != nil }
            .flatMap { study in
                names("\(exports)/\(study)").compactMap { record($0, of: study) }
            }
    }

    private func record(_ id: String, of study: String) -> ExportRecord? {
        let path = "\(exports)/\(study)/\(id)/record.json"
        do {
            let record = try JSONValue(parsing: try FileSystem.read(path)[...])
                .decode(ExportRecord.self)
            guard record.id == id, record.study == study else {
                throw ConsoleError(.file, "it is another one's")
            }
            return record
        } catch {
            log.warning("\(path) cannot be read, so that the export is not shown: \(error)")
            return nil
        }
    }

    private func names(_ folder: String) -> [String] { (try? FileSystem.list(folder)) ?? [] }
}
