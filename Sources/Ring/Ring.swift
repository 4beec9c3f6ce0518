import CSystemCalls
import Glibc
import Synchronization
import SystemCalls

/// The way of records from one producing thread to one consuming thread, through a file in memory
/// that outlives both: lock-free and wait-free, of any length, each with a checksum.
///
/// A third party may release what was read, when it is stored: reading does not give room back,
/// `release(upTo:)` does. Positions count bytes since the ring was created and never repeat.
/// The file's layout, with reasons: Protocols/formats/ring.md.
///
/// Shared by threads: everything here may be called from any, apart from what is said otherwise.
public final class Ring: Sendable {
    /// Whose ring it is.
    public let identity: RingIdentity
    /// Bytes of its data area; a power of two.
    public let capacity: Int
    /// The file.
    public let path: String

    let mapping: RingMapping
    let header: RingHeader
    let overflowTable: OverflowTable
    private let hasWriter = Atomic<Bool>(false)
    private let hasReader = Atomic<Bool>(false)

    init(path: String, mapping: RingMapping) {
        self.path = path
        self.mapping = mapping
        header = unsafe RingHeader(base: mapping.header)
        overflowTable = OverflowTable(header: header)
        identity = header.identity
        capacity = mapping.capacity
    }

    /// Everything before this position may be read.
    public var published: UInt64 { unsafe header.published.pointee.load(ordering: .acquiring) }

    /// Everything before this position may be written over.
    public var released: UInt64 { unsafe header.released.pointee.load(ordering: .acquiring) }

    /// Gives the room of everything before a position back to the writer: the caller has stored it
    /// for good. One thread at a time; a position that was released already, or that was not
    /// published yet, changes nothing.
    public func release(upTo position: UInt64) {
        let released = unsafe header.released.pointee.load(ordering: .relaxed)
        guard position > released, position &- released <= UInt64(capacity) else { return }
        // Releasing: what was read from there has been read before it is written over.
        unsafe header.released.pointee.store(position, ordering: .releasing)
    }

    /// The producing end. There is one at a time; it goes on behind what is published.
    public func makeWriter() -> RingWriter {
        precondition(
            !hasWriter.exchange(true, ordering: .acquiringAndReleasing),
            "A ring has one writer at a time.")
        return RingWriter(ring: self)
    }

    /// The consuming end. There is one at a time.
    /// - Parameter position: where to begin; usually `RingRecovery.start`, or `released`. Moved
    ///   into what is between released and published.
    public func makeReader(from position: UInt64) -> RingReader {
        precondition(
            !hasReader.exchange(true, ordering: .acquiringAndReleasing),
            "A ring has one reader at a time.")
        return RingReader(
            ring: self, from: min(max(position, released), published), holdsRole: true)
    }

    func giveBackWriter() { hasWriter.store(false, ordering: .releasing) }
    func giveBackReader() { hasReader.store(false, ordering: .releasing) }

    /// What did not fit since the ring was created, by source, in order of the sources' numbers.
    /// The last one may stand for all sources beyond the first 256 that overflowed
    /// (`RingOverflow.isCatchAll`).
    public func overflows() -> [RingOverflow] {
        overflows { _ in
            true
        } _: {
            $0.total
        }
    }

    /// What did not fit and of which no overflow record is published yet.
    public func untoldOverflows() -> [RingOverflow] { untoldOverflows(before: published) }

    /// What did not fit and of which no overflow record stands before a position. Any thread.
    public func untoldOverflows(before position: UInt64) -> [RingOverflow] {
        overflows {
            $0.isPending(published: position)
        } _: {
            $0.pending
        }
    }

    private func overflows(
        where isWanted: (OverflowTable.Counts) -> Bool,
        _ span: (OverflowTable.Counts) -> OverflowTable.Span
    ) -> [RingOverflow] {
        var found: [RingOverflow] = []
        for slot in overflowTable.slots {
            guard let source = overflowTable.source(at: slot) else { continue }
            let counts = overflowTable.counts(at: slot)
            guard isWanted(counts), span(counts).records != 0 else { continue }
            found.append(span(counts).overflow(of: source))
        }
        return found.sorted { $0.source < $1.source }
    }

    /// Removes the file. The ring itself works on until its last reference goes.
    public func remove() throws(RingError) {
        do throws(SystemError) {
            try FileSystem.remove(path)
        } catch {
            throw RingError(
                .system, "The ring \(path) cannot be removed: check the rights of its directory.",
                cause: error)
        }
    }
}
