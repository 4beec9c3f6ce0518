import Measures
import SessionStore
import Synchronization
import Timebase

/// Everything that is derived from one session's signals, computed when it is first asked for.
final class SessionDerivation: Sendable {
    private struct Parts {
        var heart: [String: HeartDerivation] = [:]
        var skin: [String: SkinDerivation] = [:]
        var peaks: [PlaybackPeak]?
        var wasAsked = false
    }

    private let corrections: SignalCorrections
    private let parts = Mutex(Parts())

    init(corrections: SignalCorrections) { self.corrections = corrections }

    func heart(_ track: PlaybackTrack, of session: PlaybackSession) -> HeartDerivation {
        parts.withLock { parts in
            // Heart rate and intervals are told by the same peaks.
            let key = "\(track.stream ?? 0)-\(track.channel ?? 0)"
            if let known = parts.heart[key] { return known }
            let made = HeartDerivation(
                track: track, stream: session.streams.first { $0.id == track.stream },
                corrections: corrections)
            parts.heart[key] = made
            return made
        }
    }

    func skin(_ track: PlaybackTrack, of session: PlaybackSession) -> SkinDerivation? {
        guard let id = track.stream, let channel = track.channel,
            let stream = session.streams.first(where: { $0.id == id })
        else { return nil }
        return parts.withLock { parts in
            let key = "\(id)-\(channel)"
            if let known = parts.skin[key] { return known }
            let made = SkinDerivation(
                stream: stream, channel: channel,
                artefacts: corrections.artefacts(stream: id, channel: track.channelName))
            parts.skin[key] = made
            return made
        }
    }

    /// Whether nobody has asked this before.
    func isFirstAsked() -> Bool {
        parts.withLock { parts in
            defer { parts.wasAsked = true }
            return !parts.wasAsked
        }
    }

    /// The peaks, where they were found already.
    var peaks: [PlaybackPeak]? {
        get { parts.withLock { $0.peaks } }
        set { parts.withLock { $0.peaks = newValue } }
    }
}
