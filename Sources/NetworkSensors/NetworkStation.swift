import CSystemCalls
import Glibc
import Link
import ServiceManagement
import SystemCalls
import Timebase

/// Brings the sensors of the network into the sessions that record, and offers these sessions to the network.
/// One thread.
public final class NetworkStation {
    private let sources: [any NetworkSource]
    private let publisher: Publisher?
    private let socket: String
    private let directory: String
    private let signals: SignalDescriptor
    private let log: (String) -> Void
    private var feeds: [String: [SessionFeed]] = [:]
    private var sessions: [(id: String, participant: String)] = []
    private let caller: DaemonCaller
    private var nextLook = Instant(nanoseconds: 0)
    /// How often the service manager wants to hear, in nanoseconds; nil where there is none.
    private let watchdog: Int64?
    private var nextSign = Instant(nanoseconds: 0)
    private var isDaemonThere: Bool?
    private var refusedFeeds: Set<String> = []

    private static let lookNanoseconds: Int64 = 300_000_000
    /// liblsl has no descriptor to wait for. What it has keeps its own times, and is collected before it is sent.
    private static let pauseNanoseconds: Int64 = 50_000_000

    /// - Parameters:
    ///   - library: nil where no LSL stream is wanted or offered, or the library is not there.
    ///   - directory: where what is not delivered yet is kept.
    ///   - signals: made before any other thread.
    public init(
        settings: NetworkSettings, library: LSLLibrary?, socket: String, directory: String,
        signals: SignalDescriptor, log: @escaping (String) -> Void
    ) throws(NetworkSensorError) {
        self.socket = socket
        caller = DaemonCaller(socket: socket)
        self.directory = directory
        self.signals = signals
        self.log = log
        do throws(ServiceManagerError) {
            watchdog = try ServiceManager.watchdogInterval().map { Int64($0 / .nanoseconds(1)) }
        } catch {
            log("\(error)")
            watchdog = nil
        }
        var sources: [any NetworkSource] = []
        if let library {
            for stream in settings.lsl {
                sources.append(LSLSource(stream, library: library, log: log))
            }
        }
        for device in settings.emotibit { sources.append(try EmotibitSource(device, log: log)) }
        self.sources = sources
        if let library, let publication = settings.publish {
            publisher = Publisher(
                library: library, settings: publication, socket: socket, log: log)
        } else {
            publisher = nil
        }
        do throws(SystemError) {
            try FileSystem.makeDirectories(directory, mode: 0o700)
        } catch {
            throw NetworkSensorError(
                .state, "The folder \(directory) cannot be made: \(error.reason).")
        }
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() throws(SystemError) {
        tell("READY=1")
        while signals.next() == nil {
            tellOfLife()
            look()
            for source in sources {
                makeFeeds(source)
                source.pump { piece in
                    for feed in feeds[source.name] ?? [] { feed.take(piece) }
                }
            }
            for feed in feeds.values.joined() { feed.process() }
            publisher?.pump()
            try wait()
        }
        tell("STOPPING=1")
        for feed in feeds.values.joined() { feed.flush(milliseconds: 1000) }
        publisher?.finish()
    }

    private func tellOfLife() {
        guard let watchdog, Clocks.now() >= nextSign else { return }
        nextSign = Clocks.now() + watchdog / 3
        tell("WATCHDOG=1")
    }

    private func tell(_ state: String) {
        do throws(ServiceManagerError) {
            try ServiceManager.notify(state)
        } catch {
            log("\(error)")
        }
    }

    private func wait() throws(SystemError) {
        var entries = [pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)]
        for source in sources {
            entries += source.descriptors.map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
        }
        for feed in feeds.values.joined() {
            guard let descriptor = feed.descriptor else { continue }
            let write = feed.wantsWrite ? Int16(POLLOUT) : 0
            entries.append(pollfd(fd: descriptor, events: Int16(POLLIN) | write, revents: 0))
        }
        for descriptor in publisher?.descriptors ?? [] {
            entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
        let count = entries.count
        try systemCall("ppoll") {
            unsafe attune_poll(&entries, count, Self.pauseNanoseconds)
        }
    }

    // MARK: - Sessions

    private func look() {
        let now = Clocks.now()
        guard now >= nextLook else { return }
        nextLook = now + Self.lookNanoseconds
        let status: Status
        do throws(ClientError) {
            status = try caller.call(ControlInterface.GetStatus.self, .init()).status
        } catch {
            if isDaemonThere != false { log("\(error)") }
            isDaemonThere = false
            // A daemon that starts anew takes its sessions up again: their feeds wait for it.
            return
        }
        if isDaemonThere == false { log("the daemon is there") }
        let isFirst = isDaemonThere == nil || sessions.isEmpty
        isDaemonThere = true
        sessions = status.sessions.filter { $0.state == .recording }.map {
            ($0.id, $0.participant)
        }
        publisher?.update(status.sessions.filter { $0.state == .recording })
        let recording = Set(sessions.map(\.id))
        for name in feeds.keys {
            for feed in feeds[name] ?? [] where !recording.contains(feed.session) {
                feed.process()
                feed.discard()
            }
            feeds[name]?.removeAll { !recording.contains($0.session) }
        }
        if isFirst { removeOldOutboxes() }
    }

    private func makeFeeds(_ source: any NetworkSource) {
        guard let streams = source.streams else { return }
        for session in sessions {
            let key = "\(session.id) \(source.name)"
            guard source.participant == nil || source.participant == session.participant,
                !(feeds[source.name] ?? []).contains(where: { $0.session == session.id }),
                !refusedFeeds.contains(key)
            else { continue }
            do throws(LinkError) {
                let feed = try SessionFeed(
                    session: session.id, source: source, streams: streams, socket: socket,
                    directory: directory, log: log)
                feeds[source.name, default: []].append(feed)
            } catch {
                refusedFeeds.insert(key)
                log("\(source.name): \(error)")
            }
        }
    }

    /// Outboxes of sessions that are over, from an earlier run.
    private func removeOldOutboxes() {
        let current = Set(
            sessions.flatMap { session in
                sources.map { SessionFeed.file(session.id, $0.name) }
            })
        for file in (try? FileSystem.list(directory)) ?? [] {
            guard file.hasPrefix(SessionFeed.prefix), file.hasSuffix(SessionFeed.suffix),
                !current.contains(file), sessions.allSatisfy({ !file.contains($0.id) })
            else { continue }
            log("what waited in \(file) came too late for its session")
            SessionFeed.remove("\(directory)/\(file)")
        }
    }
}
