import Measures
import SessionStore
import Timebase

/// Windows of signals for plotting, down-sampled to columns.
///
/// Columns lie on a grid that starts at the clock's origin, so that a moving plot shows the same
/// values at each step and only the new columns are read. Keeps a bounded number of blocks of
/// columns. Belongs to one thread.
public final class SignalWindows {
    private static let blockColumns: Int64 = 64
    private static let largestCache = 512

    private var blocks: [SignalBlockKey: SignalWindow] = [:]
    /// Blocks in the order in which they came in.
    private var order: [SignalBlockKey] = []
    private var beats: [Int64: [Int64: HeartbeatTile]] = [:]

    public init() {}

    /// Forgets everything from a moment on: for a recording that grows.
    public func forget(from time: Instant) {
        // A second earlier as well, since the newest times of a recording are still being fitted.
        let time = time + -1_000_000_000
        order.removeAll { key in
            guard Self.end(of: key) + key.track.joining > time else { return false }
            blocks[key] = nil
            return true
        }
        for channel in beats.keys {
            beats[channel] = beats[channel]?.filter { $0.value.end <= time }
        }
    }

    /// The window of `columns` columns whose first holds a moment.
    /// - Parameter columnWidth: nanoseconds, at least 1.
    public func window(
        _ track: SignalTrack, in timeline: SessionTimeline, holding time: Instant,
        columnWidth: Int64, columns: Int
    ) throws(SessionStoreError) -> SignalWindow {
        let width = max(1, columnWidth)
        let first = Self.floor(time.nanoseconds, width)
        var window = SignalWindow(
            from: Instant(nanoseconds: first * width), columnWidth: width, columns: 0)
        var next = first
        let end = first + Int64(max(0, columns))
        while next < end {
            let number = Self.floor(next, Self.blockColumns)
            let blockStart = number * Self.blockColumns
            let block = try block(
                SignalBlockKey(track: track, columnWidth: width, block: number), timeline)
            let stop = min(end, blockStart + Self.blockColumns)
            window.append(block, Int(next - blockStart)..<Int(stop - blockStart))
            next = stop
        }
        return window
    }

    private func block(
        _ key: SignalBlockKey, _ timeline: SessionTimeline
    ) throws(SessionStoreError) -> SignalWindow {
        if let known = blocks[key] { return known }
        let loaded = try load(key, timeline)
        if order.count >= Self.largestCache {
            for old in order.prefix(Self.largestCache / 4) { blocks[old] = nil }
            order.removeFirst(Self.largestCache / 4)
        }
        blocks[key] = loaded
        order.append(key)
        return loaded
    }

    private func load(
        _ key: SignalBlockKey, _ timeline: SessionTimeline
    ) throws(SessionStoreError) -> SignalWindow {
        let track = key.track
        // Samples beyond both ends tell whether the columns at the ends belong to a line.
        let more = min(track.joining / key.columnWidth + 1, 512)
        let first = key.block * Self.blockColumns - more
        let count = Int(Self.blockColumns + 2 * more)
        let from = Instant(nanoseconds: first * key.columnWidth)
        var window = SignalWindow(from: from, columnWidth: key.columnWidth, columns: count)
        let to = from + Int64(count) * key.columnWidth
        guard to > timeline.range.lowerBound, from <= timeline.range.upperBound else {
            return window.columns(Int(more)..<Int(more + Self.blockColumns))
        }
        if track.source == .peaks {
            try addHeartRate(track, timeline, to: &window)
        } else {
            try addValues(track, timeline, to: &window)
        }
        for gap in timeline.gaps where gap.stream == track.stream { window.mark(gap.gap) }
        window.join(limit: track.joining)
        return window.columns(Int(more)..<Int(more + Self.blockColumns))
    }

    private func addValues(
        _ track: SignalTrack, _ timeline: SessionTimeline, to window: inout SignalWindow
    ) throws(SessionStoreError) {
        let to = window.from + Int64(window.count) * window.columnWidth
        let overview = try timeline.reader.overview(
            track.stream, channel: track.channel, from: window.from, to: to, pixels: window.count)
        for column in 0..<window.count where !overview.minimum[column].isNaN {
            let one = physical(overview.channel, Double(overview.minimum[column]), track)
            let other = physical(overview.channel, Double(overview.maximum[column]), track)
            guard one.isFinite, other.isFinite else { continue }
            window.minimum[column] = min(one, other)
            window.maximum[column] = max(one, other)
        }
    }

    private func physical(
        _ channel: ChannelDescription, _ raw: Double, _ track: SignalTrack
    ) -> Double {
        let value = channel.physical(raw)
        guard case .intervals(let scale) = track.source else { return value }
        // Zero means in such streams that there was no beat.
        return value > 0 ? 60 / (value * scale) : .nan
    }

    private func addHeartRate(
        _ track: SignalTrack, _ timeline: SessionTimeline, to window: inout SignalWindow
    ) throws(SessionStoreError) {
        let to = window.from + Int64(window.count) * window.columnWidth
        let reach = HeartbeatTile.longestInterval
        let first = Self.floor((window.from + -reach).nanoseconds, HeartbeatTile.length)
        let last = Self.floor((to + reach).nanoseconds, HeartbeatTile.length)
        var peaks: [Instant] = []
        for number in first...last { peaks += try tile(number, track, timeline).peaks }
        let gaps = timeline.gaps.filter { $0.stream == track.stream }.map(\.gap)
        for interval in HeartbeatIntervals.plausible(peaks, gaps: gaps) {
            window.hold(
                60e9 / Double(interval.end - interval.start), from: interval.start, to: interval.end
            )
        }
    }

    private func tile(
        _ number: Int64, _ track: SignalTrack, _ timeline: SessionTimeline
    ) throws(SessionStoreError) -> HeartbeatTile {
        let channel = track.stream << 16 | Int64(track.channel)
        if let known = beats[channel]?[number] { return known }
        var tile = HeartbeatTile(number: number)
        let from = tile.start + -HeartbeatTile.margin
        let to = tile.end + HeartbeatTile.margin
        if to > timeline.range.lowerBound, from <= timeline.range.upperBound {
            let window = try timeline.reader.window(track.stream, from: from, to: to)
            tile.find(in: window.physical(track.channel), times: window.times)
        }
        if (beats[channel]?.count ?? 0) > 256 { beats[channel] = [:] }
        beats[channel, default: [:]][number] = tile
        return tile
    }

    private static func end(of key: SignalBlockKey) -> Instant {
        Instant(nanoseconds: (key.block + 1) * blockColumns * key.columnWidth)
    }

    private static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }
}
