import DeviceProfiles
import Ring
import SessionStore
import SystemCalls
import Timebase

/// The recording path from the rings to a session file, without devices and without a link: for
/// measurements. Rings, sequencer, store thread and file are those of a station.
///
/// One thread owns it and pushes; it stands in for the acquisition and the control thread.
package final class IngestHarness {
    /// The session's file.
    package let path: String
    /// How long each commit took, in nanoseconds, as far as `takeNotices()` has been told.
    package private(set) var commitDurations: [Int64] = []
    /// Commits that failed, in words.
    package private(set) var failures: [String] = []

    private let acquisition: Ring
    private let control: Ring
    private var acquisitionWriter: RingWriter
    private var controlWriter: RingWriter
    private let notices: Mailbox<ControlNotice>
    private let sequencer: Sequencer
    private let store: StoreThread
    private var isStopped = false

    private static let session: UInt32 = 1
    private static let device: UInt32 = 1
    private static let client: UInt32 = 2
    private static let clientName = "bench"
    /// Ids of the device's stream and the client's.
    package static let deviceStream: Int64 = 1
    package static let clientStream: Int64 = 2

    /// Makes rings and a session file, and starts the threads.
    /// - Parameters:
    ///   - directory: where the session file is made.
    ///   - runtime: where the rings are made.
    ///   - profile: of the device that `push(bytes:)` speaks for; it has one stream.
    ///   - channels: names of the 16-bit channels of the client's stream.
    ///   - rate: the client's samples a second.
    ///   - wallClock: the kernel's, or one made up.
    package init(
        directory: String, runtime: String, profile: DeviceProfile, channels: [String],
        rate: Double, settings: StationSettings = StationSettings(),
        wallClock: any WallClock = KernelWallClock()
    ) throws {
        let boot = Clocks.bootIdentifier()
        path = "\(directory)/ingest.attune"
        acquisition = try Station.ring(
            "acquisition", runtime, megabytes: settings.ringMegabytes, boot: boot)
        control = try Station.ring(
            "control", runtime, megabytes: settings.ringMegabytes, boot: boot)
        acquisitionWriter = acquisition.makeWriter()
        controlWriter = control.makeWriter()
        notices = try Mailbox()

        let linked = LinkedStream(
            name: "samples", kind: "signal", rate: rate, clock: .arrival,
            gapTolerance: 2_000_000_000, typicalDelay: 0, delayUncertainty: 1_000_000,
            channels: channels.map {
                LinkedStream.Channel(
                    name: $0, label: $0, unit: "1", scale: 1, offset: 0, number: .int16)
            })
        let client = SourceEntry(
            id: Self.client, name: Self.clientName, kind: .linked, profileName: "",
            profileText: "", profileOptions: StoredOptions(nil), streams: [Self.clientStream],
            linked: [linked])
        let device = SourceEntry(
            id: Self.device, name: "device", kind: .device, profileName: profile.name,
            profileText: profile.text, profileOptions: StoredOptions(nil),
            streams: [Self.deviceStream], linked: [])
        let sources = SessionSources(number: Self.session, sources: [device], nextStream: 3)
        let plans = StreamPlan.device(
            profile, name: "device", identity: "", firstID: Self.deviceStream)
        let triple = wallClock.triple()
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "ingest", kind: .chat, study: "bench", participant: "none",
                station: "bench", softwareVersion: Station.version, bootIdentifier: boot,
                started: triple.monotonic, startedRealtime: triple.realtime),
            streams: plans.map(\.description))
        var first = SessionBatch()
        first.timeTriples = [RecordedTriple(triple: triple, cause: "start")]
        try writer.commit(first)

        let storeMessages = try Mailbox<StoreThread.Message>()
        let wake = ThreadWake<StoreBacklog>()
        store = try StoreThread(
            acquisition: acquisition, control: control, notices: notices,
            messages: storeMessages, done: { wake.call($0) })
        storeMessages.post(.writer(Self.session, writer))
        sequencer = try Sequencer(
            acquisition: acquisition, control: control, interpreter: ThreadCargo(Interpreter()),
            store: storeMessages, feed: LiveFeed(notices: notices), board: SnapshotBoard(),
            settings: Sequencer.Settings(
                commitInterval: Int64(settings.commitIntervalMilliseconds) * 1_000_000),
            wallClock: wallClock)
        let messages = sequencer.messages
        wake.set { messages.post(.storeIsFree($0)) }
        messages.post(
            .source(
                SourceAnnouncement(
                    id: Self.device, name: "device", content: .device(profile), session: nil,
                    streams: [])))
        messages.post(
            .session(
                SessionAnnouncement(
                    number: Self.session, identifier: "ingest", started: triple.monotonic,
                    triple: triple,
                    sources: sources, streams: plans,
                    acquisition: 0, control: 0)))
        record(.attach(client))
    }

    /// Bytes of one read of the device.
    /// - Returns: false where the ring had no room; they are lost and counted then.
    package func push(bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe acquisitionWriter.append(
            kind: RecordKind.bytes, source: Self.device, stamp: Clocks.now(), bytes: bytes)
    }

    /// Samples of the linked client: all channels of each in turn, 16 bits, little-endian.
    /// - Parameter sequence: number of the batch, from 1 on, shared with events.
    package func push(samples: [UInt8], count: Int, sequence: Int64) -> Bool {
        let head = LinkSamplesRecord(
            stream: 0, count: UInt32(clamping: count), sequence: sequence, last: Clocks.now())
        return append(RecordKind.linkSamples, Self.client, head.encoded(samples, stamps: []))
    }

    /// An event of the linked client.
    package func push(event payload: String, kind: String, sequence: Int64) -> Bool {
        let event = LinkEventRecord(
            sequence: sequence, time: Clocks.now(), bound: 0, client: Self.clientName, kind: kind,
            payload: payload)
        return append(RecordKind.linkEvent, Self.session, event.encoded())
    }

    /// Whether records of so many bytes fit now, for measuring how much goes through at most.
    package func fits(acquired bytes: Int) -> Bool { acquisitionWriter.fits(bytes) }

    /// The same for the client's records.
    package func fits(linked bytes: Int) -> Bool { controlWriter.fits(bytes) }

    /// Bytes that are in the rings and not yet stored, and what the rings hold.
    package var backlog: (acquisition: Int, control: Int) {
        (
            Int(clamping: acquisition.published &- acquisition.released),
            Int(clamping: control.published &- control.released)
        )
    }

    package var capacity: (acquisition: Int, control: Int) {
        (acquisition.capacity, control.capacity)
    }

    /// Records that did not fit, as the rings counted them.
    package var overflows: UInt64 {
        (acquisition.overflows() + control.overflows()).reduce(0) { $0 + $1.records }
    }

    /// Takes what the store has told; to be called now and then.
    package func takeNotices() {
        for notice in notices.takeAll() {
            switch notice {
            case .committed(let commit):
                commitDurations.append(commit.duration)
                if commit.stopped.contains(Self.session) { isStopped = true }
            case .commitFailed(_, let error): failures.append("\(error)")
            default: break
            }
        }
    }

    /// Stops the session, waits until all of it is durable, and ends the threads.
    package func finish() throws {
        record(
            .stop(
                acquisition: acquisition.published, state: SessionState.stopped.rawValue,
                outcome: "completed", reason: nil, time: Clocks.now()))
        sequencer.messages.post(.hurry)
        while !isStopped {
            notices.wait(milliseconds: 100)
            takeNotices()
        }
        sequencer.finish()
        store.finish()
        try acquisition.remove()
        try control.remove()
    }

    private func record(_ message: ControlRecord) {
        // Few and small; one that found no room would show as a measurement that never ends, which
        // waiting prevents.
        let bytes = message.encoded()
        while !controlWriter.fits(bytes.count) { notices.wait(milliseconds: 1) }
        _ = append(RecordKind.control, Self.session, bytes)
    }

    private func append(_ kind: UInt16, _ source: UInt32, _ bytes: [UInt8]) -> Bool {
        let stamp = Clocks.now()
        // The ring copies the bytes within the call.
        return unsafe bytes.withUnsafeBytes {
            unsafe controlWriter.append(kind: kind, source: source, stamp: stamp, bytes: $0)
        }
    }
}
