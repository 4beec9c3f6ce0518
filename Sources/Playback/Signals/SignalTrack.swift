import Measures
import SessionStore

/// A channel to be plotted, and how its values come about.
public struct SignalTrack: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        /// The channel's values in its unit.
        case values
        /// 60 over the channel's values, which are times between heartbeats; `scale` makes seconds
        /// of them.
        case intervals(scale: Double)
        /// Heart rate from the R peaks of the channel, an ECG.
        case peaks
    }

    /// What it is of, for the order on the screen.
    public enum Role: Int, Hashable, Sendable, Comparable {
        case heartRate, skin, other
        public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
    }

    public var stream: Int64
    /// Place in the stream's channels.
    public var channel: Int
    public var title: String
    /// For narrow windows.
    public var shortTitle: String
    public var unit: String
    public var role: Role
    public var source: Source
    /// Nanoseconds between two samples up to which they belong together.
    public var joining: Int64

    /// The tracks of a session: heart rate first, then skin conductance, then the rest in the order
    /// of streams.
    ///
    /// Heart rate is taken from a channel in beats a minute or one of intervals between beats; only
    /// where there is neither is it derived from an ECG, and called so.
    public static func all(of streams: [StreamDescription]) -> [SignalTrack] {
        var tracks: [SignalTrack] = []
        var electrocardiograms: [SignalTrack] = []
        for stream in streams {
            for (index, channel) in stream.channels.enumerated() {
                let track = track(stream, index, channel)
                tracks.append(track)
                if ChannelMeaning(channel) == .electrocardiogram {
                    electrocardiograms.append(track)
                }
            }
        }
        if !tracks.contains(where: { $0.role == .heartRate }) {
            tracks += electrocardiograms.map { track in
                var derived = track
                derived.title = "Heart rate, derived"
                derived.shortTitle = "HR der."
                derived.unit = "bpm"
                derived.role = .heartRate
                derived.source = .peaks
                derived.joining = 0
                return derived
            }
        }
        return tracks.enumerated().sorted {
            ($0.element.role, $0.offset) < ($1.element.role, $1.offset)
        }
        .map(\.element)
    }

    private static func track(
        _ stream: StreamDescription, _ index: Int, _ channel: ChannelDescription
    ) -> SignalTrack {
        let rate = stream.nominalRate ?? 0
        // Two and a half periods, so that one late sample does not tear a line that has no gap.
        let joining = rate > 0 ? min(2.5e9 / rate, 10e9) : 2.5e9
        var track = SignalTrack(
            stream: stream.id, channel: index,
            title: channel.label.isEmpty ? channel.name : channel.label,
            shortTitle: channel.name,
            unit: channel.unit == "1" ? "" : channel.unit, role: .other, source: .values,
            joining: Int64(clamping: joining))
        switch ChannelMeaning(channel) {
        case .heartRate:
            track.role = .heartRate
            track.shortTitle = "HR"
            track.unit = "bpm"
        case .intervals(let scale):
            track.title = "Heart rate, from RR"
            track.shortTitle = "HR"
            track.unit = "bpm"
            track.role = .heartRate
            track.source = .intervals(scale: scale)
            track.joining = 2_500_000_000
        case .skinConductance:
            track.role = .skin
        case .electrocardiogram, .photoplethysmogram, .respiration, .other:
            break
        }
        return track
    }
}
