import SessionStore
import Timebase

extension TapSource {
    /// What can be tapped in a session's file.
    public static func choices(
        _ reader: SessionReader
    ) throws(SessionStoreError) -> (streams: [Stream], clients: [String]) {
        let streams = try reader.streams().map {
            Stream(name: $0.name, isKeys: $0.kind == "keys", channels: $0.channels.map(\.name))
        }
        let clients = Set(try reader.draftEdits().compactMap(\.client)).sorted()
        return (streams, clients)
    }
}

extension TapSeries {
    /// Reads the taps of a source from a session's file.
    /// - Parameters:
    ///   - typing: whether only keys that change a draft are meant.
    ///   - expected: how many taps there should be, where that is known.
    public init(
        _ source: TapSource, _ reader: SessionReader, from: Instant, to: Instant, typing: Bool,
        expected: Int?
    ) throws(SessionStoreError) {
        switch source {
        case .keys(let name):
            let stream = try Self.stream(name, reader)
            let keys = try reader.keystrokes(stream.id, from: from, to: to)
            self.init(
                name: source.name,
                taps: keys.filter { !typing || TapSource.typingClasses.contains($0.keyClass) }.map {
                    Tap(time: $0.pressed, bound: $0.bound)
                })
        case .edits(let client):
            let edits = try reader.draftEdits()
            self.init(
                name: source.name,
                taps: edits.filter { $0.client == client && $0.time >= from && $0.time < to }.map {
                    Tap(time: $0.time, bound: $0.bound)
                })
        case .channel(let name, let channel):
            let stream = try Self.stream(name, reader)
            let window = try reader.window(stream.id, from: from, to: to)
            let place = stream.channels.firstIndex { $0.name == channel } ?? 0
            let description = stream.channels[place]
            // With its formula, which may bend a line.
            let values: [Double] =
                switch window.columns[place] {
                case .integers(let raw): raw.map { description.physical(Double($0)) }
                case .reals(let raw): raw.map { description.physical($0) }
                }
            let segments = try reader.clockSegments(stream.id)
            var segment = 0
            let bounds = window.times.indices.map { (sample: Int) -> Int64 in
                let index = window.firstIndex + Int64(sample)
                while segment + 1 < segments.count, segments[segment + 1].firstIndex <= index {
                    segment += 1
                }
                return segments.isEmpty ? stream.delayUncertainty : segments[segment].bound
            }
            self.init(
                name: source.name, times: window.times, values: values, bounds: bounds,
                expected: expected)
        }
    }

    private static func stream(
        _ name: String, _ reader: SessionReader
    ) throws(SessionStoreError) -> StreamDescription {
        guard let stream = try reader.streams().first(where: { $0.name == name }) else {
            throw SessionStoreError(
                code: .invalidInput, message: "\(reader.path) has no stream \(name)")
        }
        return stream
    }
}
