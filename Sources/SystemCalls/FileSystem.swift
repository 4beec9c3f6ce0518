import CSystemCalls
import Glibc

/// Small whole-file operations that throw the kernel's reason.
public enum FileSystem {
    /// Reads a whole file. Files of /proc and /sys, which have no length, are read too.
    public static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = try systemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[0..<count])
        }
    }

    /// Reads a whole file as UTF-8; invalid bytes become U+FFFD.
    public static func readText(_ path: String) throws(SystemError) -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Writes a whole file beside its place, syncs it and renames it, so that a reader sees the old
    /// or the new one and never a half.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o640
    ) throws(SystemError) {
        let beside = path + ".writing"
        do {
            let file = try FileDescriptor(
                opening: beside, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
            try writeAll(bytes, to: file.number, subject: beside)
            try systemCall("fsync", beside) { fsync(file.number) }
        }
        try systemCall("rename", path) { unsafe rename(beside, path) }
    }

    /// Writes all bytes to a blocking descriptor.
    public static func writeAll(
        _ bytes: [UInt8], to fd: Int32, subject: String = ""
    ) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            done += try systemCall("write", subject) {
                unsafe bytes.withUnsafeBytes {
                    unsafe Glibc.write(fd, $0.baseAddress! + done, $0.count - done)
                }
            }
        }
    }

    /// Makes a directory and those above it; one that exists is fine.
    public static func makeDirectories(_ path: String, mode: mode_t = 0o750) throws(SystemError) {
        var partial = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            partial += "/" + part
            do throws(SystemError) {
                try systemCall("mkdir", partial) { unsafe mkdir(partial, mode) }
            } catch  where error.code == EEXIST {
                continue
            }
        }
    }

    /// Whether something stands at a path.
    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether a directory stands at a path, or a link to one.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a file in bytes.
    public static func size(_ path: String) throws(SystemError) -> Int64 {
        var status = stat()
        try systemCall("stat", path) { unsafe stat(path, &status) }
        return Int64(status.st_size)
    }

    /// When a file's content changed last, in nanoseconds since 1970-01-01 UTC; nil where there is none.
    public static func changed(_ path: String) -> Int64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    /// The number of the file system that holds a path; nil where there is nothing at the path.
    public static func device(_ path: String) -> UInt64? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(status.st_dev) : nil
    }

    /// Free bytes of the file system that holds a path, for an unprivileged user.
    public static func freeBytes(_ path: String) throws(SystemError) -> Int64 {
        var status = statvfs()
        try systemCall("statvfs", path) { unsafe statvfs(path, &status) }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// Names in a directory, sorted, without `.` and `..`.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw SystemError(code: errno, call: "opendir", subject: path)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file; one that is not there is fine.
    public static func remove(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try systemCall("unlink", path) { unsafe unlink(path) }
        } catch  where error.code == ENOENT {
            return
        }
    }

    /// Gives a file a name that nobody has; both are on one file system.
    /// - Throws: with `EEXIST` where somebody has it, also since a moment ago.
    public static func move(_ path: String, toFreePlace place: String) throws(SystemError) {
        do throws(SystemError) {
            try systemCall("renameat2", place) { unsafe attune_rename_exclusively(path, place) }
        } catch  where [EINVAL, ENOSYS, EOPNOTSUPP].contains(error.code) {
            // Not every file system (of a network, of a program) knows how to.
            try move(path, reserving: place)
        }
    }

    /// The same in two steps: who ends in between leaves an empty file at the place.
    static func move(_ path: String, reserving place: String) throws(SystemError) {
        _ = try FileDescriptor(opening: place, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        do throws(SystemError) {
            try systemCall("rename", place) { unsafe rename(path, place) }
        } catch {
            try? remove(place)
            throw error
        }
    }

    /// Removes a directory with its files and the directories in it, as far as it may; never follows a link.
    /// One that is not there is fine.
    public static func removeTree(_ path: String) {
        for name in (try? list(path)) ?? [] {
            let inside = "\(path)/\(name)"
            var status = stat()
            let isOther = unsafe lstat(inside, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
            if isOther { try? remove(inside) } else { removeTree(inside) }
        }
        _ = unsafe rmdir(path)
    }

    /// Makes a directory's entries durable (after a rename or a removal).
    public static func syncDirectory(_ path: String) throws(SystemError) {
        let directory = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
        try systemCall("fsync", path) { fsync(directory.number) }
    }
}
