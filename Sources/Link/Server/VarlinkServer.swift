import CSystemCalls
import Glibc
import SystemCalls

/// A Varlink service on a Unix socket.
///
/// Confined to one thread, and without a thread of its own: put `pollDescriptor` into an epoll or
/// poll, and call `process()` when it is readable; it never waits. Calls are handed over in the
/// order in which they came on their connection, the next one when the one before is answered,
/// except that several calls of concurrent methods may be under way; answers keep the order of the
/// calls. Each caller's memory is bounded (`ServerLimits`); one that sends what is no Varlink is
/// told so and closed.
///
/// Source of the protocol: https://varlink.org/Method-Call
public final class VarlinkServer {
    /// Who answers; callers are told that nothing is implemented while there is nobody.
    public weak var handler: (any VarlinkHandler)?

    private let socket: ListeningSocket
    private let identity: ServiceIdentity
    private let interfaces: [String: InterfaceDescription]
    private let interfaceNames: [String]
    private let rules: [String: MethodRule]
    private let policy: AccessPolicy
    private let limits: ServerLimits

    private let epoll: Epoll
    private let wake: EventSignal
    private var reserve: FileDescriptor?
    private var connections: [UInt64: ServerConnection] = [:]
    private var connectionsOfUser: [uid_t: Int] = [:]
    private var nextToken: UInt64 = 16
    /// Connections that have something to be done beyond reading: messages that wait, an end.
    private var pending: [UInt64] = []
    private var isProcessing = false
    private var readBuffer = [UInt8](repeating: 0, count: 64 << 10)

    private static let listenerToken: UInt64 = 0
    private static let wakeToken: UInt64 = 1

    /// How many callers were turned away because there were too many.
    public private(set) var refusedConnections = 0

    /// - Parameters:
    ///   - interfaces: what the service offers beside `org.varlink.service`.
    ///   - rules: one for each method; a method without one is not implemented.
    ///   - policy: decides from the caller's user and groups, when it connects, what it may do.
    public init(
        socket: ListeningSocket, identity: ServiceIdentity, interfaces: [InterfaceDescription],
        rules: [MethodRule], policy: AccessPolicy, limits: ServerLimits = ServerLimits()
    ) throws(LinkError) {
        self.socket = socket
        self.identity = identity
        var offered: [String: InterfaceDescription] = [:]
        for interface in [ServiceInterface.description] + interfaces {
            offered[interface.name] = interface
        }
        self.interfaces = offered
        interfaceNames = [ServiceInterface.description.name] + interfaces.map(\.name)
        self.rules = Dictionary(
            rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.policy = policy
        self.limits = limits
        do throws(SystemError) {
            epoll = try Epoll()
            wake = try EventSignal()
            reserve = try FileDescriptor(opening: "/dev/null", flags: O_RDONLY)
            try epoll.add(socket.number, token: VarlinkServer.listenerToken, [.readable])
            try epoll.add(wake.number, token: VarlinkServer.wakeToken, [.readable])
        } catch {
            throw LinkError(error)
        }
    }

    /// Readable when `process()` has something to do; owned by this value.
    public var pollDescriptor: Int32 { epoll.number }

    /// Open connections.
    public var connectionCount: Int { connections.count }

    /// Does what is ready, and returns without waiting.
    public func process() throws(LinkError) {
        isProcessing = true
        defer { isProcessing = false }
        // Bounded, so that callers who never stop cannot keep the thread; what is left over is
        // readable on the descriptor at once.
        for _ in 0..<8 {
            var ready: [(UInt64, Epoll.Readiness)] = []
            do throws(SystemError) {
                try epoll.wait(milliseconds: 0) { ready.append(($0, $1)) }
            } catch {
                throw LinkError(error)
            }
            if ready.isEmpty && pending.isEmpty { return }
            for (token, readiness) in ready {
                switch token {
                case VarlinkServer.listenerToken: acceptCallers()
                case VarlinkServer.wakeToken: wake.clear()
                default:
                    if let connection = connections[token] { serve(connection, readiness) }
                }
            }
            let waiting = pending
            pending = []
            for token in waiting {
                if let connection = connections[token] { advance(connection) }
            }
        }
        if !pending.isEmpty { wake.raise() }
    }

    /// Closes a connection, as its handler may wish.
    public func close(_ id: ConnectionID) {
        if let connection = connections[id.token] { close(connection) }
    }

    // MARK: Callers

    private func acceptCallers() {
        let number = socket.number
        for _ in 0..<64 {
            do throws(SystemError) {
                let caller = try nonBlockingSystemCall("accept") { attune_accept(number) }
                guard let accepted = caller else { return }
                admit(FileDescriptor(owning: accepted))
            } catch {
                switch error.code {
                case EMFILE, ENFILE:
                    // No descriptor is left. One is kept for this, so that the caller can be
                    // turned away instead of being reported as waiting for ever.
                    reserve = nil
                    let accepted = accept(number, nil, nil)
                    if accepted >= 0 { _ = Glibc.close(accepted) }
                    refusedConnections += 1
                    reserve = try? FileDescriptor(opening: "/dev/null", flags: O_RDONLY)
                    return
                case ECONNABORTED: continue
                default:
                    refusedConnections += 1
                    return
                }
            }
        }
    }

    private func admit(_ descriptor: consuming FileDescriptor) {
        let number = descriptor.number
        do throws(SystemError) {
            let peer = try UnixSocket.peer(of: number)
            let ofUser = connectionsOfUser[peer.user] ?? 0
            if connections.count >= limits.connections
                || (!policy.allowsOwner(peer.user) && ofUser >= limits.connectionsPerUser)
            {
                refusedConnections += 1
                return
            }
            let id = ConnectionID(token: nextToken)
            nextToken += 1
            let connection = ServerConnection(
                id: id, descriptor: consume descriptor, peer: peer, access: policy.access(of: peer))
            connection.server = self
            try epoll.add(number, token: id.token, connection.interest)
            connections[id.token] = connection
            connectionsOfUser[peer.user] = ofUser + 1
        } catch {
            refusedConnections += 1
        }
    }

    private func close(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: connection.id.token) != nil else { return }
        // The descriptor is open until `close()` below, so this cannot fail.
        try? epoll.remove(connection.number)
        connection.close()
        let ofUser = (connectionsOfUser[connection.peer.user] ?? 1) - 1
        connectionsOfUser[connection.peer.user] = ofUser == 0 ? nil : ofUser
        handler?.connectionClosed(connection.id)
    }

    /// Something was put on a connection's way out.
    func touched(_ connection: ServerConnection) {
        connection.flush()
        pending.append(connection.id.token)
        if !isProcessing { wake.raise() }
    }

    private func wantsInput(_ connection: ServerConnection) -> Bool {
        !connection.isEnded && !connection.isClosing && connection.held == nil
            && connection.backlog < limits.backlogBytes
    }

    private func messageLimit(_ connection: ServerConnection) -> Int {
        connection.access == .control ? limits.messageBytes : limits.smallMessageBytes
    }

    private func serve(_ connection: ServerConnection, _ readiness: Epoll.Readiness) {
        if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) {
            // A few reads at a time, so that one caller cannot keep the others waiting.
            for _ in 0..<4 where wantsInput(connection) {
                let more = unsafe readBuffer.withUnsafeMutableBytes {
                    unsafe connection.read(with: $0)
                }
                if !more { break }
                takeMessages(connection)
            }
        }
        if !readiness.isDisjoint(with: [.hangUp, .error]) && !wantsInput(connection) {
            // Nobody is there to read an answer, and what was sent before is dealt with.
            close(connection)
            return
        }
        connection.flush()
        advance(connection)
    }

    /// Goes on with a connection after input or output: more messages, an end, other interest.
    private func advance(_ connection: ServerConnection) {
        takeMessages(connection)
        if connection.isClosed { return }
        let isIdle = connection.slots.isEmpty && connection.outputBytes == 0
        if connection.isBroken
            || (isIdle && connection.held == nil && (connection.isEnded || connection.isClosing))
        {
            close(connection)
            return
        }
        var interest: Epoll.Readiness = []
        if wantsInput(connection) { interest.insert(.readable) }
        if connection.outputBytes > 0 { interest.insert(.writable) }
        if interest != connection.interest {
            connection.interest = interest
            do throws(SystemError) {
                try epoll.modify(connection.number, token: connection.id.token, interest)
            } catch {
                close(connection)
            }
        }
    }

    // MARK: Calls

    private func takeMessages(_ connection: ServerConnection) {
        var taken = 0
        while !connection.isClosed && !connection.isClosing {
            if let call = connection.held {
                guard mayStart(call, connection) else { break }
                if taken == 64 {
                    // The others first.
                    pending.append(connection.id.token)
                    break
                }
                connection.held = nil
                taken += 1
                start(call, connection)
                continue
            }
            guard let message = connection.nextMessage() else { break }
            if message.count > messageLimit(connection) {
                refuse(connection, "it has \(message.count) bytes")
                break
            }
            do throws(JSONError) {
                let value = try JSONValue(parsing: message, limits: limits.json)
                do throws(JSONMismatch) {
                    connection.held = try IncomingCall(value)
                } catch {
                    refuse(connection, error.reason, at: error.path)
                }
            } catch {
                refuse(connection, error.description)
            }
        }
        connection.compactInput()
        if connection.inputBytes > messageLimit(connection) {
            refuse(connection, "it is longer than \(messageLimit(connection)) bytes")
        } else if connection.inputBytes > 64 << 10 && totalInput() > limits.totalInputBytes {
            refuse(connection, "too many long messages are under way, send it again later")
        }
    }

    private func totalInput() -> Int {
        connections.values.reduce(0) { $0 + $1.inputBytes }
    }

    /// Says that a message is none, after the answers before it, and closes.
    private func refuse(
        _ connection: ServerConnection, _ reason: String, at path: String = "message"
    ) {
        if connection.isClosed || connection.isClosing { return }
        connection.isClosing = true
        connection.held = nil
        answer(connection, failure: .invalidParameter(path, reason: reason))
    }

    private func answer(_ connection: ServerConnection, failure: VarlinkError) {
        let slot = ReplySlot(isConcurrent: true)
        connection.open(slot)
        connection.put(VarlinkCall.message(failure), in: slot, isLast: true)
    }

    private func mayStart(_ call: IncomingCall, _ connection: ServerConnection) -> Bool {
        if connection.backlog >= limits.backlogBytes { return false }
        if connection.slots.isEmpty { return true }
        guard connection.slots.count < limits.concurrentCalls,
            rules[call.method]?.isConcurrent == true
        else { return false }
        return connection.slots.allSatisfy { $0.isConcurrent || $0.isFinished }
    }

    private func start(_ call: IncomingCall, _ connection: ServerConnection) {
        let slot = ReplySlot(isConcurrent: rules[call.method]?.isConcurrent ?? false)
        if !call.isOneway { connection.open(slot) }
        let handed = VarlinkCall(
            call, caller: connection, slot: slot, backlogBytes: limits.backlogBytes)
        if let failure = check(call, connection.access) {
            handed.fail(failure)
        } else if call.interface == ServiceInterface.description.name {
            ServiceInterface.answer(
                handed, identity: identity, interfaces: interfaces, names: interfaceNames)
        } else if let handler {
            handler.handle(handed)
        } else {
            handed.fail(.methodNotImplemented(call.method))
        }
    }

    /// What is wrong with a call before anyone looks at what it asks.
    private func check(_ call: IncomingCall, _ access: Access) -> VarlinkError? {
        guard let interface = interfaces[call.interface] else {
            return .interfaceNotFound(call.interface)
        }
        guard let method = interface.methods[call.shortName] else {
            return .methodNotFound(call.method)
        }
        if call.interface != ServiceInterface.description.name {
            guard let rule = rules[call.method] else { return .methodNotImplemented(call.method) }
            if access < rule.neededAccess {
                guard interface.errors["NotPermitted"] != nil else { return .permissionDenied }
                return VarlinkError(
                    name: "\(interface.name).NotPermitted",
                    parameters: [
                        "needed": .string(rule.neededAccess.description),
                        "has": .string(access.description),
                    ])
            }
            if rule.isStream && !call.wantsMore { return .expectedMore }
        }
        if let wrong = interface.mismatch(of: call.parameters, with: method.parameters) {
            return .invalidParameter(wrong.path, reason: wrong.reason)
        }
        return nil
    }
}
