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
            var isTooMuch = false
            try forEachStampedChunk(
                stream, from: from, to: to, channel: channel
            ) { first, times, columns in
                // Stamps of one stream never go back, so that the window is one stretch.
                let start = times.firstIndex { $0 >= from } ?? times.count
                let end = times.lastIndex { $0 < to }.map { $0 + 1 } ?? 0
                guard start < end, !isTooMuch else { return }
                isTooMuch = !SampleBounds.holds(
                    count: window.times.count + end - start, channels: channels.count)
                if isTooMuch { return }
                if isFirst { window.firstIndex = first + Int64(start) }
                isFirst = false
                window.times.append(contentsOf: times[start..<end])
                for channel in columns.indices {
                    window.columns[channel].append(columns[channel][start..<end])
                }
            }
            if isTooMuch { throw tooMuch(stream) }
            return window
        }
        let timeline = try timeline(stream.id, from: from, to: to)
        guard let indices = timeline.indices(from: from, to: to) else { return window }
        guard SampleBounds.holds(count: indices.count, channels: channels.count) else {
            throw tooMuch(stream)
        }
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

    private func tooMuch(_ stream: StreamDescription) -> SessionStoreError {
        SessionStoreError(
            code: .invalidInput,
            message:
                "\(path) has more samples of stream \(stream.name) in this stretch of time than are "
                + "read at once (\(SampleBounds.values) values); take a shorter one")
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
        let segments = try timeline(stream.id, from: from, to: to).segments
        for stretch in OverviewStretch.all(of: segments, from: from, to: to) {
            // A bucket is at most half a pixel, so that no extreme is drawn a whole pixel off.
            let samplesPerPixel = overview.width / max(stretch.longestPeriod, 1)
            var level = PyramidBuilder.levels
            while level > 0,
                Double(2 * PyramidBuilder.bucketSamples(level)) > samplesPerPixel
            {
                level -= 1
            }
            try add(
                stream, channel, stretch, stretch.indices, level: level, to: &overview, &cached)
        }
        return overview
    }

    /// Adds a range of samples of a stretch by buckets of a level; what its buckets do not cover
    /// (the ends, and the newest samples of a recording) comes from the level below.
    private func add(
        _ stream: StreamDescription, _ channel: Int, _ stretch: OverviewStretch,
        _ indices: ClosedRange<Int64>, level: Int, to overview: inout Overview,
        _ cached: inout (first: Int64, column: SampleColumn)?
    ) throws(SessionStoreError) {
        guard level > 0 else {
            return try addSamples(stream, channel, stretch, indices, to: &overview, &cached)
        }
        let size = PyramidBuilder.bucketSamples(level)
        let start = (indices.lowerBound + size - 1) / size
        let end = (indices.upperBound + 1) / size
        guard start < end else {
            return try add(
                stream, channel, stretch, indices, level: level - 1, to: &overview, &cached)
        }
        if indices.lowerBound < start * size {
            try add(
                stream, channel, stretch, indices.lowerBound...(start * size - 1),
                level: level - 1, to: &overview, &cached)
        }
        var apart: [Int64] = []
        let covered = try addBuckets(
            stream.id, channel, stretch, start..<end, level: level, to: &overview, &apart)
        for bucket in apart {
            try add(
                stream, channel, stretch, bucket * size...bucket * size + size - 1,
                level: level - 1, to: &overview, &cached)
        }
        if covered * size <= indices.upperBound {
            try add(
                stream, channel, stretch, (covered * size)...indices.upperBound,
                level: level - 1, to: &overview, &cached)
        }
    }

    /// - Parameter apart: takes the buckets whose samples are too far apart for one pixel, because a gap or a
    ///   step of the clock lies between them; they are not added.
    /// - Returns: the first bucket that was not looked at.
    private func addBuckets(
        _ stream: Int64, _ channel: Int, _ stretch: OverviewStretch, _ buckets: Range<Int64>,
        level: Int, to overview: inout Overview, _ apart: inout [Int64]
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
        var place = stretch.place(of: next * size)
        while try row.step() {
            let values = PyramidBlob.values(row)
            guard
                let stored = SampleBounds.buckets(
                    first: row.integer(0), count: values.count / 2)
            else { break }
            let end = min(stored.upperBound, buckets.upperBound)
            guard stored.lowerBound <= next, end > next else { break }
            for bucket in next..<end {
                let first = bucket * size
                while stretch.segments[place].lastIndex < first { place += 1 }
                let (span, isOneLine) = stretch.span(
                    of: first...first + size - 1, from: place, since: overview.from)
                guard isOneLine || span.upperBound - span.lowerBound <= 0.75 * overview.width
                else {
                    apart.append(bucket)
                    continue
                }
                let value = 2 * Int(bucket - stored.lowerBound)
                overview.add(
                    values[value], values[value + 1], at: (span.lowerBound + span.upperBound) / 2)
            }
            next = end
        }
        return next
    }

    private func addSamples(
        _ stream: StreamDescription, _ channel: Int, _ stretch: OverviewStretch,
        _ indices: ClosedRange<Int64>, to overview: inout Overview,
        _ cached: inout (first: Int64, column: SampleColumn)?
    ) throws(SessionStoreError) {
        func add(_ first: Int64, _ column: SampleColumn) {
            let start = max(indices.lowerBound, first)
            let end = min(indices.upperBound, first + Int64(column.count) - 1)
            guard start <= end else { return }
            var place = stretch.place(of: start)
            for index in start...end {
                while stretch.segments[place].lastIndex < index { place += 1 }
                let value = Float(column.value(Int(index - first)))
                overview.add(
                    value, value,
                    at: stretch.time(of: index, in: place, since: overview.from).rounded())
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
