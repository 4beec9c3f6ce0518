import Glibc
import Link
import SystemCalls

/// A service that tells each caller on which connection it is, counted from 1; on a real socket, in a thread of
/// its own.
final class CountingService: Sendable {
    /// Asks for the connection's number, or to be refused.
    enum Ask: VarlinkMethod {
        static let name = "org.example.counting.Ask"
        static let neededAccess = Access.none

        struct Parameters: Codable {
            var refused: Bool
        }

        struct Reply: Codable {
            var connection: Int
        }
    }

    private static let interface = """
        interface org.example.counting
        method Ask(refused: bool) -> (connection: int)
        error Refused ()
        """

    private let signal: EventSignal
    private let thread: DedicatedThread

    init(path: String) throws {
        let socket = try ListeningSocket(path: path, mode: 0o600)
        let signal = try EventSignal()
        self.signal = signal
        thread = try DedicatedThread(name: "counting", stackSize: 8 << 20) {
            do {
                let server = try VarlinkServer(
                    socket: socket,
                    identity: ServiceIdentity(
                        vendor: "Attune", product: "stand-in", version: "1",
                        url: "https://example.org"),
                    interfaces: [try InterfaceDescription(Self.interface)],
                    rules: [MethodRule(Ask.self)],
                    policy: AccessPolicy(watchGroups: [], controlGroups: []))
                let handler = Handler()
                server.handler = handler
                defer { withExtendedLifetime(handler) {} }
                while true {
                    var entries = [
                        pollfd(fd: server.pollDescriptor, events: Int16(POLLIN), revents: 0),
                        pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0),
                    ]
                    _ = unsafe poll(&entries, 2, -1)
                    if entries[1].revents != 0 { return }
                    try server.process()
                }
            } catch {
                print("the stand-in failed: \(error)")
            }
        }
    }

    /// Ends it and waits.
    func stop() {
        signal.raise()
        thread.join()
    }

    private final class Handler: VarlinkHandler {
        private var numbers: [ConnectionID: Int] = [:]

        func connectionClosed(_ connection: ConnectionID) {}

        func handle(_ call: VarlinkCall) {
            do throws(VarlinkError) {
                let number = numbers[call.connection, default: numbers.count + 1]
                numbers[call.connection] = number
                if try call.parameters(of: Ask.self).refused {
                    throw VarlinkError(name: "org.example.counting.Refused")
                }
                call.reply(Ask.Reply(connection: number))
            } catch {
                call.fail(error)
            }
        }
    }
}
