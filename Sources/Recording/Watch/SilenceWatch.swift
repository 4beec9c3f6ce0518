import DeviceProfiles
import Timebase

/// Tells when a source, or one of its streams, has fallen silent. A pure value: whoever holds it brings
/// what has arrived, and up to which moment everything that arrived is known.
struct SilenceWatch: Sendable {
    /// A stream that is watched.
    struct Stream: Sendable {
        var name: String
        /// Nanoseconds without a sample after which it is silent.
        var limit: Int64
        /// Whether it has to begin by itself. A stream without a rate is one that the device may not
        /// have (intervals of a strap that tells none), and is watched once it has given something.
        var isDemanded: Bool
    }

    /// What is silent.
    struct Silence: Hashable, Sendable {
        /// The stream; nil where nothing at all comes.
        var stream: String?
        /// Since when.
        var since: Instant
    }

    /// A limit from which on a stream is never called silent: a marker port may rest all day.
    static let never: Int64 = 86_400_000_000_000

    let streams: [Stream]

    /// Nanoseconds without any sample after which the whole source is silent.
    var wholeLimit: Int64 { streams.map(\.limit).min() ?? Self.never }

    /// What is silent: the whole source alone, or single streams of it.
    ///
    /// - Parameters:
    ///   - last: when the last sample of each stream arrived, in the order of `streams`.
    ///   - since: when the source was opened; what came before does not count.
    ///   - known: up to when all arrivals are known. Time that the station itself is behind is no silence.
    func silences(_ last: [Instant?], since: Instant, known: Instant) -> [Silence] {
        let latest = last.reduce(since) { max($0, $1 ?? since) }
        if wholeLimit < Self.never, known - latest > wholeLimit {
            return [Silence(stream: nil, since: latest)]
        }
        return watched(last, since: since).compactMap { stream, latest in
            known - latest > stream.limit ? Silence(stream: stream.name, since: latest) : nil
        }
    }

    /// The first moment after `now` at which something is silent if nothing arrives until then; nil
    /// where nothing can fall silent any more.
    func nextDeadline(_ last: [Instant?], since: Instant, after now: Instant) -> Instant? {
        let latest = last.reduce(since) { max($0, $1 ?? since) }
        let ends =
            (wholeLimit < Self.never ? [latest + wholeLimit] : [])
            + watched(last, since: since).map { $1 + $0.limit }
        return ends.filter { $0 > now }.min()
    }

    /// Streams that can fall silent, with the moment from which on their silence counts.
    private func watched(_ last: [Instant?], since: Instant) -> [(Stream, Instant)] {
        streams.enumerated().compactMap { index, stream in
            guard stream.limit < Self.never else { return nil }
            let arrival = index < last.count ? last[index] : nil
            if let arrival, arrival > since { return (stream, arrival) }
            return stream.isDemanded ? (stream, since) : nil
        }
    }
}

extension SilenceWatch {
    /// A device's streams, with the limits of its profile.
    init(_ profile: DeviceProfile) {
        streams = profile.streams.map {
            Stream(name: $0.name, limit: $0.silenceLimit, isDemanded: $0.rate != nil)
        }
    }

    /// Streams of a linked client, once they have begun: it may have a time of its own to begin. What has
    /// no rate (events) may rest, and a microphone is watched by the page that has it.
    init(_ linked: [LinkedStream]) {
        streams = linked.map { stream in
            guard let rate = stream.rate, rate > 0, !stream.isAudio else {
                return Stream(name: stream.name, limit: Self.never, isDemanded: false)
            }
            return Stream(
                name: stream.name,
                limit: stream.silenceLimit ?? StreamProfile.usualSilenceLimit(rate: rate),
                isDemanded: false)
        }
    }
}
