import Foundation
import SystemCalls

/// A second place for a station's studies: a folder of another disk or machine, laid out as the data
/// directory, with a mark in it by which it is known again.
///
/// The mark is why an unmounted disk is noticed: its mount point is an empty folder of the disk that the
/// copies are to be safe from.
public struct BackupPlace: Hashable, Sendable {
    /// The folder.
    public let root: String
    /// What its mark says: the same wherever the disk is mounted.
    public let identifier: String

    /// The mark's name in the folder.
    public static let markName = ".attune-backup"

    public init(root: String, identifier: String) {
        self.root = root
        self.identifier = identifier
    }

    /// Finds the place, and marks it where it is used for the first time or where somebody put an empty
    /// mark.
    /// - Parameter isInUse: whether copies were made before, at any place: then a folder without a mark is
    ///   not taken for the place.
    /// - Throws: `missing`, `readOnly`, `diskFull`, `inputOutput`.
    public static func open(
        _ root: String, isInUse: Bool
    ) throws(SessionStoreError) -> BackupPlace {
        guard FileSystem.isDirectory(root) else {
            throw SessionStoreError(
                code: .missing,
                message: "the backup place \(root) is not there: connect or mount it, or make the "
                    + "folder")
        }
        let mark = "\(root)/\(markName)"
        let hasMark = FileSystem.exists(mark)
        guard hasMark || !isInUse else {
            throw SessionStoreError(
                code: .missing,
                message:
                    "\(root) has no mark of a backup place: is its disk mounted? For a new place, "
                    + "give it an empty one: touch \(mark)")
        }
        do throws(SystemError) {
            if hasMark, let found = try read(mark) {
                return BackupPlace(root: root, identifier: found)
            }
            let made = UUID().uuidString.lowercased()
            try FileSystem.write(Array("\(made)\n".utf8), to: mark)
            try FileSystem.syncDirectory(root)
            return BackupPlace(root: root, identifier: made)
        } catch {
            throw .system(error, path: mark)
        }
    }

    /// The place as it is marked, for those who only look; nil where it has no mark.
    public static func marked(_ root: String) -> BackupPlace? {
        guard let found = try? read("\(root)/\(markName)") else { return nil }
        return BackupPlace(root: root, identifier: found)
    }

    private static func read(_ mark: String) throws(SystemError) -> String? {
        let text = try FileSystem.readText(mark).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    /// Where the copy of a study's file is.
    public func path(study: String, file: String) -> String { "\(root)/\(study)/\(file)" }

    /// Removes what copyings of a study left that were broken off; none may be under way.
    public func removeHalves(study: String) {
        for participant in (try? FileSystem.list("\(root)/\(study)")) ?? [] {
            let folder = "\(root)/\(study)/\(participant)"
            for name in (try? FileSystem.list(folder)) ?? []
            where name.hasPrefix(".") && name.hasSuffix(BackupCopying.suffix) {
                try? FileSystem.remove("\(folder)/\(name)")
            }
        }
    }

    /// Removes a copy, and what an interrupted copying left of it; also their folder, which has a participant's
    /// name, where nothing else is in it. One that is not there is fine.
    public func remove(study: String, file: String) throws(SessionStoreError) {
        let path = path(study: study, file: file)
        do {
            for name in [BackupCopying.temporary(of: path), path] {
                try FileSystem.remove(name)
            }
            let folder = SessionConnection.directory(of: path)
            guard FileSystem.isDirectory(folder) else { return }
            try FileSystem.syncDirectory(folder)
            if file.contains("/"), try FileSystem.list(folder).isEmpty {
                FileSystem.removeTree(folder)
                try FileSystem.syncDirectory(SessionConnection.directory(of: folder))
            }
        } catch {
            throw .system(error, path: path)
        }
    }
}
