import Glibc
import Link
import Logging
import SystemCalls
import Timebase

/// The linked clients of all commentaries. Confined to the thread of `ThinkAloudLinks`.
final class ThinkAloudLinkTable {
    private let socketPath: String
    private let log: Logger
    private var links: [ThinkAloudLinkName: ThinkAloudLink] = [:]
    private var watches: [String: ThinkAloudWatch] = [:]
    /// Commentaries that are being ended: nothing is taken any more that could come too late.
    private var sealed: Set<String> = []

    /// A link that has nothing to do is closed after this, in nanoseconds, and opened again when it is
    /// needed: the daemon has room for 256 connections.
    private static let idleTime: Int64 = 120_000_000_000
    /// Links of one commentary that are open at once: more are no two people with their pages.
    private static let mostLinks = 48

    init(socketPath: String, log: Logger) {
        self.socketPath = socketPath
        self.log = log
    }

    /// The link of that name, opened where it is not.
    /// - Parameter directory: where the commentary's outboxes are.
    /// - Throws: `LinkError`; `ConsoleRefusal` where there are too many.
    func link(_ name: ThinkAloudLinkName, in directory: String) throws -> ThinkAloudLink {
        if let link = links[name] {
            link.lastUse = Clocks.now()
            return link
        }
        guard links.count(where: { $0.key.commentary == name.commentary }) < Self.mostLinks else {
            throw ConsoleRefusal(
                .tooManyRequests, "Too many pages take part in this: close some, and wait a while.")
        }
        let link = try ThinkAloudLink(name, directory: directory, socketPath: socketPath)
        links[name] = link
        return link
    }

    /// The same for what a page brings.
    /// - Throws: `ConsoleRefusal` where the commentary is being ended, beside the above.
    func openLink(_ name: ThinkAloudLinkName, in directory: String) throws -> ThinkAloudLink {
        guard !sealed.contains(name.commentary) else { throw ThinkAloudRoom.over }
        return try link(name, in: directory)
    }

    /// Takes nothing of pages any more, or takes it again.
    func seal(_ commentary: String, _ isSealed: Bool) {
        if isSealed { sealed.insert(commentary) } else { sealed.remove(commentary) }
    }

    /// What waits in a commentary's outboxes.
    func waiting(of commentary: String) -> Int {
        links.values.filter { $0.name.commentary == commentary }
            .reduce(0) { $0 + $1.client.outbox.entries.count }
    }

    /// Follows how a commentary stands until it is closed.
    func watch(_ commentary: String, tell: @escaping @Sendable (SessionState) -> Void) {
        watches[commentary] = ThinkAloudWatch(commentary, tell: tell)
    }

    /// Closes the microphones' links: the daemon waits for them before it stops a session, and takes a
    /// closed connection as the word that nothing more comes.
    func closeMicrophones(of commentary: String) {
        links = links.filter { name, _ in
            if case .microphone = name.part { return name.commentary != commentary }
            return true
        }
    }

    /// Closes the links of a commentary that is over.
    /// - Returns: how many pieces the daemon did not take, whose files stay, and how many samples they hold.
    func close(_ commentary: String) -> (pieces: Int, samples: Int64) {
        let left = links.values.filter { $0.name.commentary == commentary }
            .flatMap(\.client.outbox.entries).reduce(into: (pieces: 0, samples: Int64(0))) {
                $0.pieces += 1
                $0.samples += ThinkAloudLink.samples(in: $1).map { Int64($0.count) } ?? 0
            }
        watches[commentary] = nil
        links = links.filter { $0.key.commentary != commentary }
        sealed.remove(commentary)
        return left
    }

    /// Sends what can go and reads answers, without waiting.
    func process() {
        let now = Clocks.now()
        for watch in watches.values { watch.process(path: socketPath) }
        for (name, link) in links
        where now - link.lastUse > Self.idleTime && link.client.outbox.entries.isEmpty {
            links[name] = nil
        }
        for link in links.values {
            do throws(LinkError) {
                try link.process()
            } catch {
                if !link.toldTrouble { log.error("\(link.name.file): \(error)") }
                link.toldTrouble = true
            }
            guard case .refused(let refusal) = link.client.state, !link.toldTrouble else {
                continue
            }
            link.toldTrouble = true
            log.warning("\(link.name.commentary): \(link.name.file): \(refusal)")
        }
    }

    /// What to wait for.
    var polled: [pollfd] {
        watches.values.compactMap(\.descriptor).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
            + links.values.compactMap { link in
                link.client.descriptor.map {
                    pollfd(
                        fd: $0,
                        events: Int16(POLLIN) | (link.client.wantsWrite ? Int16(POLLOUT) : 0),
                        revents: 0)
                }
            }
    }

    /// When something is due though nothing came.
    var millisecondsUntilDue: Int {
        (links.values.compactMap(\.client.millisecondsUntilDue)
            + watches.values.compactMap(\.millisecondsUntilDue)).reduce(60_000, min)
    }
}
