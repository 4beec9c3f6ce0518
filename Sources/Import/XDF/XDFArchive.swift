import Glibc
import SystemCalls

/// Takes an XDF file out of a gzipped one (.xdfz, .xdf.gz), into a file without a name that is gone with the import.
///
/// Files are read twice and at any place, which a packed one does not allow.
struct XDFArchive {
    /// What a packed file may become: one that is made to fill disks has a thousand times its size.
    struct Limits {
        /// Bytes up to which the ratio does not matter.
        var small: Int64 = 256 << 20
        /// How many times its own size a file may become beyond that: recordings come to some ten.
        var ratio: Int64 = 250
        /// Bytes that are left to others where it is unpacked.
        var spared: Int64 = 1 << 30
    }

    /// What was unpacked.
    let source: ByteSource
    /// Why the rest could not be; nil where all of it could.
    let failure: ImportError?

    /// Whether a file begins as gzip has it.
    static func isPacked(_ path: String) -> Bool {
        guard let source = try? ByteSource(path) else { return false }
        return (try? source.bytes(at: 0, count: 2)) == [0x1F, 0x8B]
    }

    /// Whether a packed file holds one that begins as XDF does.
    static func holdsXDF(_ path: String) -> Bool {
        guard let first = try? GzipReader(path).next() else { return false }
        return first.starts(with: XDFScanner.magic)
    }

    init(unpacking path: String, _ limits: Limits = Limits()) throws(ImportError) {
        let reader = try GzipReader(path)
        let folder = Self.folder
        var written: Int64 = 0
        var failure: ImportError?
        do throws(SystemError) {
            let most = max(limits.small, try FileSystem.size(path) &* limits.ratio)
            let room = try FileSystem.freeBytes(folder) - limits.spared
            let file = try Self.file(in: folder)
            while let piece = Self.piece(of: reader, &failure) {
                written += Int64(piece.count)
                if written > most {
                    throw SystemError(code: EFBIG, call: "unpack", subject: path)
                }
                if written > room {
                    throw SystemError(code: ENOSPC, call: "unpack", subject: folder)
                }
                try FileSystem.writeAll(piece, to: file.number, subject: folder)
            }
            source = ByteSource(path, owning: file, size: written)
        } catch {
            let what =
                error.code == EFBIG
                ? "\(path) becomes more than \(limits.ratio) times its size, which no recording does: it is "
                    + "not unpacked further; if it is one all the same, unpack it with gunzip"
                : "\(path) cannot be unpacked in \(folder); make room there, or set TMPDIR"
            throw .system(error, what)
        }
        self.failure = failure
    }

    /// The next bytes; nil at the end, and where the rest cannot be unpacked.
    private static func piece(of reader: GzipReader, _ failure: inout ImportError?) -> [UInt8]? {
        do throws(ImportError) {
            let piece = try reader.next()
            return piece.isEmpty ? nil : piece
        } catch {
            failure = error
            return nil
        }
    }

    /// Where files go for a while that may be as large as a recording.
    private static var folder: String {
        // The environment is not changed while these programs run.
        unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/var/tmp"
    }

    /// A file that goes with its descriptor.
    private static func file(in folder: String) throws(SystemError) -> FileDescriptor {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let place = "\(folder)/attune-xdf.\(name)"
        let file = try FileDescriptor(opening: place, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        try FileSystem.remove(place)
        return file
    }
}
