import Glibc
import SystemCalls

/// A directory that is filled under another name beside its place and takes its place only when
/// it is whole.
///
/// Until `commit` there is nothing at its place. What a killed process leaves beside it is locked
/// by nobody, and the next export to the same place removes it. Used by one thread.
public final class StagedDirectory {
    /// The directory's place.
    public let destination: String
    /// Where it is filled until then.
    public let path: String
    private let isReplacing: Bool
    /// Keeps the lock that tells other exports that this one lives.
    private let lock: FileDescriptor
    /// Directories above the destination that were made for it, outermost first.
    private let made: [String]
    private var isOpen = true

    /// Makes the directory beside its place.
    /// - Parameters:
    ///   - destination: must not be there, or be empty, unless it is to be replaced.
    ///   - isReplacing: whether an earlier export there is replaced. Only files that an export
    ///     writes are ever replaced: `notAnExport` where there are others.
    public init(
        for destination: String, replacing isReplacing: Bool = false
    ) throws(ExportError) {
        let place = try StagedPlace(destination)
        self.destination = place.path
        self.isReplacing = isReplacing
        let path = place.makeBeside()
        try Self.check(place.path, isReplacing: isReplacing)
        let made = place.missing
        self.path = path
        self.made = made
        do throws(SystemError) {
            if !made.isEmpty { try FileSystem.makeDirectories(place.above) }
            place.removeLeftovers()
            try systemCall("mkdir", path) { unsafe mkdir(path, 0o750) }
            let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
            let number = file.number
            try systemCall("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
            lock = file
        } catch {
            for directory in [path] + made.reversed() { _ = unsafe rmdir(directory) }
            throw .system(error, directory: place.path)
        }
    }

    deinit { discard() }

    /// Moves the directory to its place, all at once, after making it durable.
    public func commit() throws(ExportError) {
        guard isOpen else { return }
        try Self.check(destination, isReplacing: isReplacing)
        do throws(SystemError) {
            try FileSystem.syncDirectory(path)
            if isReplacing, FileSystem.exists(destination) {
                // Named as a leftover, so that the next export removes it if this is killed here.
                let old = path + "-old"
                try systemCall("rename", destination) { unsafe rename(destination, old) }
                do throws(SystemError) {
                    try systemCall("rename", destination) { unsafe rename(path, destination) }
                } catch {
                    _ = unsafe rename(old, destination)
                    throw error
                }
                FileSystem.removeTree(old)
            } else {
                try systemCall("rename", destination) { unsafe rename(path, destination) }
            }
            isOpen = false
            try FileSystem.syncDirectory(StagedPlace.above(destination))
        } catch {
            throw .system(error, directory: destination)
        }
    }

    /// Removes everything that was written. Harmless after `commit`.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        FileSystem.removeTree(path)
        for directory in made.reversed() { _ = unsafe rmdir(directory) }
    }

    /// Makes sure that the place is free, or holds what may be replaced.
    private static func check(_ place: String, isReplacing: Bool) throws(ExportError) {
        guard FileSystem.exists(place) else { return }
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(place) } catch {
            throw .system(error, directory: place)
        }
        if names.isEmpty { return }
        guard isReplacing else {
            throw ExportError(
                code: .notEmpty,
                message: "\(place) exists and is not empty; choose another directory with --out, "
                    + "or replace it with --force")
        }
        if let other = foreign(place) {
            throw ExportError(
                code: .notAnExport,
                message: "\(place) holds \(other), which no export wrote, and is not replaced even "
                    + "with --force; choose another directory with --out")
        }
    }

    /// The first file that the export in a folder does not say it has; nil where there is none.
    private static func foreign(_ directory: String) -> String? {
        let known = Set((WrittenExport.files(of: directory) ?? []).map(\.path))
        func look(_ below: String) -> String? {
            let names = (try? FileSystem.list("\(directory)/\(below)")) ?? []
            for name in names.sorted() {
                let path = below + name
                if isDirectory("\(directory)/\(path)") {
                    if let found = look("\(path)/") { return found }
                } else if !known.contains(path) {
                    return path
                }
            }
            return nil
        }
        return look("")
    }

    /// Whether a path is a directory itself, not a link to one.
    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
