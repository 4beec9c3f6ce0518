import Timebase

/// What a session file holds of one stream's clock, ready for the estimator.
struct StreamReadings {
    /// The columns that the estimator takes.
    private(set) var clock = ClockReadings(index: [], arrival: [])
    /// Ordinal of the sample that each reading speaks of: the last one of its packet, as a rule.
    private(set) var ordinals: [Int64] = []
    /// Gaps that stay, whatever the estimator finds, in order: exact ones with what the device
    /// itself counted, the others with the count as it was estimated last.
    private(set) var facts: [Gap] = []
    /// Gaps after these ordinals have no count.
    private(set) var uncounted: Set<Int64> = []
    /// The cause that was told for a gap, by the ordinal before it.
    private(set) var causes: [Int64: Gap.Cause] = [:]

    /// Counts of the device as they were recorded, whole turns of its counter included.
    private(set) var counts: [Int64: Int64] = [:]

    var sampleCount: Int64 { (ordinals.last ?? -1) + 1 }

    /// Reads a stream.
    /// - Parameters:
    ///   - gaps: the stream's rows, in order.
    ///   - observations: what its own clock said, by sample, in order.
    init(
        _ stream: StreamDescription, _ samples: SampleRows, gaps: [Gap],
        observations: [(index: Int64, time: Int64)]
    ) throws(SessionStoreError) {
        for gap in gaps {
            causes[gap.afterIndex] = gap.cause
            switch KnownLoss(gap, modulus: stream.counterModulus) {
            case .estimate: continue
            case .exact(let lost):
                var fact = gap
                fact.lost = lost
                fact.lostBound = 0
                facts.append(fact)
                if let modulus = stream.counterModulus,
                    gap.lostBound == 0 || gap.cause == .overflow && gap.lostBound == modulus
                {
                    counts[gap.afterIndex] = gap.lost
                }
            case .uncounted:
                facts.append(gap)
                uncounted.insert(gap.afterIndex)
            }
        }
        var cuts = Cuts(
            facts: facts, restarts: facts.map(\.afterIndex).filter { uncounted.contains($0) },
            observations: observations)
        try samples.forEachPacket(of: stream) { first, packet in
            add(packet, first: first, &cuts)
        }
    }

    /// How far each list is used up.
    private struct Cuts {
        let facts: [Gap]
        let restarts: [Int64]
        let observations: [(index: Int64, time: Int64)]
        var fact = 0
        var restart = 0
        var observation = 0
        /// Lost before the current sample.
        var lost: Int64 = 0
    }

    private mutating func add(_ packet: SamplePacket, first: Int64, _ cuts: inout Cuts) {
        let last = first + Int64(packet.count) - 1
        var next = first
        while next <= last {
            // A reading ends where the device told its time, and before a break or a restart, even within
            // a packet.
            var end = last
            while cuts.fact < cuts.facts.count, cuts.facts[cuts.fact].afterIndex < next {
                // What no counter told does not move the index: the restart says it all.
                let fact = cuts.facts[cuts.fact]
                if !uncounted.contains(fact.afterIndex), fact.afterIndex >= 0 {
                    cuts.lost = cuts.lost &+ fact.lost
                    clock.breaks.append(ordinals.count)
                }
                cuts.fact += 1
            }
            if cuts.fact < cuts.facts.count { end = min(end, cuts.facts[cuts.fact].afterIndex) }
            while cuts.restart < cuts.restarts.count, cuts.restarts[cuts.restart] < next - 1 {
                cuts.restart += 1
            }
            if cuts.restart < cuts.restarts.count, cuts.restarts[cuts.restart] == next - 1 {
                if !ordinals.isEmpty { clock.restarts.append(ordinals.count) }
                cuts.restart += 1
            }
            if cuts.restart < cuts.restarts.count { end = min(end, cuts.restarts[cuts.restart]) }
            while cuts.observation < cuts.observations.count,
                cuts.observations[cuts.observation].index < next
            {
                cuts.observation += 1
            }
            var device = ClockReadings.none
            if cuts.observation < cuts.observations.count {
                let observed = cuts.observations[cuts.observation]
                if observed.index <= end {
                    end = observed.index
                    device = observed.time
                }
            }
            ordinals.append(end)
            clock.index.append(end &+ cuts.lost)
            clock.arrival.append(packet.arrival.nanoseconds)
            if !cuts.observations.isEmpty { clock.device.append(device) }
            next = end + 1
        }
    }
}

extension SampleRows {
    /// Hands out a stream's packets in order, with the ordinal of each one's first sample.
    func forEachPacket(
        of stream: StreamDescription, _ body: (Int64, SamplePacket) -> Void
    ) throws(SessionStoreError) {
        let row = try statement(
            "SELECT first_index, sample_count, packets FROM chunks WHERE stream_id = ?"
                + " ORDER BY first_index")
        try row.bind(1, stream.id)
        defer { row.reset() }
        var next: Int64 = 0
        while try row.step() {
            guard
                let indices = SampleBounds.indices(first: row.integer(0), count: row.integer(1)),
                indices.lowerBound == next,
                let packets = unsafe decoder.packets(row.blob(2), count: indices.count)
            else {
                throw .damaged(
                    path,
                    "chunk \(row.integer(0)) of stream \(stream.name) cannot be read, or the one "
                        + "before it is missing")
            }
            for packet in packets {
                body(next, packet)
                next += Int64(packet.count)
            }
        }
    }
}
