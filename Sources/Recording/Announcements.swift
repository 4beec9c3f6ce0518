import DeviceProfiles
import Timebase

/// Tells the sequencer of a source before its first record.
struct SourceAnnouncement: Sendable {
    enum Content: Sendable {
        case device(DeviceProfile)
        case keyboard, pointer
    }

    var id: UInt32
    var name: String
    var content: Content
    /// The session that it records for from now on, with its streams there.
    var session: UInt32?
    var streams: [Int64]
}

/// Tells the sequencer of a session before its first record.
struct SessionAnnouncement: Sendable {
    struct Stream: Sendable {
        var id: Int64
        var model: ClockModel
    }

    var number: UInt32
    var identifier: String
    var started: Instant
    /// The clocks at the start, as the file has them.
    var triple: TimeTriple
    var sources: SessionSources
    var streams: [StreamPlan]
    /// From where on records belong to the session.
    var acquisition: UInt64
    var control: UInt64
}
