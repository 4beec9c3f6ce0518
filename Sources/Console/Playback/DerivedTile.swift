import Measures
import SessionStore
import Timebase

/// A derived track for drawing: extremes of each pixel, or its values with their times.
struct DerivedTile {
    let session: PlaybackSession
    let track: PlaybackTrack
    let derivation: SessionDerivation
    let reader: SessionReader

    private var isFinal: Bool { session.tag != nil }

    func pairs(from: Instant, to: Instant, pixels: Int) throws -> [Float] {
        switch track.kind {
        case .tonic, .phasic:
            return try derivation.skin(track, of: session)?.tile(
                reader, track.kind, from: from, to: to, pixels: pixels, isFinal: isFinal)
                ?? [Float](repeating: .nan, count: 2 * pixels)
        case .heartRate, .intervals:
            if track.source == .rate { return try rates(from: from, to: to, pixels: pixels) }
            let series = try derivation.heart(track, of: session).series(reader, isFinal: isFinal)
            var row = PixelRow(from: from, to: to, pixels: pixels)
            for interval in series.intervals[series.firstPlace(endingAfter: from)...] {
                guard interval.start < to else { break }
                let value = Float(value(interval))
                row.add(low: value, high: value, from: interval.start, to: interval.end)
            }
            return row.pairs
        case .signal, .keys: return []
        }
    }

    /// Seconds since the session's start, and values; of intervals the moment of the beat that ends each.
    func samples(from: Instant, to: Instant) throws -> (times: [Double], values: [Float]) {
        let signals = SignalTiles(reader: reader, start: session.start)
        guard let stream = track.stream, let channel = track.channel else { return ([], []) }
        switch track.kind {
        case .tonic, .phasic:
            try signals.refuseMany(stream: stream, from: from, to: to)
            guard
                let found = try derivation.skin(track, of: session)?.samples(
                    reader, track.kind, from: from, to: to)
            else { return ([], []) }
            return (
                found.times.map { $0.seconds(since: session.start) },
                found.values.map { Float($0) }
            )
        case .heartRate, .intervals:
            if track.source == .rate {
                let found = try signals.samples(
                    stream: stream, channel: channel, from: from, to: to)
                return (found.times, found.values.map { $0 > 0 ? $0 : .nan })
            }
            let series = try derivation.heart(track, of: session).series(reader, isFinal: isFinal)
            let part = series.intervals[series.firstPlace(endingAfter: from + -1)...]
                .prefix { $0.end < to }
            return (
                part.map { $0.end.seconds(since: session.start) }, part.map { Float(value($0)) }
            )
        case .signal, .keys: return ([], [])
        }
    }

    private func value(_ interval: HeartRateSeries.Interval) -> Double {
        track.kind == .heartRate ? interval.rate : interval.length * 1e3
    }

    /// A device's own heart rate; 0 says that it has none.
    private func rates(from: Instant, to: Instant, pixels: Int) throws -> [Float] {
        guard let stream = track.stream, let channel = track.channel else { return [] }
        var pairs = try SignalTiles(reader: reader, start: session.start).tile(
            stream: stream, channel: channel, from: from, to: to, pixels: pixels)
        for pixel in 0..<pixels where !(pairs[2 * pixel] > 0) {
            let high = pairs[2 * pixel + 1]
            pairs[2 * pixel] = high > 0 ? high : .nan
            pairs[2 * pixel + 1] = pairs[2 * pixel]
        }
        return pairs
    }
}
