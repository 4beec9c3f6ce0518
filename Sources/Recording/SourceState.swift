import DeviceProfiles
import LinuxDevices
import Timebase

/// One source on the sequencer's side: its decoder, and the session it records for.
///
/// Confined to the sequencer's thread (and, before that thread starts, to recovery).
final class SourceState {
    enum Content {
        case device(DeviceProfile)
        case keyboard, pointer
        case linked([LinkedStream])
    }

    let id: UInt32
    let name: String
    let content: Content
    var decoder: (any SampleDecoder)?
    var output: DecodedOutput
    var keys = KeyTracker()
    /// Why a keyboard or pointer is not being read, until it is again.
    var interruption: Gap.Cause?
    /// It may have stayed open while no daemon ran; whether it did is known once it is read again.
    var mayBeKept = false
    /// Since when it has been closed on purpose; nil where that was before the session, or is not known.
    var pausedSince: Instant?
    /// Nothing of it may be taken for want of consent, until the reader has closed it.
    var isWithheld = false
    var session: SessionRecorder?
    /// Ids of the session's streams, in the order of the profile's.
    var streams: [Int64] = []
    var isDirty = false
    var health = SourceHealth()

    init(id: UInt32, name: String, content: Content) {
        self.id = id
        self.name = name
        self.content = content
        switch content {
        case .device(let profile):
            decoder = profile.makeDecoder()
            output = DecodedOutput(profile)
        case .keyboard, .pointer, .linked:
            decoder = nil
            output = DecodedOutput(streams: [])
        }
    }

    /// Decodes from the beginning: the device was started anew.
    func restartDecoder() {
        if case .device(let profile) = content { decoder = profile.makeDecoder() }
    }

    /// Stands where the cause of an interruption would.
    private static let withheld = "withheld"

    /// The decoder's and the key tracker's state.
    func save() -> [UInt8] {
        var writer = StateWriter()
        writer.write(UInt8(1))
        writer.write(isWithheld ? Self.withheld : interruption?.rawValue ?? "")
        keys.save(into: &writer)
        decoder?.save(into: &writer)
        return writer.bytes
    }

    func restore(_ bytes: [UInt8]) throws(StateError) {
        var reader = StateReader(bytes)
        try reader.expectVersion(1)
        let cause = try reader.readString()
        isWithheld = cause == Self.withheld
        interruption = Gap.Cause(rawValue: cause)
        try keys.restore(from: &reader)
        if decoder != nil { try decoder?.restore(from: &reader) }
    }
}

/// What a source has given so far, for status and alarms.
struct SourceHealth: Hashable, Sendable {
    /// What one of its streams has given.
    struct Stream: Hashable, Sendable {
        var samples: Int64 = 0
        /// When the last of them arrived at the station.
        var lastArrival: Instant?
    }

    /// Samples of all streams, or key presses.
    var samples: Int64 = 0
    /// In the order of the source's own streams; as long as those that have given something need.
    var streams: [Stream] = []
    var faults: Int64 = 0
    var lastSample: Instant?
    /// When the device last told that an electrode is off, or that it does not touch the skin.
    var leadsOff: Instant?
    var noContact: Instant?
    /// Whether a descriptor is being read.
    var isOpen = false

    /// Counts samples of one of its streams.
    mutating func note(_ count: Int64, of stream: Int, at arrival: Instant) {
        samples += count
        while streams.count <= stream { streams.append(Stream()) }
        streams[stream].samples += count
        streams[stream].lastArrival = arrival
    }

    /// When the last sample of each of so many streams arrived.
    func arrivals(_ count: Int) -> [Instant?] {
        (0..<count).map { $0 < streams.count ? streams[$0].lastArrival : nil }
    }
}
