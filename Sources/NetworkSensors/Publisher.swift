import Link

/// Offers the sessions that record to the network, as streams of Lab Streaming Layer. Used by one thread.
final class Publisher {
    private let library: LSLLibrary
    private let settings: NetworkSettings.Publication
    private let socket: String
    private let log: (String) -> Void
    private var offered: [SessionOutlets] = []

    init(
        library: LSLLibrary, settings: NetworkSettings.Publication, socket: String,
        log: @escaping (String) -> Void
    ) {
        self.library = library
        self.settings = settings
        self.socket = socket
        self.log = log
    }

    /// Tells which sessions record now; those that do not any more go from the network.
    func update(_ sessions: [SessionInfo]) {
        let wanted = sessions.filter {
            settings.participant == nil || settings.participant == $0.participant
        }
        offered.removeAll { one in
            guard !wanted.contains(where: { $0.id == one.session.id }) else { return false }
            // What came before its end goes out first.
            one.pump()
            return true
        }
        for session in wanted where !offered.contains(where: { $0.session.id == session.id }) {
            offered.append(
                SessionOutlets(
                    session, library: library, settings: settings, isNamed: !offered.isEmpty,
                    socket: socket, log: log))
        }
    }

    /// Hands on what has come.
    func pump() {
        for one in offered { one.pump() }
    }

    /// To be waited for.
    var descriptors: [Int32] { offered.compactMap(\.descriptor) }
}
