import Glibc
import SessionStore
import SystemCalls

/// A file that comes into being piece by piece under a name of its own, and takes its real name only when all
/// of it is there, is on the disk and is what it has to be. What a run that was killed left of it is looked
/// through, and what is right of it counts.
///
/// For one thread; a second process that makes the same file is refused.
final class AssembledFile {
    /// What is made.
    let target: String
    /// What it has to be.
    let hashes: PartHashes
    private let temporary: String
    private let file: FileDescriptor
    private let rights: mode_t

    /// What stands behind the name of a file that is not whole. Nobody takes it for a session.
    static let suffix = ".coming"

    static func temporary(of target: String) -> String {
        let slash = target.lastIndex(of: "/")
        let folder = slash.map { String(target[...$0]) } ?? ""
        let name = slash.map { target[target.index(after: $0)...] } ?? target[...]
        return "\(folder).\(name)\(suffix)"
    }

    /// - Parameter rights: of the file, once it is whole.
    init(_ target: String, _ hashes: PartHashes, rights: mode_t) throws(StationsError) {
        self.target = target
        self.hashes = hashes
        self.rights = rights
        let temporary = Self.temporary(of: target)
        self.temporary = temporary
        do {
            let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
            try OwnedFolder.make(folder)
            let opened = try Self.hold(temporary)
            let number = opened.number
            let size = hashes.size
            try OwnedFolder.give(number, toOwnerOf: folder)
            // One that was longer was of another content.
            try systemCall("ftruncate", temporary) {
                ftruncate(number, off_t(min(size, Self.length(number))))
            }
            file = opened
        } catch {
            if error.call == "flock", error.code == EWOULDBLOCK {
                throw StationsError(
                    .conflict,
                    "another 'attune push' or 'attune pull' is just making \(target); let it end")
            }
            throw .local(error, "\(target) cannot be written")
        }
    }

    /// Opens the half file, and keeps other processes from it.
    /// - Throws: `flock` with `EWOULDBLOCK` where somebody else has it.
    private static func hold(_ path: String) throws(SystemError) -> FileDescriptor {
        for _ in 0..<20 {
            let opened = try FileDescriptor(
                opening: path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            let number = opened.number
            do throws(SystemError) {
                try systemCall("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
            } catch  where error.code == ENOLCK || error.code == EOPNOTSUPP {
                // File systems of networks need not know locks.
            }
            // Whoever had it between the two may have given it its real name: then it is whole, and nobody's
            // to write any more.
            var own = stat()
            var named = stat()
            try systemCall("fstat", path) { unsafe fstat(number, &own) }
            let isNamed = unsafe lstat(path, &named) == 0
            if isNamed, own.st_ino == named.st_ino, own.st_dev == named.st_dev { return opened }
        }
        throw SystemError(code: EWOULDBLOCK, call: "flock", subject: path)
    }

    private static func length(_ number: Int32) -> Int64 {
        var status = stat()
        return unsafe fstat(number, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// How many pieces are there and right, from the first on.
    func kept() throws(StationsError) -> Int {
        let there = Self.length(file.number)
        var kept = 0
        while kept < hashes.parts.count, hashes.range(kept).upperBound <= there {
            // The last piece of a file whose length is right may be empty.
            guard try PartHashes.sha256(read(kept)) == hashes.parts[kept] else { break }
            kept += 1
        }
        return kept
    }

    private func read(_ part: Int) throws(StationsError) -> [UInt8] {
        do {
            return try PositionedFile.read(file.number, hashes.range(part), temporary)
        } catch {
            throw .local(error, "\(temporary) cannot be read")
        }
    }

    /// Adds a piece.
    /// - Throws: `damaged` where it is not what it has to be, `local`.
    func add(_ bytes: [UInt8], part: Int) throws(StationsError) {
        guard PartHashes.sha256(bytes) == hashes.parts[part] else {
            throw StationsError(
                .damaged,
                "piece \(part + 1) of \(target) is not what was sent (its SHA-256 differs)")
        }
        let number = file.number
        do {
            try PositionedFile.write(bytes, number, at: hashes.range(part).lowerBound, temporary)
            // Never more than a piece is left in the kernel's memory: a recording's syncs need not wait.
            try systemCall("fdatasync", temporary) { fdatasync(number) }
        } catch {
            throw .local(error, "\(target) cannot be written")
        }
    }

    /// Reads all of it back from its disk, and looks at it.
    /// - Parameters:
    ///   - replaces: whether it takes the place of a file that has its name.
    ///   - look: is given the path of what is whole and has no name yet; throws to refuse it.
    /// - Returns: whether it has its name now; false where somebody had that name.
    func end(
        replaces: Bool = false, _ look: (String) throws(StationsError) -> Void = { _ in }
    ) throws(StationsError) -> Bool {
        let number = file.number
        do {
            try systemCall("ftruncate", temporary) { ftruncate(number, off_t(hashes.size)) }
            try systemCall("fsync", temporary) { fsync(number) }
            try CachedPages.forget(file)
        } catch {
            throw .local(error, "\(target) cannot be written")
        }
        let whole = RunningHash()
        for part in hashes.parts.indices { whole.add(try read(part)[...]) }
        guard whole.end() == hashes.sha256 else {
            remove()
            throw StationsError(
                .damaged,
                "\(target) is not what was sent (its SHA-256 differs): nothing was put there; look "
                    + "after its disk, and run this again")
        }
        do throws(StationsError) {
            try look(temporary)
        } catch {
            remove()
            throw error
        }
        return try name(replaces)
    }

    private func name(_ replaces: Bool) throws(StationsError) -> Bool {
        let number = file.number
        let rights = rights
        do throws(SystemError) {
            try systemCall("fchmod", temporary) { fchmod(number, rights) }
            if replaces {
                try systemCall("rename", target) { unsafe rename(temporary, target) }
            } else {
                try FileSystem.move(temporary, toFreePlace: target)
            }
            let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
            try FileSystem.syncDirectory(folder)
            return true
        } catch  where error.code == EEXIST {
            remove()
            return false
        } catch {
            throw .local(error, "\(target) cannot take its name")
        }
    }

    /// Removes what is there of it.
    func remove() { try? FileSystem.remove(temporary) }
}
