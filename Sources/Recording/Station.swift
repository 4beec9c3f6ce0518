import CSystemCalls
import Declarations
import DeviceProfiles
import Foundation
import Glibc
import Link
import LinuxDevices
import Logging
import Ring
import ServiceManagement
import SessionStore
import SystemCalls
import Timebase

/// A recording station: the daemon's control thread with all that it runs.
///
/// `run()` serves until SIGTERM or SIGINT, on the thread that calls it; everything here belongs to
/// that thread. The other threads (acquisition, sequencer, store, openers, finisher) talk to it
/// through `notices`.
public final class Station {
    /// The version that session files and status name.
    public static let version = SoftwareVersion.current

    let settings: StationSettings
    let options: StationOptions
    let name: String
    let data: String
    let runtime: String
    let boot = Clocks.bootIdentifier()
    let started = Clocks.now()
    /// The same moment, in nanoseconds since 1970-01-01 UTC.
    let startedUTC = Clocks.realtime()
    let log: Logger

    let locks: [SocketLock]
    let profiles: [String: DeviceProfile]
    let acquisitionRing: Ring
    let controlRing: Ring
    var controlWriter: RingWriter
    let notices: Mailbox<ControlNotice>
    let feed: LiveFeed
    let board = SnapshotBoard()
    let acquisition: Acquisition
    let sequencer: Sequencer
    let storeMessages: Mailbox<StoreThread.Message>
    let store: StoreThread
    let finisher: Finisher
    let reviewKeeper: ReviewKeeper
    /// Copies finished sessions; nil where the settings name no backup place.
    let backup: BackupKeeper?
    let anchors: AnchorWriter
    /// The station's own audit trail; nil until it is needed, and while it cannot be opened.
    var trail: StationTrail?
    /// Removals that go on, by the number of the order, and the sessions that they take away.
    var removals: [UInt64: WaitingRemoval] = [:]
    var removing: Set<String> = []
    /// Redactions that go on, by the number of the order.
    var redactions: [UInt64: RedactionOrder] = [:]
    /// What is written into a study's audit trail once a review file has it, by the number of the order.
    var reviewNotes: [UInt64: (study: String, entry: AuditEntry)] = [:]
    let server: VarlinkServer
    let epoll: Epoll
    let signals: SignalDescriptor
    var monitor: UdevMonitor?
    /// Keeps the machine awake; nil where nothing is recorded, or logind refused.
    var inhibitor: SleepInhibitor?
    /// Logind was asked to keep the machine awake, and has not answered.
    var isAskingToStayAwake = false
    /// Why logind refused last, which is logged once.
    var sleepRefusal: String?
    /// Sends marks; nil until a port that takes some is open.
    var markerOutput: MarkerOutput?
    /// Bluetooth; nil where the settings name no device of it.
    var bluetooth: BluetoothCentral?

    var devices: [UInt32: ManagedDevice] = [:]
    var nextSource: UInt32 = 1
    var sessions: [UInt32: ActiveSession] = [:]
    var nextSession: UInt32 = 1
    var studies: [String: StudyDatabase] = [:]
    /// What the studies' databases could not take yet, by the study.
    var owed: [String: OwedRows] = [:]
    /// When that is tried again.
    var nextIndexing = Instant(nanoseconds: 0)
    var subscriptions: [Subscription] = []
    var acknowledgements: [PendingAcknowledgement] = []
    /// Callers that wait for an alignment, by the number of the order.
    var alignCalls: [UInt64: VarlinkCall] = [:]
    var nextAlignment: UInt64 = 1
    var alarms: [String: Alarm] = [:]
    /// When what alarms say was written into the log last, by their texts, or codes where those change.
    var alarmsLogged: [String: Instant] = [:]
    /// Alarms of sessions that ended while these waited for acknowledgement.
    var leftAlarms: [Alarm] = []
    /// Looks at sensors for the fitting; made when it is first asked for.
    var fitter: Fitter?
    /// What goes on when the fitting has been looked at, by the number of the order.
    var fittingAnswers: [UInt64: ([FittingCheck]) -> Void] = [:]
    var nextFitting: UInt64 = 1
    var commits = 0
    var commitDurations: [Int64] = []
    /// All of them, by how long they took.
    var commitCounts = DurationCounts.commits
    /// Pieces that live subscribers were not given.
    var missedPieces: Int64 = 0
    /// Codes of participants whose sessions were recorded since the daemon began.
    var recordedCodes: Set<String> = []
    /// When the next source falls silent, if nothing of it arrives until then.
    var nextSilence: Instant?
    /// Something may be silent, and the sequencer has been asked.
    var isHealthDue = false
    /// Codes of alarms about the last commit that end with a commit without them.
    var commitComplaints: Set<String> = []
    /// Whether the disk is nearly full.
    var disk: DiskWatch
    /// Records that had been lost for want of room in the ring, and when that grew last.
    var overflowed: (records: UInt64, at: Instant)?
    /// Files whose finishing failed, and when it is tried again.
    var unfinished: [String: Instant] = [:]
    /// How fast the sessions' files grow.
    var growth = GrowthMeter()
    /// What becomes of the wall clock.
    var clockWatch = ClockWatch()
    var lastCommit: Instant?
    /// Up to where the control ring is stored.
    var durableControl: UInt64 = 0
    var isStopping = false
    /// When everything was looked after last, and whether that has been put off since.
    var lastTick = Instant(nanoseconds: 0)
    var isTickDue = false
    var stopDeadline: Instant?
    /// Beats while the control thread goes on.
    let heart: Heartbeat
    /// Beats while the Bluetooth thread goes on, where there is one.
    let bluetoothHeart = Heartbeat(name: "bluetooth")
    /// Looks whether all threads go on.
    var watchdog: Watchdog?
    /// Devices that stayed open while no daemon ran, until they are taken up.
    let kept: KeptDescriptors
    var handlerProxy: StationHandler?
    /// When pages that only starting needed are given back.
    var givesBackAt: Instant?
    var isMemoryLocked = false

    enum Token {
        static let server: UInt64 = 1
        static let notices: UInt64 = 2
        static let signals: UInt64 = 3
        static let monitor: UInt64 = 4
    }

    /// Makes everything ready and takes up what a crash left behind.
    /// - Throws: `StationError` with a message that says what to do.
    /// - Parameter inherited: the descriptors that this process was started with; owned by the station.
    public init(
        settings: StationSettings, options: StationOptions, inherited: [InheritedDescriptor] = [],
        log: Logger
    ) throws {
        self.settings = settings
        self.options = options
        self.log = log
        disk = DiskWatch(least: Int64(settings.diskMinimumMegabytes) << 20)
        name = settings.station ?? ProcessInfo.processInfo.hostName
        data = options.data ?? settings.data ?? Places.data
        runtime = options.runtime ?? settings.runtime ?? Places.runtime
        // Signals are blocked before the first thread starts, so that all inherit it.
        signals = try SignalDescriptor()
        kept = KeptDescriptors(inherited)
        locks = try Self.prepare(data: data, runtime: runtime)
        profiles = try Self.loadProfiles()
        notices = try Mailbox()
        feed = LiveFeed(notices: notices)
        finisher = try Finisher(notices: notices, reporter: options.reporter)
        reviewKeeper = try ReviewKeeper(notices: notices)
        backup = try Self.backup(settings, data: data, notices: notices)
        anchors = try AnchorWriter()

        let recovery = try Recovery(
            data: data, runtime: runtime, boot: boot, settings: settings, kept: kept, log: log
        ).run()
        acquisitionRing = try Self.ring(
            "acquisition", runtime, megabytes: settings.ringMegabytes, boot: boot)
        controlRing = try Self.ring(
            "control", runtime, megabytes: settings.ringMegabytes, boot: boot)
        controlWriter = controlRing.makeWriter()

        storeMessages = try Mailbox()
        let wake = ThreadWake<StoreBacklog>()
        heart = Heartbeat(name: "control")
        let hearts = ["acquisition", "sequencer", "store"].map { Heartbeat(name: $0) }
        store = try StoreThread(
            acquisition: acquisitionRing, control: controlRing, notices: notices,
            messages: storeMessages, heart: hearts[2], done: { wake.call($0) })
        let interpreter = recovery.interpreter()
        for resumed in recovery.resumed {
            storeMessages.post(.writer(resumed.session.number, resumed.writer))
        }
        sequencer = try Sequencer(
            acquisition: acquisitionRing, control: controlRing, interpreter: interpreter,
            store: storeMessages, feed: feed, board: board,
            settings: Sequencer.Settings(
                commitInterval: Int64(settings.commitIntervalMilliseconds) * 1_000_000),
            heart: hearts[1])
        let messages = sequencer.messages
        wake.set { messages.post(.storeIsFree($0)) }
        acquisition = try Acquisition(
            ring: acquisitionRing, notices: notices, heart: hearts[0],
            priority: settings.readerPriority > 0 ? Int32(settings.readerPriority) : nil)

        let rights = AccessPolicy.named(
            watch: settings.rights.watch, control: settings.rights.control)
        for group in rights.missing {
            log.info("there is no group '\(group)' on this machine: it gives nobody a right")
        }
        let relay = StationHandler()
        server = try Self.server(
            runtime: runtime, policy: rights.policy, handler: relay,
            inherited: inherited.filter { !DescriptorName.isDevice($0.name) }, log)
        epoll = try Epoll()
        handlerProxy = relay
        relay.station = self
        try epoll.add(server.pollDescriptor, token: Token.server, .readable)
        try epoll.add(notices.signal.number, token: Token.notices, .readable)
        try epoll.add(signals.number, token: Token.signals, .readable)
        try startDevices(recovery)
        takeUp(recovery)
        takeUpDescriptors()
        let bluetoothHeart = bluetooth == nil ? [] : [self.bluetoothHeart]
        watchdog = try Watchdog(
            interval: Self.watchdogInterval(log), hearts: [heart] + hearts + bluetoothHeart,
            notices: notices, log: log)
    }

    private static func prepare(data: String, runtime: String) throws -> [SocketLock] {
        func directory(_ path: String, _ what: String, mode: mode_t) throws {
            do throws(SystemError) {
                try FileSystem.makeDirectories(path, mode: mode)
                try systemCall("access", path) { unsafe access(path, W_OK | X_OK) }
            } catch {
                throw StationError(
                    .directory,
                    "the \(what) directory \(path) cannot be written: \(error.reason). Give another "
                        + "with --\(what), or give this user the right to write there.")
            }
        }
        try directory(data, "data", mode: 0o750)
        try directory(runtime, "runtime", mode: 0o755)
        do throws(LinkError) {
            return [
                try SocketLock(path: "\(runtime)/attuned.lock", purpose: "directory \(runtime)"),
                try SocketLock(path: "\(data)/.attuned.lock", purpose: "directory \(data)"),
            ]
        } catch {
            throw StationError(.inUse, "\(error)")
        }
    }

    static func loadProfiles() throws -> [String: DeviceProfile] {
        do throws(DeclarationErrors) {
            let library = try ProfileLibrary.load(directory: Places.profiles)
            return Dictionary(
                library.profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw StationError(.settings, "\(error)")
        }
    }

    /// Bytes of each ring: a power of two.
    static func ringCapacity(megabytes: Int) -> Int {
        var capacity = 1 << 20
        while capacity < megabytes << 20 { capacity <<= 1 }
        return capacity
    }

    static func ring(
        _ name: String, _ runtime: String, megabytes: Int, boot: String
    ) throws -> Ring {
        let capacity = ringCapacity(megabytes: megabytes)
        let path = "\(runtime)/\(name).ring"
        do throws(RingError) {
            return try Ring.create(
                at: path, capacity: capacity,
                identity: RingIdentity(
                    identifier: UInt64(bitPattern: attune_random_identifier()),
                    bootIdentifier: boot, name: name))
        } catch {
            throw StationError(
                .ring,
                "the ring \(path) of \(capacity >> 20) MiB cannot be made: \(error). Make room in "
                    + "\(runtime), or set ring_megabytes lower.")
        }
    }

    private static func watchdogInterval(_ log: Logger) -> Duration? {
        do throws(ServiceManagerError) {
            return try ServiceManager.watchdogInterval()
        } catch {
            log.error("\(error)")
            return nil
        }
    }

    /// The link's server, on the socket that the service manager holds, if it holds one: callers wait there
    /// while no daemon runs.
    private static func server(
        runtime: String, policy: AccessPolicy, handler: any VarlinkHandler,
        inherited: [InheritedDescriptor], _ log: Logger
    ) throws -> VarlinkServer {
        let path = Places.socket(runtime: runtime)
        let socket: ListeningSocket
        if let first = inherited.first {
            socket = try ListeningSocket(takingOver: first.number)
            if socket.address != path {
                log.warning(
                    "callers are awaited at \(socket.address ?? "a socket without a path"), as the unit attuned.socket says, and not at \(path): change one of the two"
                )
            }
        } else {
            socket = try ListeningSocket(path: path, mode: 0o666)
        }
        for more in inherited.dropFirst() {
            log.warning("the socket '\(more.name)' is not used: attuned listens at one place")
            close(more.number)
        }
        return try VarlinkServer.attuned(
            socket: socket, version: version, policy: policy, handler: handler)
    }
}

/// What the command line may set over the settings.
public struct StationOptions: Sendable {
    public var data: String?
    public var runtime: String?
    /// Whether named test sources stand in for keyboards and pointers.
    public var allowsTestSources: Bool
    /// The program that writes quality reports (attune); nil writes none.
    public var reporter: String?

    public init(
        data: String? = nil, runtime: String? = nil, allowsTestSources: Bool = false,
        reporter: String? = nil
    ) {
        self.data = data
        self.runtime = runtime
        self.allowsTestSources = allowsTestSources
        self.reporter = reporter
    }
}
