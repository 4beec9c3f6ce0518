import Glibc
import SystemCalls

/// A file that is written under another name beside its place and takes its place only when it is whole.
///
/// What a killed process leaves beside it is locked by nobody, and the next export to the same place removes
/// it. Used by one thread.
public final class StagedFile {
    /// The file's place.
    public let destination: String
    /// Where it is written until then; it is there, and empty.
    public let path: String
    private let isReplacing: Bool
    /// Keeps the lock that tells other exports that this one lives.
    private let file: FileDescriptor
    /// Directories above the destination that were made for it, outermost first.
    private let made: [String]
    private var isOpen = true

    /// Makes the file beside its place.
    /// - Parameters:
    ///   - destination: must not be there, unless it is to be replaced.
    ///   - isReplacing: whether what is there is replaced: an encrypted archive, and nothing else
    ///     (`notAnExport`).
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
            // As open as any other file that a program writes: what is in it is encrypted.
            file = try FileDescriptor(
                opening: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666)
            let number = file.number
            try systemCall("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
        } catch {
            _ = unsafe unlink(path)
            for directory in made.reversed() { _ = unsafe rmdir(directory) }
            throw .system(error, directory: place.path)
        }
    }

    deinit { discard() }

    /// Moves the file to its place, after making it durable. Unless it replaces something, it takes nobody's
    /// place who came there meanwhile.
    public func commit() throws(ExportError) {
        guard isOpen else { return }
        try Self.check(destination, isReplacing: isReplacing)
        do throws(SystemError) {
            let number = file.number
            try systemCall("fsync", path) { fsync(number) }
            if isReplacing {
                try systemCall("rename", destination) { unsafe rename(path, destination) }
            } else {
                try FileSystem.move(path, toFreePlace: destination)
            }
            isOpen = false
            try FileSystem.syncDirectory(StagedPlace.above(destination))
        } catch {
            throw .system(error, directory: destination)
        }
    }

    /// Makes sure that a place is free, or holds an encrypted archive that may be replaced, or nothing.
    private static func check(_ place: String, isReplacing: Bool) throws(ExportError) {
        guard FileSystem.exists(place) else { return }
        guard isReplacing else {
            throw ExportError(
                code: .notEmpty,
                message:
                    "\(place) exists; choose another file with --out, or replace it with --force"
            )
        }
        let magic = Array("age-encryption.org/".utf8)
        let isArchive: Bool
        do {
            let bytes = try RegularFile(place).next() ?? []
            isArchive = bytes.isEmpty || bytes.starts(with: magic)
        } catch { isArchive = false }
        guard isArchive else {
            throw ExportError(
                code: .notAnExport,
                message: "\(place) is no encrypted archive, and is not replaced even with --force; "
                    + "choose another file with --out")
        }
    }

    /// Removes what was written. Harmless after `commit`.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        _ = unsafe unlink(path)
        for directory in made.reversed() { _ = unsafe rmdir(directory) }
    }
}
