import Measures
import Playback
import SessionStore

/// Something of a session that is drawn along the axis of time.
struct PlaybackTrack: Hashable, Sendable {
    /// What is drawn.
    enum Kind: String, Sendable {
        /// A channel as recorded.
        case signal
        /// Beats a minute.
        case heartRate = "heart-rate"
        /// Times between heartbeats.
        case intervals = "rr"
        /// The slow part of skin conductance.
        case tonic
        /// The quick part of skin conductance.
        case phasic
        /// Key presses a second.
        case keys
    }

    /// Where heart rate and intervals come from.
    enum Source: Hashable, Sendable {
        /// The channel's values themselves.
        case values
        /// The R peaks of the channel, an ECG.
        case peaks
        /// Intervals of a device; `scale` makes seconds of the values.
        case intervals(scale: Double)
        /// Beats a minute of a device.
        case rate
        /// The channel, filtered.
        case filtered
    }

    var id: String
    var kind: Kind
    var label: String
    var unit: String
    var stream: Int64?
    var channel: Int?
    /// The channel's name, unique within its stream.
    var channelName = ""
    /// What it was derived from, in words; nil where it is as recorded.
    var derived: String?
    var source = Source.values

    /// The tracks of a session: keys, channels as recorded in the order of streams, then what is derived
    /// from them. Heart rate and intervals come from the first ECG; without one from a device's
    /// intervals, or from its heart rate.
    static func all(of streams: [StreamDescription]) -> [PlaybackTrack] {
        var tracks: [PlaybackTrack] = []
        if streams.contains(where: { $0.kind == "keys" }) {
            tracks.append(
                PlaybackTrack(id: "keys", kind: .keys, label: "Key presses", unit: "1/s"))
        }
        for stream in streams {
            for (place, channel) in stream.channels.enumerated() {
                tracks.append(
                    PlaybackTrack(
                        id: "signal-\(stream.id)-\(place)", kind: .signal,
                        label: channel.label.isEmpty ? channel.name : channel.label,
                        unit: channel.unit == "1" ? "" : channel.unit, stream: stream.id,
                        channel: place))
            }
        }
        return tracks + heart(of: streams) + skin(of: streams)
    }

    private static func heart(of streams: [StreamDescription]) -> [PlaybackTrack] {
        let ecg = first(in: streams) { stream, meaning in
            // Slower than 50 samples a second an R peak can fall between two samples.
            meaning == .electrocardiogram && (stream.nominalRate ?? 0) >= 50 ? .peaks : nil
        }
        let intervals = first(in: streams) { _, meaning in
            if case .intervals(let scale) = meaning { .intervals(scale: scale) } else { nil }
        }
        let rate = first(in: streams) { _, meaning in meaning == .heartRate ? .rate : nil }
        var tracks: [PlaybackTrack] = []
        if let place = ecg ?? intervals ?? rate {
            tracks.append(
                track(.heartRate, "Heart rate", "bpm", place.words, place))
        }
        if let place = ecg ?? intervals {
            tracks.append(track(.intervals, "RR intervals", "ms", place.words, place))
        }
        return tracks
    }

    private static func skin(of streams: [StreamDescription]) -> [PlaybackTrack] {
        var tracks: [PlaybackTrack] = []
        for stream in streams where (stream.nominalRate ?? 0) >= 1 {
            for (number, channel) in stream.channels.enumerated()
            where ChannelMeaning(channel) == .skinConductance {
                let place = Place(
                    stream: stream, channel: number, source: .filtered)
                let words = "\(place.name), Butterworth of order 2 at 0.05 Hz, both ways"
                tracks.append(track(.tonic, "EDA, tonic", channel.unit, words, place))
                tracks.append(track(.phasic, "EDA, phasic", channel.unit, words, place))
            }
        }
        return tracks
    }

    private struct Place {
        var stream: StreamDescription
        var channel: Int
        var source: Source

        var name: String {
            let channel = stream.channels[channel]
            return "\(stream.name): \(channel.label.isEmpty ? channel.name : channel.label)"
        }

        var words: String {
            switch source {
            case .peaks: "R peaks of \(name)"
            case .intervals: "intervals of the device \(name)"
            default: "the device \(name)"
            }
        }
    }

    private static func first(
        in streams: [StreamDescription],
        _ source: (StreamDescription, ChannelMeaning) -> Source?
    ) -> Place? {
        for stream in streams {
            for (number, channel) in stream.channels.enumerated() {
                if let source = source(stream, ChannelMeaning(channel)) {
                    return Place(stream: stream, channel: number, source: source)
                }
            }
        }
        return nil
    }

    private static func track(
        _ kind: Kind, _ label: String, _ unit: String, _ words: String, _ place: Place
    ) -> PlaybackTrack {
        PlaybackTrack(
            id: "\(kind.rawValue)-\(place.stream.id)-\(place.channel)", kind: kind, label: label,
            unit: unit, stream: place.stream.id, channel: place.channel,
            channelName: place.stream.channels[place.channel].name, derived: words,
            source: place.source)
    }
}
