import SessionStore
import Timebase

/// Consecutive samples of a stream that are exported, with everything that is known of each.
struct SampleSlice {
    var window: SampleWindow
    /// Nanoseconds since the session's start, one a sample, as the following.
    var times: [Int64]
    /// 95% bounds of the times, in nanoseconds; `hasBound` is false where nothing is known.
    var bounds: [Int64]
    var hasBound: [Bool]
    /// When the packet came that brought the sample, since the session's start.
    var arrivals: [Int64]
    var hasArrival: [Bool]

    var count: Int { times.count }
    var firstIndex: Int64 { window.firstIndex }
}

extension SessionExport {
    /// Hands out the samples of a stream that are exported, chunk by chunk.
    func forEachSlice(
        of stream: StreamDescription, _ body: (SampleSlice) throws -> Void
    ) throws {
        let segments = try reader.clockSegments(stream.id)
        for range in try ranges(of: stream.id) {
            try reader.forEachChunk(of: stream.id, from: range.lowerBound) { window in
                let left = range.upperBound - window.firstIndex
                guard left > 0 else { return false }
                let window = window.prefix(Int(clamping: left))
                for column in window.columns where column.count != window.count {
                    throw SessionStoreError(
                        code: .damaged,
                        message:
                            "stream \(stream.name) has a chunk of uneven columns at sample "
                            + "\(window.firstIndex); keep the file and restore a copy")
                }
                try body(slice(window, segments))
                return window.firstIndex + Int64(window.count) < range.upperBound
            }
        }
    }

    private func slice(_ window: SampleWindow, _ segments: [ClockSegment]) -> SampleSlice {
        let count = window.count
        var slice = SampleSlice(
            window: window, times: window.times.map { sinceStart($0) },
            bounds: [Int64](repeating: 0, count: count),
            hasBound: [Bool](repeating: false, count: count),
            arrivals: [Int64](repeating: 0, count: count),
            hasArrival: [Bool](repeating: false, count: count))
        // The last segment that begins at or before the first sample.
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].firstIndex <= window.firstIndex {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var segment = low - 1
        for row in 0..<count {
            let index = window.firstIndex + Int64(row)
            while segment + 1 < segments.count, segments[segment + 1].firstIndex <= index {
                segment += 1
            }
            guard segment >= 0 else { continue }
            slice.bounds[row] = segments[segment].bound
            slice.hasBound[row] = true
        }
        var row = 0
        for packet in window.packets {
            let arrival = sinceStart(packet.arrival)
            let end = min(count, row + packet.count)
            while row < end {
                slice.arrivals[row] = arrival
                slice.hasArrival[row] = true
                row += 1
            }
        }
        return slice
    }
}

extension SampleWindow {
    /// The window's first samples; packets beyond them stay.
    func prefix(_ count: Int) -> SampleWindow {
        guard count < self.count else { return self }
        var window = self
        window.times.removeLast(self.count - count)
        window.columns = columns.map { column in
            switch column {
            case .integers(let values): .integers(Array(values.prefix(count)))
            case .reals(let values): .reals(Array(values.prefix(count)))
            }
        }
        return window
    }
}
