import CSystemCalls
import Ring
import SystemCalls
import Timebase

/// Attune's own side of `attune-bench ring`: the production ring, with its records' headers and
/// checksums, through its public interface.
struct RingTrial {
    let directory: String
    /// Bytes of each record without the ring's header: a multiple of 8.
    let payload: Int
    /// How a side waits: so many pauses before it looks again.
    let pauses: Int32

    func measure(_ kind: RingCase, count: UInt64) throws -> PinnedPair.Outcome {
        switch kind {
        case .single: try single(count)
        case .batch: try batch(count)
        case .roundTrip: try roundTrip(count)
        }
    }

    /// What both sides should sum up: word `w` of record `n` is `n + w`.
    static func expectedSum(count: UInt64, words: UInt64) -> UInt64 {
        words &* (count &* (count &- 1) / 2) &+ count &* (words &* (words &- 1) / 2)
    }

    /// A ring that holds at least 4096 records, on a file without a name any more.
    private func makeRing() throws -> Ring {
        let path = "\(directory)/bench.ring"
        try FileSystem.remove(path)
        let ring = try Ring.create(
            at: path, capacity: 1 << 19,
            identity: RingIdentity(
                identifier: .random(in: 0...UInt64.max), bootIdentifier: Clocks.bootIdentifier(),
                name: "bench"))
        try ring.remove()
        return ring
    }

    private func single(_ count: UInt64) throws -> PinnedPair.Outcome {
        let ring = try makeRing()
        let (payload, pauses) = (payload, pauses)
        return try PinnedPair.run {
            var writer = ring.makeWriter()
            for number in 0..<count {
                Self.offer(&writer, number, payload, pauses)
                writer.publish()
            }
            return 0
        } consume: {
            var reader = ring.makeReader(from: 0)
            var sum: UInt64 = 0
            for _ in 0..<count { sum &+= Self.take(&reader, ring, pauses) }
            return sum
        }
    }

    private func batch(_ count: UInt64) throws -> PinnedPair.Outcome {
        let ring = try makeRing()
        let (payload, pauses) = (payload, pauses)
        return try PinnedPair.run {
            var writer = ring.makeWriter()
            var number: UInt64 = 0
            while number < count {
                let end = min(number &+ 16, count)
                while number < end {
                    Self.offer(&writer, number, payload, pauses)
                    number &+= 1
                }
                writer.publish()
            }
            return 0
        } consume: {
            var reader = ring.makeReader(from: 0)
            var sum: UInt64 = 0
            var number: UInt64 = 0
            while number < count {
                let end = reader.refresh()
                if reader.position == end { Self.pause(pauses) }
                while reader.position != end, let record = reader.next() {
                    unsafe sum &+= Self.sum(record.bytes)
                    number &+= 1
                }
                ring.release(upTo: reader.position)
            }
            return sum
        }
    }

    private func roundTrip(_ count: UInt64) throws -> PinnedPair.Outcome {
        let there = try makeRing()
        let back = try makeRing()
        let (payload, pauses) = (payload, pauses)
        return try PinnedPair.run {
            var writer = there.makeWriter()
            var reader = back.makeReader(from: 0)
            var sum: UInt64 = 0
            for number in 0..<count {
                Self.offer(&writer, number, payload, pauses)
                writer.publish()
                sum &+= Self.take(&reader, back, pauses)
            }
            return sum
        } consume: {
            var reader = there.makeReader(from: 0)
            var writer = back.makeWriter()
            var sum: UInt64 = 0
            for number in 0..<count {
                sum &+= Self.take(&reader, there, pauses)
                Self.offer(&writer, number, payload, pauses)
                writer.publish()
            }
            return sum
        }
    }

    /// Writes one record right into the ring, as `read(2)` does, and stages it; waits for room where
    /// there is none.
    @inline(__always)
    private static func offer(
        _ writer: inout RingWriter, _ number: UInt64, _ payload: Int, _ pauses: Int32
    ) {
        while true {
            if let room = unsafe writer.reserve(payload, source: 1) {
                unsafe fill(room, number)
                break
            }
            pause(pauses)
        }
        writer.commit(
            kind: 1, source: 1, stamp: Instant(nanoseconds: Int64(truncatingIfNeeded: number)),
            count: payload)
    }

    /// Reads, sums up and releases one record, waiting where there is none.
    @inline(__always)
    private static func take(_ reader: inout RingReader, _ ring: Ring, _ pauses: Int32) -> UInt64 {
        while true {
            if let record = reader.next() { return unsafe sum(record.bytes) }
            ring.release(upTo: reader.position)
            pause(pauses)
        }
    }

    @inline(__always)
    private static func pause(_ pauses: Int32) {
        var number: Int32 = 0
        while number < pauses {
            attune_pause()
            number &+= 1
        }
    }

    // The record's size is a multiple of 8, and it is aligned to 8 on both sides.
    @inline(__always)
    private static func fill(_ record: UnsafeMutableRawBufferPointer, _ number: UInt64) {
        guard let base = record.baseAddress else { return }
        var offset = 0
        while record.count &- offset >= 16 {
            let word = number &+ UInt64(truncatingIfNeeded: offset &>> 3)
            unsafe base.storeBytes(
                of: SIMD2(word, word &+ 1), toByteOffset: offset, as: SIMD2<UInt64>.self)
            offset &+= 16
        }
        if offset < record.count {
            let word = number &+ UInt64(truncatingIfNeeded: offset &>> 3)
            unsafe base.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
    }

    @inline(__always)
    private static func sum(_ record: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = record.baseAddress else { return 0 }
        var sum: UInt64 = 0
        var offset = 0
        while offset < record.count {
            sum &+= unsafe base.load(fromByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        return sum
    }
}
