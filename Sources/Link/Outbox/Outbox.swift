import CSystemCalls
import Glibc
import SystemCalls

/// What a linked client has to deliver, on its own disk: numbered items, kept until they are
/// acknowledged, whoever is killed in between.
///
/// An append-only file (layout in `Protocols/formats/link.md`). `append` writes at once, so that
/// the death of the process loses nothing; `sync` makes it durable against the death of the
/// machine, in groups, before the items are sent. A record that was torn by such a death is cut
/// off when the file is opened. Used by one thread; a lock keeps other processes out.
public final class Outbox {
    /// The file.
    public let path: String
    /// This outbox's own random number, from its making to its removal. It is part of the client's
    /// name, so that a new outbox (after the loss of a disk) begins to count anew and nothing of it
    /// is taken for something that was acknowledged.
    public let identifier: UInt64
    /// What is not acknowledged, in order.
    public private(set) var entries: [OutboxEntry] = []
    /// The last number that is known to be acknowledged.
    public private(set) var acknowledged: Int64 = 0
    /// The last number given out.
    public private(set) var lastSequence: Int64 = 0
    /// Bytes that were cut off when the file was opened.
    public private(set) var discardedBytes = 0

    private var file: FileDescriptor
    private let lock: SocketLock
    private var fileBytes = 0
    private var pendingBytes = 0
    private var needsSync = false
    private let maximumBytes: Int

    private static let magic = Array("ATTUNEOB".utf8)
    private static let version: UInt32 = 1
    private static let headerBytes = 32
    private static let recordBytes = 24
    private static let itemKind: UInt32 = 1
    private static let acknowledgedKind: UInt32 = 2
    /// The largest item, in bytes; a link message takes several.
    public static let largestItem = 1 << 20

    /// Opens an outbox, or makes it.
    /// - Parameter maximumBytes: of what may wait; beyond it `append` throws, and the program has
    ///   to tell a person that the daemon has been away for too long.
    public init(path: String, maximumBytes: Int = 64 << 20) throws(LinkError) {
        self.path = path
        self.maximumBytes = maximumBytes
        lock = try SocketLock(path: path + ".lock", purpose: path)
        do throws(SystemError) {
            if !FileSystem.exists(path) {
                let made = UInt64(bitPattern: attune_random_identifier())
                try FileSystem.write(Outbox.header(made, acknowledged: 0), to: path, mode: 0o600)
            }
            let bytes = try FileSystem.read(path)
            guard bytes.count >= Outbox.headerBytes, Array(bytes[0..<8]) == Outbox.magic,
                Outbox.integer(UInt32.self, bytes, 28) == Checksum.of(bytes[0..<28])
            else {
                throw SystemError(code: EBADMSG, call: "read", subject: path)
            }
            guard Outbox.integer(UInt32.self, bytes, 8) == Outbox.version else {
                throw SystemError(code: ENOTSUP, call: "read", subject: path)
            }
            identifier = Outbox.integer(UInt64.self, bytes, 12)
            acknowledged = Outbox.integer(Int64.self, bytes, 20)
            file = try FileDescriptor(opening: path, flags: O_RDWR | O_APPEND)
            lastSequence = acknowledged
            fileBytes = Outbox.headerBytes
            load(bytes)
            discardedBytes = bytes.count - fileBytes
            if discardedBytes > 0 {
                let (number, length) = (file.number, off_t(fileBytes))
                try systemCall("ftruncate", path) { ftruncate(number, length) }
            }
        } catch {
            throw LinkError(
                .outbox,
                "The outbox \(path) cannot be read; move it away to begin a new one, "
                    + "what it held is in it", cause: error)
        }
    }

    /// Puts an item in and gives it its number.
    public func append(_ bytes: [UInt8]) throws(LinkError) -> Int64 {
        if bytes.count > Outbox.largestItem {
            throw LinkError(.tooLarge, "An item has \(bytes.count) bytes, more than may be.")
        }
        if pendingBytes + bytes.count > maximumBytes {
            throw LinkError(
                .outbox,
                "\(pendingBytes) bytes wait in the outbox \(path): the daemon has been "
                    + "away for too long. Start it, and everything is delivered.")
        }
        let (sequence, overflow) = lastSequence.addingReportingOverflow(1)
        if overflow { throw LinkError(.outbox, "The outbox \(path) is out of numbers.") }
        try write(Outbox.record(Outbox.itemKind, sequence, bytes))
        lastSequence = sequence
        entries.append(OutboxEntry(sequence: sequence, bytes: bytes))
        pendingBytes += bytes.count
        needsSync = true
        return sequence
    }

    /// Makes everything durable that was put in.
    public func sync() throws(LinkError) {
        if !needsSync { return }
        let number = file.number
        do throws(SystemError) {
            try systemCall("fdatasync", path) { fdatasync(number) }
        } catch {
            throw LinkError(.outbox, "The outbox cannot be written", cause: error)
        }
        needsSync = false
    }

    /// Forgets what has arrived. Losing this only means that it is sent again, so it is not synced.
    public func acknowledge(upTo sequence: Int64) throws(LinkError) {
        if sequence <= acknowledged || sequence > lastSequence { return }
        acknowledged = sequence
        let count = entries.prefix { $0.sequence <= sequence }.count
        pendingBytes -= entries.prefix(count).reduce(0) { $0 + $1.bytes.count }
        entries.removeFirst(count)
        // Rewriting costs as much as what waits, so it is done when most of the file is old.
        if fileBytes > 256 << 10 && fileBytes > 4 * pendingBytes {
            try compact()
        } else {
            try write(Outbox.record(Outbox.acknowledgedKind, sequence, []))
        }
    }

    /// Writes what waits into a new file and puts it in the old one's place.
    private func compact() throws(LinkError) {
        var bytes = Outbox.header(identifier, acknowledged: acknowledged)
        for entry in entries {
            bytes.append(
                contentsOf: Outbox.record(Outbox.itemKind, entry.sequence, entry.bytes))
        }
        do throws(SystemError) {
            try FileSystem.write(bytes, to: path, mode: 0o600)
            file = try FileDescriptor(opening: path, flags: O_RDWR | O_APPEND)
        } catch {
            throw LinkError(.outbox, "The outbox cannot be written", cause: error)
        }
        fileBytes = bytes.count
        needsSync = false
    }

    private func write(_ bytes: [UInt8]) throws(LinkError) {
        let (number, length) = (file.number, off_t(fileBytes))
        do throws(SystemError) {
            try FileSystem.writeAll(bytes, to: number, subject: path)
        } catch {
            // A half record would hide those after it.
            _ = ftruncate(number, length)
            throw LinkError(.outbox, "The outbox cannot be written", cause: error)
        }
        fileBytes += bytes.count
    }

    /// Reads records until one is not whole.
    private func load(_ bytes: [UInt8]) {
        while bytes.count - fileBytes >= Outbox.recordBytes {
            let start = fileBytes
            let length = Int(Outbox.integer(UInt32.self, bytes, start))
            let kind = Outbox.integer(UInt32.self, bytes, start + 4)
            let sequence = Outbox.integer(Int64.self, bytes, start + 8)
            let end = start + Outbox.recordBytes + length
            guard length <= Outbox.largestItem, end <= bytes.count else { return }
            let expected = Outbox.integer(UInt32.self, bytes, start + 16)
            let body = bytes[(start + Outbox.recordBytes)..<end]
            guard Checksum.of(bytes[start..<(start + 16)]) ^ Checksum.of(body) == expected else {
                return
            }
            switch kind {
            case Outbox.itemKind where sequence == lastSequence + 1:
                entries.append(OutboxEntry(sequence: sequence, bytes: Array(body)))
                pendingBytes += length
                lastSequence = sequence
            case Outbox.acknowledgedKind where sequence <= lastSequence:
                acknowledged = max(acknowledged, sequence)
            default: return
            }
            fileBytes = end
        }
        let count = entries.prefix { $0.sequence <= acknowledged }.count
        pendingBytes -= entries.prefix(count).reduce(0) { $0 + $1.bytes.count }
        entries.removeFirst(count)
    }

    // MARK: Layout

    private static func header(_ identifier: UInt64, acknowledged: Int64) -> [UInt8] {
        var bytes = magic
        append(version, to: &bytes)
        append(identifier, to: &bytes)
        append(acknowledged, to: &bytes)
        append(Checksum.of(bytes), to: &bytes)
        return bytes
    }

    private static func record(_ kind: UInt32, _ sequence: Int64, _ body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(recordBytes + body.count)
        append(UInt32(truncatingIfNeeded: body.count), to: &bytes)
        append(kind, to: &bytes)
        append(sequence, to: &bytes)
        append(Checksum.of(bytes) ^ Checksum.of(body), to: &bytes)
        append(UInt32(0), to: &bytes)
        bytes.append(contentsOf: body)
        return bytes
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func integer<Value: FixedWidthInteger>(
        _ type: Value.Type, _ bytes: [UInt8], _ offset: Int
    ) -> Value {
        var value: Value = 0
        for index in (0..<MemoryLayout<Value>.size).reversed() {
            value = value << 8 | Value(truncatingIfNeeded: bytes[offset + index])
        }
        return value
    }
}
