import Glibc
import SystemCalls

/// A place that is a folder: of another disk, or of another machine that is mounted.
final class DirectoryStore: PlaceStore {
    let name: String
    private let root: String
    /// The rights of the place's own folder, which those in it get too: who shares it is its owner's choice.
    private var rights: mode_t = 0o750

    init(_ root: String) {
        name = root
        self.root = root
    }

    func open() throws(StationsError) {
        guard FileSystem.isDirectory(root) else {
            throw StationsError(
                .noPlace, "\(root) is not there: connect or mount it, or make the folder")
        }
        if let mount = MountTable.missing(around: root) {
            throw StationsError(
                .noPlace,
                "\(mount) stands in /etc/fstab and is not mounted: what would be written there would "
                    + "stay on this machine. Mount it: mount \(mount)")
        }
        var status = stat()
        do {
            try systemCall("stat", root) { unsafe stat(root, &status) }
        } catch {
            throw StationsError.local(error, "\(root) cannot be read")
        }
        rights = status.st_mode & 0o7777
    }

    /// Where an object is.
    /// - Throws: `strange` where a link leads out of the place.
    private func path(_ key: String) throws(StationsError) -> String {
        guard PlaceKey.isSafe(key) else {
            throw StationsError(.strange, "'\(key)' is no name of a file of a place")
        }
        var path = root
        for part in key.split(separator: "/") {
            path += "/\(part)"
            guard Self.kind(path) != S_IFLNK else {
                throw StationsError(
                    .strange, "\(path) is a link; a place has files and folders alone. Remove it")
            }
        }
        return path
    }

    /// What stands at a path, itself and not what it leads to; 0 for nothing.
    private static func kind(_ path: String) -> mode_t {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    func list(_ prefix: String) throws(StationsError) -> [StoredObject] {
        var found: [StoredObject] = []
        try walk(prefix) { path, key, name in
            guard !name.hasPrefix("."), PlaceKey.isSafe(key) else { return }
            guard let size = try? FileSystem.size(path) else { return }
            found.append(
                StoredObject(
                    key: key, size: size, changedRealtime: FileSystem.changed(path) ?? 0))
        }
        return found.sorted { $0.key < $1.key }
    }

    /// Hands out the files below a prefix that ends with `/`.
    private func walk(
        _ prefix: String, _ body: (_ path: String, _ key: String, _ name: String) -> Void
    ) throws(StationsError) {
        let folder = String(prefix.dropLast())
        let path = try path(folder)
        guard FileSystem.isDirectory(path) else { return }
        try walk(path, folder, depth: 0, body)
    }

    private func walk(
        _ path: String, _ key: String, depth: Int, _ body: (String, String, String) -> Void
    ) throws(StationsError) {
        let names: [String]
        do {
            names = try FileSystem.list(path)
        } catch {
            // One that is just being removed has nothing in it.
            if error.code == ENOENT { return }
            throw .local(error, "\(path) cannot be read")
        }
        for name in names {
            switch Self.kind("\(path)/\(name)") {
            case S_IFREG: body("\(path)/\(name)", "\(key)/\(name)", name)
            case S_IFDIR where depth < 4 && PlaceKey.isPlain(name):
                try walk("\(path)/\(name)", "\(key)/\(name)", depth: depth + 1, body)
            default: break
            }
        }
    }

    func folders() throws(StationsError) -> [String] {
        do {
            return try FileSystem.list(root).filter {
                PlaceKey.isPlain($0) && Self.kind("\(root)/\($0)") == S_IFDIR
            }
        } catch {
            throw .local(error, "\(root) cannot be read")
        }
    }

    func read(_ key: String, atMost most: Int) throws(StationsError) -> [UInt8]? {
        let path = try path(key)
        do {
            let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let number = file.number
            var status = stat()
            try systemCall("fstat", path) { unsafe fstat(number, &status) }
            guard status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) <= Int64(most) else {
                throw StationsError(.strange, "\(path) is no file of a place, or far too long")
            }
            return try PositionedFile.read(number, 0..<Int64(status.st_size), path)
        } catch let error as SystemError {
            if error.code == ENOENT { return nil }
            throw StationsError.local(error, "\(path) cannot be read")
        } catch let error as StationsError {
            throw error
        } catch {
            throw StationsError(.local, "\(path) cannot be read", cause: "\(error)")
        }
    }

    func read(_ key: String, _ range: Range<Int64>) throws(StationsError) -> [UInt8] {
        let path = try path(key)
        do {
            let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            return try PositionedFile.read(file.number, range, path)
        } catch {
            if error.code == 0 || error.code == ENOENT {
                throw StationsError(.damaged, "\(path) is not whole: push the session again")
            }
            throw .local(error, "\(path) cannot be read")
        }
    }

    func write(
        _ bytes: [UInt8], to key: String, ifAbsent: Bool
    ) throws(StationsError) -> Bool {
        let path = try path(key)
        do {
            try makeFolder(of: key)
        } catch {
            throw .local(error, "\(path) cannot be written")
        }
        let hashes = try PartHashes(BytesSource(bytes: bytes), partSize: FileParts.usual)
        let file = try small(path, hashes)
        do throws(StationsError) {
            for part in try file.kept()..<hashes.parts.count {
                let range = hashes.range(part)
                try file.add(
                    Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]), part: part)
            }
            return try file.end(replaces: !ifAbsent)
        } catch {
            file.remove()
            throw error
        }
    }

    /// A small file that is to be written: whoever else is just doing so is waited for.
    private func small(
        _ path: String, _ hashes: PartHashes
    ) throws(StationsError) -> AssembledFile {
        var tried = 0
        while true {
            do throws(StationsError) {
                return try AssembledFile(path, hashes, rights: rights & 0o444 | 0o600)
            } catch {
                tried += 1
                guard error.code == .conflict, tried < 100 else { throw error }
                Pause.seconds(0.05)
            }
        }
    }

    /// Makes the folders that a key names, with the rights of the place's own.
    private func makeFolder(of key: String) throws(SystemError) {
        var path = root
        for part in key.split(separator: "/").dropLast() {
            path += "/\(part)"
            if FileSystem.isDirectory(path) { continue }
            do throws(SystemError) {
                try systemCall("mkdir", path) { unsafe mkdir(path, rights & 0o777) }
                // What the umask took. A share may not know rights.
                _ = unsafe chmod(path, rights)
            } catch  where error.code == EEXIST {
                continue
            }
        }
    }

    func send(
        _ source: any PartSource, _ hashes: PartHashes, to key: String
    ) throws(StationsError) -> Int64 {
        let path = try path(key)
        if let size = try? FileSystem.size(path) {
            // It got its name when it was whole.
            if size == hashes.size { return 0 }
            try remove(key)
        }
        do {
            try makeFolder(of: key)
        } catch {
            throw .local(error, "\(path) cannot be written")
        }
        let file = try AssembledFile(path, hashes, rights: rights & 0o444 | 0o600)
        var sent: Int64 = 0
        for part in try file.kept()..<hashes.parts.count {
            let bytes = try source.read(hashes.range(part))
            guard PartHashes.sha256(bytes) == hashes.parts[part] else {
                throw StationsError(.changed, "it changed while it was sent; push again")
            }
            try file.add(bytes, part: part)
            sent += Int64(bytes.count)
        }
        try source.checkUnchanged()
        // Somebody else who had the name had the same content.
        _ = try file.end()
        return sent
    }

    func remove(_ key: String) throws(StationsError) {
        let path = try path(key)
        do {
            try FileSystem.remove(path)
            try FileSystem.remove(AssembledFile.temporary(of: path))
            try removeEmptyFolder(of: path)
        } catch {
            throw .local(error, "\(path) cannot be removed")
        }
    }

    /// A folder has a participant's name.
    private func removeEmptyFolder(of path: String) throws(SystemError) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = String(path[..<slash])
        guard folder.count > root.count, FileSystem.isDirectory(folder) else { return }
        try FileSystem.syncDirectory(folder)
        if unsafe rmdir(folder) == 0, let above = folder.lastIndex(of: "/") {
            try FileSystem.syncDirectory(String(folder[..<above]))
        }
    }

    func unfinished(_ prefix: String) throws(StationsError) -> [UnfinishedSending] {
        var found: [UnfinishedSending] = []
        try walk(prefix) { path, key, name in
            guard name.hasPrefix("."), name.hasSuffix(AssembledFile.suffix) else { return }
            let folder = key.dropLast(name.count)
            let plain = name.dropFirst().dropLast(AssembledFile.suffix.count)
            found.append(
                UnfinishedSending(
                    key: "\(folder)\(plain)", began: FileSystem.changed(path) ?? 0, identifier: key)
            )
        }
        return found
    }

    func giveUp(_ sending: UnfinishedSending) throws(StationsError) {
        let path = "\(root)/\(sending.identifier)"
        do {
            let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            // Whoever is just making it holds it.
            if flock(file.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK { return }
            try FileSystem.remove(path)
        } catch {
            if error.code == ENOENT { return }
            throw .local(error, "\(path) cannot be removed")
        }
    }
}
