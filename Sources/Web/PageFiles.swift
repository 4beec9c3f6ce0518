import Glibc
import SystemCalls

/// The page's files: those of one folder and its folders, and nothing else.
public struct PageFiles: Sendable {
    /// A file that is there.
    public struct File: Sendable {
        public var bytes: [UInt8]
        public var type: String
        /// Changes with the content.
        public var tag: String
    }

    public let directory: String

    public init(directory: String) { self.directory = directory }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
        "ico": "image/x-icon", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
        "webmanifest": "application/manifest+json", "wasm": "application/wasm",
    ]

    /// Largest file in bytes.
    private static let most: Int64 = 4 << 20

    /// A file by its path below the folder. Names are letters, digits, `.`, `-` and `_`, and do not begin
    /// with a point, so that no path leads out; links are not followed.
    public func file(_ path: String) -> File? {
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...4).contains(names.count), names.allSatisfy(Self.isName),
            let last = names.last, let point = last.lastIndex(of: "."),
            let type = Self.types[String(last[last.index(after: point)...])]
        else { return nil }
        var place = directory
        for (index, name) in names.enumerated() {
            place += "/" + name
            var status = stat()
            guard unsafe lstat(place, &status) == 0 else { return nil }
            let kind = status.st_mode & S_IFMT
            guard kind == (index == names.count - 1 ? S_IFREG : S_IFDIR) else { return nil }
        }
        guard let size = try? FileSystem.size(place), size <= Self.most,
            let bytes = try? FileSystem.read(place)
        else { return nil }
        let hash = Secret.hash(bytes)
        return File(bytes: bytes, type: type, tag: "\"\(hash.prefix(32))\"")
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".")
            && name.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E
            }
    }
}
