import Glibc
import SystemCalls

/// Folders and files that belong to whom the folder around them belongs: what root brings is to be read by
/// the daemon, which is another user.
enum OwnedFolder {
    /// Makes a folder and those above it that are missing.
    static func make(_ path: String) throws(SystemError) {
        var missing: [String] = []
        var above = path
        while !FileSystem.isDirectory(above), let slash = above.lastIndex(of: "/"),
            slash != above.startIndex
        {
            missing.append(above)
            above = String(above[..<slash])
        }
        try FileSystem.makeDirectories(path)
        guard geteuid() == 0, !missing.isEmpty else { return }
        var status = stat()
        try systemCall("stat", above) { unsafe stat(above, &status) }
        // A share may not know owners.
        for folder in missing { _ = unsafe chown(folder, status.st_uid, status.st_gid) }
    }

    /// Gives an open file to the owner of a folder.
    static func give(_ number: Int32, toOwnerOf folder: String) throws(SystemError) {
        guard geteuid() == 0 else { return }
        var status = stat()
        try systemCall("stat", folder) { unsafe stat(folder, &status) }
        if status.st_uid != 0 || status.st_gid != 0 {
            _ = fchown(number, status.st_uid, status.st_gid)
        }
    }
}
