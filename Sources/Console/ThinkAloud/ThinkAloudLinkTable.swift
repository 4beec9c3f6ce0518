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

    init(socketPath: String, log: Logger) {
        self.socketPath = socketPath
        self.log = log
    }

    /// The link of that name, opened where it is not.
    /// - Parameter directory: where the commentary's outboxes are.
    func link(
        _ name: ThinkAloudLinkName, in directory: String
    ) throws(LinkError) -> ThinkAloudLink {
        if let link = links[name] { return link }
        let link = try ThinkAloudLink(name, directory: directory, socketPath: socketPath)
        links[name] = link
        return link
    }

    /// What waits in a commentary's outboxes.
    func waiting(of commentary: String) -> Int {
        links.values.filter { $0.name.commentary == commentary }
            .reduce(0) { $0 + $1.client.outbox.entries.count }
    }

    /// Closes the links of a commentary that is over.
    /// - Returns: how many pieces the daemon did not take; their files stay.
    func close(_ commentary: String) -> Int {
        let left = waiting(of: commentary)
        links = links.filter { $0.key.commentary != commentary }
        return left
    }

    /// Sends what can go and reads answers, without waiting.
    func process() {
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
        links.values.compactMap { link in
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
        links.values.compactMap(\.client.millisecondsUntilDue).min() ?? 60_000
    }
}
