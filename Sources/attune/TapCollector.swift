import Export
import Link
import Reports
import Timebase

/// Collects the taps of two sources out of a live subscription.
struct TapCollector {
    /// What came of one source.
    private struct Feed {
        let source: TapSource
        var taps: [TapSeries.Tap] = []
        var times: [Instant] = []
        var values: [Double] = []
        var bounds: [Int64] = []

        /// The samples of more than this are not kept: ten minutes at 1000 Hz.
        static let capacity = 600_000
    }

    private var first: Feed
    private var second: Feed
    private let count: Int
    private let window: Int64
    /// The newest time of anything.
    private var newest = Instant(nanoseconds: .min)
    private var told = 0
    private(set) var firstTaps: TapSeries
    private(set) var secondTaps: TapSeries
    /// Pieces that the daemon dropped because this program was slow.
    private(set) var missed = 0
    /// Whether all taps were seen, and nothing more can come to them.
    private(set) var isComplete = false

    init(first: TapSource, second: TapSource, count: Int, window: Int64) {
        self.first = Feed(source: first)
        self.second = Feed(source: second)
        self.count = count
        self.window = window
        firstTaps = TapSeries(name: first.name, taps: [])
        secondTaps = TapSeries(name: second.name, taps: [])
    }

    mutating func take(_ item: StreamItem) {
        missed += item.missed
        Self.take(item, into: &first, typing: second.source.isEdits)
        Self.take(item, into: &second, typing: first.source.isEdits)
        newest = max(newest, Instant(nanoseconds: item.timeNs))
    }

    private static func take(_ item: StreamItem, into feed: inout Feed, typing: Bool) {
        let time = Instant(nanoseconds: item.timeNs)
        switch feed.source {
        case .keys(let name):
            guard item.stream == name, item.event?["action"]?.string == "press",
                !typing || TapSource.changesDrafts(item.event?["class"]?.string ?? "")
            else { return }
            feed.taps.append(TapSeries.Tap(time: time, bound: item.boundNs))
        case .edits(let client):
            guard item.event?["kind"]?.string == "draft_edit",
                item.event?["client"]?.string == client
            else { return }
            feed.taps.append(TapSeries.Tap(time: time, bound: item.boundNs))
        case .channel(let name, let channel):
            guard item.stream == name, item.kind == .samples,
                let place = item.channels.firstIndex(of: channel),
                let values = Base64.decodeDoubles(item.values)
            else { return }
            let width = item.channels.count
            for sample in 0..<min(item.count, values.count / width) {
                let own = time + Int64(clamping: (Double(sample) * item.periodNs).rounded())
                // A refined clock may step back by less than a sample; onsets want ascending times.
                if let last = feed.times.last, own <= last { continue }
                feed.times.append(own)
                feed.values.append(values[sample * width + place])
                feed.bounds.append(item.boundNs)
            }
            let excess = feed.times.count - Feed.capacity
            if excess > Feed.capacity / 10 {
                feed.times.removeFirst(excess)
                feed.values.removeFirst(excess)
                feed.bounds.removeFirst(excess)
            }
        }
    }

    /// Looks for taps in what has come.
    /// - Parameter isLast: whether nothing more will come.
    /// - Returns: a line for each pair that is new.
    mutating func look(isLast: Bool = false) -> [String] {
        firstTaps = series(first)
        secondTaps = series(second)
        // A tap that just came may still get a partner, or a second one.
        let settled = newest + -(window + 500_000_000)
        let pairing = TapPairing(
            firstTaps.taps.map(\.time), secondTaps.taps.map(\.time), window: window)
        let pairs = pairing.pairs.filter { isLast || firstTaps.taps[$0.first].time < settled }
        isComplete = pairs.count >= count
        let lines = pairs.enumerated().dropFirst(told).map { place, pair in
            let lag = secondTaps.taps[pair.second].time - firstTaps.taps[pair.first].time
            return "\(place + 1) of \(count): \(ReadableNumber.decimal(Double(lag) / 1e6, 1)) ms"
        }
        told = max(told, pairs.count)
        return Array(lines)
    }

    private func series(_ feed: Feed) -> TapSeries {
        if case .channel = feed.source {
            return TapSeries(
                name: feed.source.name, times: feed.times, values: feed.values,
                bounds: feed.bounds, expected: count)
        }
        return TapSeries(name: feed.source.name, taps: feed.taps)
    }
}
