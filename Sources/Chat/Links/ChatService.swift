import Link
import Synchronization

/// The chat's own socket, for whoever invites participants. Confined to the links' thread; what takes
/// longer is answered there later.
final class ChatService: VarlinkHandler {
    /// Answers a call, on any thread, once.
    typealias Answer = @Sendable (Result<JSONValue, VarlinkError>) -> Void
    /// Does what a call asks for. The actor is who calls, for the audit trail.
    typealias Body =
        @Sendable (
            _ method: String, _ parameters: JSONValue, _ actor: String, @escaping Answer
        ) -> Void

    private let server: VarlinkServer
    private let body: Body
    private let links: RoomLinks
    private var waiting: [Int: VarlinkCall] = [:]
    private var next = 0

    /// - Parameters:
    ///   - path: of the socket; its lock keeps a second chat away.
    ///   - links: whose thread this is.
    init(
        path: String, version: String, links: RoomLinks, body: @escaping Body
    ) throws {
        self.body = body
        self.links = links
        server = try VarlinkServer(
            socket: try ListeningSocket(path: path),
            identity: ServiceIdentity(
                vendor: "Attune", product: "attune-chat", version: version,
                url: "https://github.com/attune"),
            interfaces: [try InterfaceDescription(ChatInterface.text)],
            rules: ChatInterface.rules, policy: AccessPolicy.named().policy)
        server.handler = self
    }

    var pollDescriptor: Int32 { server.pollDescriptor }

    func process() throws(LinkError) { try server.process() }

    func handle(_ call: VarlinkCall) {
        let token = next
        next += 1
        waiting[token] = call
        let holder = ServiceReference(self)
        let links = links
        body(call.method, call.parameters, call.actor) { result in
            links.perform { holder.service?.answer(token, result) }
        }
    }

    private func answer(_ token: Int, _ result: Result<JSONValue, VarlinkError>) {
        guard let call = waiting.removeValue(forKey: token) else { return }
        switch result {
        case .success(let reply): call.reply(reply)
        case .failure(let error): call.fail(error)
        }
    }

    func connectionClosed(_ connection: ConnectionID) {
        waiting = waiting.filter { $0.value.connection != connection }
    }
}

/// Carries a service through other threads back to its own; nothing of it is used on the way.
private final class ServiceReference: @unchecked Sendable {
    // Set once before it is shared, and read on the links' thread alone, where `perform` runs.
    private(set) weak var service: ChatService?

    init(_ service: ChatService) { self.service = service }
}
