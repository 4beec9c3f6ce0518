import Measures
import SessionStore
import Timebase

/// What people corrected in a session's signals, as of one version of its review.
struct PlaybackCorrections: Hashable, Sendable {
    /// The review's version that these are of; 0 where nobody has corrected anything.
    var version: Int64 = 0
    private var heart: [Place: HeartbeatCorrections] = [:]
    private var marked: [Place: [Range<Instant>]] = [:]

    private struct Place: Hashable {
        var stream: Int64
        /// nil where it is about all channels of the stream.
        var channel: Int?
    }

    init() {}

    /// Corrections of the R peaks of a channel, with the stretches that are marked as artefacts.
    func heartbeats(stream: Int64, channel: Int) -> HeartbeatCorrections {
        var own = heart[Place(stream: stream, channel: channel)] ?? HeartbeatCorrections()
        own.artefacts = artefacts(stream: stream, channel: channel)
        return own
    }

    /// Stretches of a channel of which nothing is to be derived.
    func artefacts(stream: Int64, channel: Int) -> [Range<Instant>] {
        (marked[Place(stream: stream, channel: nil)] ?? [])
            + (marked[Place(stream: stream, channel: channel)] ?? [])
    }
}
