import Synchronization
import Timebase

/// The counts of what did not fit, by source, in the ring's header.
///
/// One thread writes (the producer), any may read. Each entry holds its counts twice and a version
/// that says which of the two is valid: a change is written into the other one and then made valid
/// by one store, so that the counts are consistent for readers, and also for those who open the
/// ring after a kill in the midst of it.
///
/// `@unchecked Sendable`: a pointer into a mapping that the ring keeps alive; every word is an
/// atomic. `@safe`: all slots and words are checked or made here.
@safe
@usableFromInline
struct OverflowTable: @unchecked Sendable {
    /// The counts of one source.
    struct Counts {
        var total: Span
        /// What no overflow record has told of yet, or what the one that ends at `toldAt` tells.
        var pending: Span
        /// End of the overflow record that tells of `pending`; 0 while there is none. As long as
        /// this lies beyond the published position, it has not been told.
        var toldAt: UInt64

        func isPending(published: UInt64) -> Bool {
            pending.records != 0 && (toldAt == 0 || toldAt > published)
        }
    }

    /// Records, bytes, and when the first and the last of them came.
    struct Span {
        var records: UInt64 = 0
        var bytes: UInt64 = 0
        var first: UInt64 = 0
        var last: UInt64 = 0

        mutating func add(bytes count: UInt64, stamp: UInt64) {
            if records == 0 { first = stamp }
            last = stamp
            records &+= 1
            bytes &+= count
        }

        func overflow(of source: UInt32) -> RingOverflow {
            RingOverflow(
                source: source, records: records, bytes: bytes,
                firstStamp: Instant(nanoseconds: Int64(bitPattern: first)),
                lastStamp: Instant(nanoseconds: Int64(bitPattern: last)))
        }
    }

    let base: UnsafeMutablePointer<Atomic<UInt64>>

    /// Entries of single sources; the one behind them counts all others together.
    private static let sources = RingLayout.tableSources
    private static let versionWord = 1
    private static let countsWord = 8
    private static let countsWords = 12

    init(header: RingHeader) {
        // The table's words are atomics for as long as the ring lives; see `RingHeader.word`.
        unsafe base = unsafe (header.base + RingLayout.tableOffset).bindMemory(
            to: Atomic<UInt64>.self,
            capacity: (RingLayout.tableSources + 1) * RingLayout.tableEntryWords)
    }

    /// The entry of a source: its own, or nil where it has none. Any thread.
    func find(_ source: UInt32) -> Int? {
        var slot = Self.firstSlot(source)
        for _ in 0..<Self.sources {
            let key = load(slot, 0)
            if key == Self.key(source) { return slot }
            if key == 0 { return nil }
            slot = (slot + 1) % Self.sources
        }
        return nil
    }

    /// As `find`, and takes a free entry where there is none, or the common one where none is free.
    /// Producer only.
    func findOrInsert(_ source: UInt32) -> Int {
        var slot = Self.firstSlot(source)
        for _ in 0..<Self.sources {
            let key = load(slot, 0)
            if key == Self.key(source) { return slot }
            if key == 0 {
                store(Self.key(source), slot, 0)
                return slot
            }
            slot = (slot + 1) % Self.sources
        }
        return Self.sources
    }

    /// Slots from 0 up to the common one, in no order of sources.
    var slots: Range<Int> { 0..<(Self.sources + 1) }

    /// The common entry's slot.
    static var commonSlot: Int { sources }

    /// Whose counts a slot holds; nil while it is free.
    func source(at slot: Int) -> UInt32? {
        if slot == Self.sources { return RingOverflow.otherSources }
        let key = load(slot, 0)
        return key == 0 ? nil : UInt32(truncatingIfNeeded: key)
    }

    /// A consistent copy of an entry. Any thread; retries while the producer changes it.
    func counts(at slot: Int) -> Counts {
        while true {
            let version = load(slot, Self.versionWord)
            let counts = read(slot, version)
            if load(slot, Self.versionWord) == version { return counts }
        }
    }

    /// Changes an entry. Producer only.
    func change(_ slot: Int, _ body: (inout Counts) -> Void) {
        let version = load(slot, Self.versionWord)
        var counts = read(slot, version)
        body(&counts)
        write(counts, slot, version &+ 1)
        store(version &+ 1, slot, Self.versionWord)
    }

    private func read(_ slot: Int, _ version: UInt64) -> Counts {
        let word = Self.countsWord + Int(version & 1) * Self.countsWords
        func value(_ index: Int) -> UInt64 { load(slot, word + index) }
        return Counts(
            total: Span(records: value(0), bytes: value(1), first: value(2), last: value(3)),
            pending: Span(records: value(4), bytes: value(5), first: value(6), last: value(7)),
            toldAt: value(8))
    }

    private func write(_ counts: Counts, _ slot: Int, _ version: UInt64) {
        let word = Self.countsWord + Int(version & 1) * Self.countsWords
        func set(_ index: Int, _ value: UInt64) { store(value, slot, word + index) }
        set(0, counts.total.records)
        set(1, counts.total.bytes)
        set(2, counts.total.first)
        set(3, counts.total.last)
        set(4, counts.pending.records)
        set(5, counts.pending.bytes)
        set(6, counts.pending.first)
        set(7, counts.pending.last)
        set(8, counts.toldAt)
    }

    private static func key(_ source: UInt32) -> UInt64 { UInt64(source) | 1 << 32 }

    private static func firstSlot(_ source: UInt32) -> Int {
        Int((source &* 0x9E37_79B9) >> 24)
    }

    // Slots and words come from this file alone and lie within the table's bounds. Every load
    // acquires and every store releases, so that they are seen in the order in which they were made:
    // a version before the counts that are written over after it. This costs nothing where it matters.
    private func load(_ slot: Int, _ word: Int) -> UInt64 {
        unsafe (base + (slot * RingLayout.tableEntryWords + word)).pointee.load(
            ordering: .acquiring)
    }

    private func store(_ value: UInt64, _ slot: Int, _ word: Int) {
        unsafe (base + (slot * RingLayout.tableEntryWords + word)).pointee.store(
            value, ordering: .releasing)
    }
}
