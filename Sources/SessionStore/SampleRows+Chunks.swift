import Timebase

extension SampleRows {
    /// The samples from an index to the end of its chunk; nil where there is no such sample.
    func chunk(
        _ stream: StreamDescription, holding index: Int64
    ) throws(SessionStoreError) -> SampleWindow? {
        let row = try statement(
            """
            SELECT first_index, sample_count, data, packets FROM chunks WHERE stream_id = ?
              AND first_index <= ? ORDER BY first_index DESC LIMIT 1
            """)
        try row.bind(1, stream.id)
        try row.bind(2, max(index, 0))
        defer { row.reset() }
        guard try row.step() else { return nil }
        let first = row.integer(0)
        let count = Int(clamping: row.integer(1))
        let indices = SampleBounds.indices(first: first, count: row.integer(1))
        if let indices, index >= indices.upperBound { return nil }
        guard let indices,
            var columns = unsafe decoder.columns(
                row.blob(2), count: count, channels: stream.channels),
            var packets = unsafe decoder.packets(row.blob(3), count: count)
        else {
            throw .damaged(path, "chunk \(first) of stream \(stream.name) cannot be read")
        }
        let skipped = Int(clamping: max(0, index - first))
        if skipped > 0 {
            columns = columns.map { $0.dropping(skipped) }
            packets = packets.dropping(skipped)
        }
        let start = first + Int64(skipped)
        var times: [Instant] = []
        if try !isStamped(stream) {
            let rest = start...(indices.upperBound - 1)
            times = try timeline(stream.id, rest).times(rest)
        }
        // Without a line, the packets' arrivals are all that is known.
        if times.isEmpty { times = packets.times(count - skipped) }
        return SampleWindow(
            stream: stream.id, channels: stream.channels, firstIndex: start, times: times,
            columns: columns, packets: packets)
    }

    func time(
        of index: Int64, in stream: StreamDescription
    ) throws(SessionStoreError) -> Instant? {
        guard index >= 0, index < (try sampleCount(stream.id)) else { return nil }
        if try isStamped(stream) { return try chunk(stream, holding: index)?.times.first }
        return try timeline(stream.id, index...index).times(index...index).first
    }

    func index(
        atOrAfter time: Instant, in stream: StreamDescription
    ) throws(SessionStoreError) -> Int64? {
        if try isStamped(stream) {
            let row = try statement(
                """
                SELECT first_index FROM chunks WHERE stream_id = ? AND last_arrival_ns >= ?
                  ORDER BY first_index LIMIT 1
                """)
            try row.bind(1, stream.id)
            try row.bind(2, time)
            defer { row.reset() }
            guard try row.step(), let chunk = try chunk(stream, holding: row.integer(0)),
                let place = chunk.times.firstIndex(where: { $0 >= time })
            else { return nil }
            return chunk.firstIndex + Int64(place)
        }
        let distant = Instant(nanoseconds: .max)
        let timeline = try timeline(stream.id, from: time, to: distant)
        return timeline.indices(from: time, to: distant)?.lowerBound
    }
}

extension [SamplePacket] {
    /// The packets without their first samples.
    func dropping(_ count: Int) -> [SamplePacket] {
        var left = count
        var rest: [SamplePacket] = []
        for packet in self {
            let skipped = Swift.min(left, packet.count)
            left -= skipped
            if skipped < packet.count {
                rest.append(
                    SamplePacket(count: packet.count - skipped, arrival: packet.arrival))
            }
        }
        return rest
    }
}
