import Glibc
import SystemCalls

/// A place that something is written for under a name beside it.
struct StagedPlace {
    /// Without slashes at its end.
    let path: String

    /// - Throws: `notEmpty` for what can be no export's place.
    init(_ destination: String) throws(ExportError) {
        var place = destination
        while place.count > 1, place.hasSuffix("/") { place.removeLast() }
        guard !place.isEmpty, place != "/", place != ".", place != "..", !place.hasSuffix("/.."),
            !place.hasSuffix("/.")
        else {
            throw ExportError(
                code: .notEmpty,
                message: "\"\(destination)\" cannot become an export; name a new directory with "
                    + "--out")
        }
        path = place
    }

    /// The directory that it is in.
    var above: String { Self.above(path) }

    static func above(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private var prefix: String {
        // A name of 255 bytes leaves no room beside it; its first 200 do.
        let name = path.split(separator: "/").last ?? ""
        return ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self)).exporting-"
    }

    /// A new name beside it.
    func makeBeside() -> String {
        "\(above)/\(prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    /// The directories above it that are not there, outermost first.
    var missing: [String] {
        var missing: [String] = []
        var place = above
        while !FileSystem.exists(place) {
            missing.append(place)
            place = Self.above(place)
        }
        return missing.reversed()
    }

    /// Removes what exports to the same place left that were killed: this user's alone, since in a folder
    /// for all anybody may lay something under such a name.
    func removeLeftovers() {
        for name in (try? FileSystem.list(above)) ?? [] where name.hasPrefix(prefix) {
            let path = "\(above)/\(name)"
            var status = stat()
            // A pipe of that name would make opening it wait.
            guard
                let file = try? FileDescriptor(
                    opening: path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
                unsafe fstat(file.number, &status) == 0, status.st_uid == geteuid(),
                flock(file.number, LOCK_EX | LOCK_NB) == 0
            else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                FileSystem.removeTree(path)
            } else if status.st_mode & S_IFMT == S_IFREG {
                _ = unsafe unlink(path)
            }
        }
    }
}
