import Link
import SessionStore
import Timebase

/// A session's streams and how well their times are known.
struct ManifestStreams {
    private(set) var streams: [JSONValue] = []
    private(set) var bounds: [JSONValue] = []
    /// Of a stream that has more segments of its clock, neighbours are told together.
    private static let mostBounds = 2000

    init(
        session: PlaybackSession, reader: SessionReader, gaps: [StreamGap],
        _ range: inout ManifestRange
    ) throws {
        var lost: [Int64: Int64] = [:]
        for gap in gaps { lost[gap.stream, default: 0] += max(0, gap.gap.lost) }
        for stream in session.streams {
            var samples: Int64 = 0
            if !stream.channels.isEmpty {
                samples = try reader.sampleCount(of: stream.id)
                if let times = try reader.timeRange(of: stream.id) {
                    range.include(times.first)
                    range.include(times.last)
                }
                addBounds(stream, try reader.clockSegments(stream.id), session.start)
            }
            streams.append([
                "id": .integer(stream.id), "name": .string(stream.name),
                "kind": .string(stream.kind), "source": .string(stream.source),
                "nominal_rate_hz": stream.nominalRate.map { .real($0) } ?? .null,
                "clock_kind": .string(stream.clock.rawValue), "samples": .integer(samples),
                "lost": .integer(lost[stream.id] ?? 0),
                "channels": .array(stream.channels.enumerated().map(Self.channel)),
            ])
        }
    }

    private static func channel(_ place: Int, _ channel: ChannelDescription) -> JSONValue {
        [
            "position": .integer(Int64(place)), "name": .string(channel.name),
            "label": .string(channel.label), "unit": .string(channel.unit),
            "minimum": channel.minimum.map { .real($0) } ?? .null,
            "maximum": channel.maximum.map { .real($0) } ?? .null,
        ]
    }

    private mutating func addBounds(
        _ stream: StreamDescription, _ segments: [ClockSegment], _ start: Instant
    ) {
        let together = segments.count / Self.mostBounds + 1
        var place = 0
        while place < segments.count {
            // Segments of stamped streams say nothing of where they end.
            let part = segments[place..<min(place + together, segments.count)]
            place += together
            guard let first = part.first, let last = part.last,
                let bound = part.map(\.bound).max()
            else { continue }
            bounds.append([
                "stream": .integer(stream.id), "from_s": .seconds(first.origin, start),
                "to_s": .seconds(last.time(of: last.lastIndex), start),
                "bound_ms": .real(Double(bound) / 1e6),
            ])
        }
    }
}
