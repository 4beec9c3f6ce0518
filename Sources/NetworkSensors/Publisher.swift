import Glibc
import Link
import SystemCalls
import Timebase

/// Offers the sessions that record to the network, as streams of Lab Streaming Layer. Used by one thread.
final class Publisher {
    private let library: LSLLibrary
    private let settings: NetworkSettings.Publication
    private let socket: String
    private let log: (String) -> Void
    private var offered: [SessionOutlets] = []
    /// Of sessions that do not record any more: they go from the network when they are done, at the given moment at
    /// the latest.
    private var ending: [(outlets: SessionOutlets, latest: Instant)] = []

    /// Nanoseconds for which what the daemon still has of a session that is over is waited for.
    private static let longest: Int64 = 10_000_000_000

    init(
        library: LSLLibrary, settings: NetworkSettings.Publication, socket: String,
        log: @escaping (String) -> Void
    ) {
        self.library = library
        self.settings = settings
        self.socket = socket
        self.log = log
    }

    /// Tells which sessions record now; those that do not any more go from the network when all of them is out.
    func update(_ sessions: [SessionInfo]) {
        let wanted = sessions.filter {
            settings.participant == nil || settings.participant == $0.participant
        }
        let limit = Clocks.now() + Self.longest
        offered.removeAll { one in
            guard !wanted.contains(where: { $0.id == one.session.id }) else { return false }
            ending.append((one, limit))
            return true
        }
        // Two outlets of one name would be taken for one another.
        guard ending.isEmpty else { return }
        for session in wanted where !offered.contains(where: { $0.session.id == session.id }) {
            offered.append(
                SessionOutlets(
                    session, library: library, settings: settings, isNamed: !offered.isEmpty,
                    socket: socket, log: log))
        }
    }

    /// Hands on what has come.
    func pump() {
        for one in offered + ending.map(\.outlets) { one.pump() }
        let now = Clocks.now()
        ending.removeAll { $0.outlets.isDone || now >= $0.latest }
    }

    /// Hands on what has come before the program ends, and gives it time to leave.
    func finish() {
        pump()
        guard (offered + ending.map(\.outlets)).contains(where: \.hasConsumers) else { return }
        usleep(UInt32(LSLOutlet.leaving / 1000))
    }

    /// To be waited for.
    var descriptors: [Int32] {
        (offered + ending.map(\.outlets)).compactMap(\.descriptor)
    }
}
