import Link

/// Adds up what streams gave since the daemon began, over sessions that come and go. A pure value.
struct StreamTally {
    /// Streams of the same name and source are one, whatever the session.
    private struct Key: Hashable {
        var source: String
        var stream: String
    }

    /// One of a session's streams.
    private struct Place: Hashable {
        var session: UInt32
        var stream: Int64
    }

    /// Of sessions that have ended.
    private var ended: [Key: StreamTotals] = [:]
    /// What streams had when they were taken up from a daemon before this one.
    private var before: [Place: StationSnapshot.Stream] = [:]
    /// What was told: how much a gap lost may be put right downwards, and whoever counts takes less for a restart.
    private var told: [Key: StreamTotals] = [:]

    /// A session that an earlier daemon began: what it has now is that one's.
    mutating func takeUp(_ session: UInt32, _ streams: [StationSnapshot.Stream]) {
        for stream in streams { before[Place(session: session, stream: stream.id)] = stream }
    }

    /// A session of which nothing more comes.
    mutating func end(_ session: UInt32, _ streams: [StationSnapshot.Stream]) {
        add(session, streams, to: &ended)
        before = before.filter { $0.key.session != session }
    }

    /// Everything so far, by source and stream.
    /// - Parameter sessions: those that have not ended.
    mutating func totals(with sessions: [UInt32: [StationSnapshot.Stream]]) -> [StreamTotals] {
        var sums = ended
        for (session, streams) in sessions { add(session, streams, to: &sums) }
        for (key, sum) in sums { told[key] = sum.atLeast(told[key]) }
        return told.values.sorted { ($0.source, $0.stream) < ($1.source, $1.stream) }
    }

    private func add(
        _ session: UInt32, _ streams: [StationSnapshot.Stream], to sums: inout [Key: StreamTotals]
    ) {
        // A clock of a linked client is no stream that anybody brings, and each page has one of its own.
        for stream in streams where stream.kind != "client" {
            let key = Key(source: stream.source, stream: stream.name)
            var sum =
                sums[key]
                ?? StreamTotals(source: stream.source, stream: stream.name, kind: stream.kind)
            let old = before[Place(session: session, stream: stream.id)]
            sum.samples += stream.samples - (old?.samples ?? 0)
            sum.events += stream.events - (old?.events ?? 0)
            sum.gaps += Int64(stream.gaps - (old?.gaps ?? 0))
            sum.lost += stream.lost - (old?.lost ?? 0)
            sums[key] = sum
        }
    }
}

extension StreamTotals {
    /// No count less than an earlier one.
    fileprivate func atLeast(_ earlier: StreamTotals?) -> StreamTotals {
        guard let earlier else { return self }
        var told = self
        told.samples = max(samples, earlier.samples)
        told.events = max(events, earlier.events)
        told.gaps = max(gaps, earlier.gaps)
        told.lost = max(lost, earlier.lost)
        return told
    }
}
