import CSystemCalls
import Glibc
import SystemCalls

extension Ring {
    /// Makes a new ring, with all its memory allocated and mapped at once.
    /// - Parameters:
    ///   - path: of a file that does not exist yet, best on a tmpfs.
    ///   - capacity: bytes of data, a power of two from 64 KiB to 4 GiB.
    /// - Throws: `exists`, `noSpace`, `invalidArgument`, `system`; nothing is left behind then.
    public static func create(
        at path: String, capacity: Int, identity: RingIdentity
    ) throws(RingError) -> Ring {
        guard (RingLayout.minimumCapacity...RingLayout.maximumCapacity).contains(capacity),
            capacity & (capacity - 1) == 0
        else {
            throw RingError(
                .invalidArgument,
                "A ring holds a power of two of bytes, from 64 KiB to 4 GiB: not \(capacity).")
        }
        let file = try open(path, O_RDWR | O_CREAT | O_EXCL)
        do throws(RingError) {
            try lock(file.number, path)
            try allocate(file.number, path, RingLayout.headerBytes + capacity)
            let mapping = try map(file, path, capacity)
            let header = unsafe RingHeader(base: mapping.header)
            try header.write(identity: identity, capacity: capacity)
            header.seal()
            return Ring(path: path, mapping: mapping)
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Opens a ring that an ended process left behind, and looks through what was not stored yet.
    /// - Parameters:
    ///   - bootIdentifier: today's; a ring of another boot is refused.
    ///   - position: what the store says it has stored; nil for what the ring says was released.
    ///     Everything before it is released.
    /// - Throws: `inUse`, `notARing`, `layoutVersion`, `truncated`, `damagedHeader`, `otherBoot`,
    ///   `position`, `system`. The file is not changed then.
    public static func reopen(
        at path: String, bootIdentifier: String, from position: UInt64? = nil
    ) throws(RingError) -> (ring: Ring, recovery: RingRecovery) {
        let file = try open(path, O_RDWR)
        try lock(file.number, path)
        let capacity = try readCapacity(file.number, path)
        let ring = Ring(path: path, mapping: try map(file, path, capacity))
        guard ring.header.storedChecksum == ring.header.checksum() else {
            throw RingError(
                .damagedHeader, "The header of the ring \(path) is damaged: put the file aside.")
        }
        guard ring.identity.bootIdentifier == bootIdentifier else {
            throw RingError(
                .otherBoot,
                "The ring \(path) is of another boot (\(ring.identity.bootIdentifier)), so its"
                    + " stamps are on no clock of today: put the file aside.")
        }
        let published = ring.published
        let released = ring.released
        guard published < RingLayout.maximumPosition, published & 15 == 0, released & 15 == 0,
            released <= published, published - released <= UInt64(capacity)
        else {
            throw RingError(
                .damagedHeader,
                "The positions of the ring \(path) cannot be (published \(published), released"
                    + " \(released)): put the file aside.")
        }
        let asked = position ?? released
        guard asked <= published, asked & 15 == 0 else {
            throw RingError(
                .position,
                "The session says that it stored the ring \(path) up to \(asked), but only"
                    + " \(published) was ever published: they do not belong together.")
        }
        let start = max(asked, released)
        let recovery = ring.lookThrough(from: start, to: published, missed: start - asked)
        ring.release(upTo: start)
        return (ring, recovery)
    }

    private var sourceUnderWay: UInt32? {
        let word = unsafe header.underWay.pointee.load(ordering: .acquiring)
        return word == 0 ? nil : UInt32(exactly: word - 1)
    }

    private func lookThrough(
        from start: UInt64, to end: UInt64, missed: UInt64
    ) -> RingRecovery {
        var reader = RingReader(ring: self, from: start, holdsRole: false)
        var records: UInt64 = 0
        var bytes: UInt64 = 0
        while let record = reader.next() {
            records += 1
            bytes += unsafe UInt64(record.bytes.count)
        }
        return RingRecovery(
            start: start, end: end, records: records, bytes: bytes, damage: reader.damage,
            missedBytes: missed, untoldOverflows: untoldOverflows(),
            sourceUnderWay: sourceUnderWay)
    }

    private static func open(_ path: String, _ flags: Int32) throws(RingError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(opening: path, flags: flags, mode: 0o600)
        } catch {
            if error.code == EEXIST {
                throw RingError(
                    .exists,
                    "There is a ring at \(path) already, perhaps with records that are not stored:"
                        + " reopen it, or remove it.", cause: error)
            }
            throw RingError(
                error.code == ENOSPC ? .noSpace : .system,
                "The ring \(path) cannot be opened: check the runtime directory and its rights.",
                cause: error)
        }
    }

    /// One process at a time: the lock goes with the process that holds it.
    private static func lock(_ file: Int32, _ path: String) throws(RingError) {
        do throws(SystemError) {
            try systemCall("flock", path) { flock(file, LOCK_EX | LOCK_NB) }
        } catch {
            throw RingError(
                error.code == EWOULDBLOCK ? .inUse : .system,
                "The ring \(path) is open in another process: stop that one first.", cause: error)
        }
    }

    private static func allocate(
        _ file: Int32, _ path: String, _ bytes: Int
    ) throws(RingError) {
        // Returns the error instead of setting errno. Every page exists from now on, so that no
        // store into the mapping can meet a full file system (which would be a SIGBUS).
        var code = posix_fallocate(file, 0, off_t(bytes))
        while code == EINTR { code = posix_fallocate(file, 0, off_t(bytes)) }
        guard code != 0 else { return }
        let cause = SystemError(code: code, call: "posix_fallocate", subject: path)
        if code == ENOSPC || code == EFBIG || code == EDQUOT {
            throw RingError(
                .noSpace,
                "There is no room for a ring of \(bytes) bytes at \(path): free some, or choose"
                    + " another runtime directory or a smaller ring.", cause: cause)
        }
        throw RingError(.system, "The ring \(path) cannot be allocated.", cause: cause)
    }

    private static func map(
        _ file: consuming FileDescriptor, _ path: String, _ capacity: Int
    ) throws(RingError) -> RingMapping {
        do throws(SystemError) {
            return try RingMapping(file: file, path: path, capacity: capacity)
        } catch {
            throw RingError(
                .system, "The ring \(path) cannot be mapped into memory.", cause: error)
        }
    }

    /// What has to be known before mapping: that it is a ring, of which layout, and how long.
    private static func readCapacity(_ file: Int32, _ path: String) throws(RingError) -> Int {
        var words = [UInt64](repeating: 0, count: 3)
        var status = stat()
        do throws(SystemError) {
            try systemCall("pread", path) {
                unsafe words.withUnsafeMutableBytes {
                    unsafe pread(file, $0.baseAddress, $0.count, 0)
                }
            }
            try systemCall("fstat", path) { unsafe fstat(file, &status) }
        } catch {
            throw RingError(.system, "The ring \(path) cannot be read.", cause: error)
        }
        guard words[0] == RingLayout.magic else {
            throw RingError(
                .notARing,
                "\(path) is not a ring, or one whose making was interrupted: remove it.")
        }
        let version = UInt32(truncatingIfNeeded: words[1])
        guard version == RingLayout.version else {
            throw RingError(
                .layoutVersion,
                "The ring \(path) has layout \(version), and this program knows"
                    + " \(RingLayout.version): store it with the version that wrote it.")
        }
        let capacity = words[2]
        guard words[1] >> 32 == UInt64(RingLayout.headerBytes),
            capacity >= UInt64(RingLayout.minimumCapacity),
            capacity <= UInt64(RingLayout.maximumCapacity), capacity & (capacity - 1) == 0
        else {
            throw RingError(
                .damagedHeader, "The header of the ring \(path) is damaged: put the file aside.")
        }
        guard Int64(status.st_size) == Int64(RingLayout.headerBytes) + Int64(capacity) else {
            throw RingError(
                .truncated,
                "The ring \(path) has \(status.st_size) bytes instead of"
                    + " \(RingLayout.headerBytes + Int(capacity)): put the file aside.")
        }
        return Int(capacity)
    }
}
