import Timebase

extension SampleRows {
    /// The samples of `from..<to`, of all channels or of one.
    func window(
        _ stream: StreamDescription, from: Instant, to: Instant, channel: Int? = nil
    ) throws(SessionStoreError) -> SampleWindow {
        let channels = channel.map { [stream.channels[$0]] } ?? stream.channels
        var window = SampleWindow(
            stream: stream.id, channels: channels, firstIndex: 0, times: [],
            columns: channels.map { SampleColumn($0.storage) }, packets: [])
        if try isStamped(stream) {
            var isFirst = true
            try forEachStampedChunk(
                stream, from: from, to: to, channel: channel
            ) { first, times, columns in
                // Stamps of one stream never go back, so that the window is one stretch.
                let start = times.firstIndex { $0 >= from } ?? times.count
                let end = times.lastIndex { $0 < to }.map { $0 + 1 } ?? 0
                guard start < end else { return }
                if isFirst { window.firstIndex = first + Int64(start) }
                isFirst = false
                window.times.append(contentsOf: times[start..<end])
                for channel in columns.indices {
                    window.columns[channel].append(columns[channel][start..<end])
                }
            }
            return window
        }
        let timeline = try timeline(stream.id, from: from, to: to)
        guard let indices = timeline.indices(from: from, to: to) else { return window }
        window.firstIndex = indices.lowerBound
        try forEachChunk(stream, indices, channel: channel) { chunk, columns in
            let part = chunk.clamped(to: indices.lowerBound..<indices.upperBound + 1)
            guard let first = part.first, let last = part.last else { return }
            // Times by what is there, so that a damaged index cannot ask for all of the memory.
            window.times.append(contentsOf: timeline.times(first...last))
            let start = Int(first - chunk.lowerBound)
            for channel in columns.indices {
                window.columns[channel].append(columns[channel][start..<start + part.count])
            }
        }
        return window
    }

    /// Minimum and maximum of a channel for each pixel.
    func overview(
        _ stream: StreamDescription, channel: Int, from: Instant, to: Instant, pixels: Int
    ) throws(SessionStoreError) -> Overview {
        var overview = Overview(
            from: from, to: to, channel: stream.channels[channel], pixels: pixels)
        if try isStamped(stream) {
            try forEachStampedChunk(
                stream, from: from, to: to, channel: channel
            ) { _, times, columns in
                for (index, time) in times.enumerated() where time >= from && time < to {
                    let value = Float(columns[0].value(index))
                    overview.add(value, value, at: Double(time - from))
                }
            }
            return overview
        }
        var cached: (first: Int64, column: SampleColumn)?
        for segment in try timeline(stream.id, from: from, to: to).segments {
            guard let indices = StreamTimeline.indices(of: segment, from: from, to: to)
            else { continue }
            // A bucket is at most half a pixel, so that no extreme is drawn a whole pixel off.
            let samplesPerPixel = overview.width / max(segment.period, 1)
            var level = PyramidBuilder.levels
            while level > 0,
                Double(2 * PyramidBuilder.bucketSamples(level)) > samplesPerPixel
            {
                level -= 1
            }
            try add(
                stream, channel, segment, indices, level: level, to: &overview, &cached)
        }
        return overview
    }

    /// Adds a range of samples of one segment by buckets of a level; what its buckets do not cover
    /// (the ends, and the newest samples of a recording) comes from the level below.
    private func add(
        _ stream: StreamDescription, _ channel: Int, _ segment: ClockSegment,
        _ indices: ClosedRange<Int64>, level: Int, to overview: inout Overview,
        _ cached: inout (first: Int64, column: SampleColumn)?
    ) throws(SessionStoreError) {
        guard level > 0 else {
            return try addSamples(stream, channel, segment, indices, to: &overview, &cached)
        }
        let size = PyramidBuilder.bucketSamples(level)
        let start = (indices.lowerBound + size - 1) / size
        let end = (indices.upperBound + 1) / size
        guard start < end else {
            return try add(
                stream, channel, segment, indices, level: level - 1, to: &overview, &cached)
        }
        if indices.lowerBound < start * size {
            try add(
                stream, channel, segment, indices.lowerBound...(start * size - 1),
                level: level - 1, to: &overview, &cached)
        }
        let covered = try addBuckets(
            stream.id, channel, segment, start..<end, level: level, to: &overview)
        if covered * size <= indices.upperBound {
            try add(
                stream, channel, segment, (covered * size)...indices.upperBound,
                level: level - 1, to: &overview, &cached)
        }
    }

    /// - Returns: the first bucket that was not added.
    private func addBuckets(
        _ stream: Int64, _ channel: Int, _ segment: ClockSegment, _ buckets: Range<Int64>,
        level: Int, to overview: inout Overview
    ) throws(SessionStoreError) -> Int64 {
        let row = try statement(
            """
            SELECT first_bucket, bucket_count, data FROM pyramid WHERE stream_id = ?1
              AND channel = ?2 AND level = ?3 AND first_bucket < ?5
              AND first_bucket >= coalesce((SELECT max(first_bucket) FROM pyramid WHERE
                stream_id = ?1 AND channel = ?2 AND level = ?3 AND first_bucket <= ?4), ?4)
              ORDER BY first_bucket
            """)
        try row.bind(1, stream)
        try row.bind(2, Int64(channel))
        try row.bind(3, Int64(level))
        try row.bind(4, buckets.lowerBound)
        try row.bind(5, buckets.upperBound)
        defer { row.reset() }
        var next = buckets.lowerBound
        let size = PyramidBuilder.bucketSamples(level)
        let origin = Double(segment.origin - overview.from)
        let middle = Double(size - 1) / 2
        while try row.step() {
            let values = PyramidBlob.values(row)
            guard
                let stored = SampleBounds.buckets(
                    first: row.integer(0), count: values.count / 2)
            else { break }
            let end = min(stored.upperBound, buckets.upperBound)
            guard stored.lowerBound <= next, end > next else { break }
            for bucket in next..<end {
                let place = 2 * Int(bucket - stored.lowerBound)
                let index = Double(bucket * size - segment.firstIndex) + middle
                overview.add(
                    values[place], values[place + 1], at: origin + index * segment.period)
            }
            next = end
        }
        return next
    }

    private func addSamples(
        _ stream: StreamDescription, _ channel: Int, _ segment: ClockSegment,
        _ indices: ClosedRange<Int64>, to overview: inout Overview,
        _ cached: inout (first: Int64, column: SampleColumn)?
    ) throws(SessionStoreError) {
        let origin = Double(segment.origin - overview.from)
        func add(_ first: Int64, _ column: SampleColumn) {
            let start = max(indices.lowerBound, first)
            let end = min(indices.upperBound, first + Int64(column.count) - 1)
            guard start <= end else { return }
            for index in start...end {
                let value = Float(column.value(Int(index - first)))
                overview.add(
                    value, value,
                    at: (origin + Double(index - segment.firstIndex) * segment.period).rounded())
            }
        }
        // Ends of neighbouring stretches often lie in the same chunk.
        if let cached, cached.first <= indices.lowerBound,
            indices.upperBound < cached.first + Int64(cached.column.count)
        {
            return add(cached.first, cached.column)
        }
        var last: (first: Int64, column: SampleColumn)?
        try forEachChunk(stream, indices, channel: channel) { chunk, columns in
            add(chunk.lowerBound, columns[0])
            last = (chunk.lowerBound, columns[0])
        }
        cached = last
    }
}
