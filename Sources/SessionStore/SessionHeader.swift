import Glibc
import SystemCalls

/// What the first bytes of a file say about it, read without SQLite so that nothing is touched.
enum SessionHeader {
    /// Makes sure that a file is a database of this kind and of a version that is known.
    static func check(
        _ path: String, applicationIdentifier: Int, version: Int, what: String
    ) throws(SessionStoreError) {
        let header: [UInt8]
        do {
            header = try read(path)
        } catch {
            throw .system(error, path: path)
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)),
            number(header, 68) == applicationIdentifier
        else {
            let cause = header.isEmpty ? "the file is empty" : nil
            throw SessionStoreError(
                code: .notASession, message: "\(path) is no \(what) of Attune", cause: cause)
        }
        let found = number(header, 60)
        guard found >= 1, found <= version else {
            throw SessionStoreError(
                code: .newerVersion(found: found, known: version),
                message: "\(path) has format version \(found), this program knows versions up to "
                    + "\(version); install a newer Attune")
        }
    }

    private static func number(_ header: [UInt8], _ offset: Int) -> Int {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        var header = [UInt8](repeating: 0, count: 100)
        let count = try systemCall("read", path) {
            unsafe header.withUnsafeMutableBytes {
                unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
            }
        }
        return Array(header.prefix(count))
    }
}
