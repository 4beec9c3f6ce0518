import CSystemCalls
import Glibc
import SystemCalls
import Timebase

/// Calls a Varlink service on a Unix socket.
///
/// Used by one thread. `call` and `stream` wait, up to the timeout for each answer; `send`,
/// `receive` and `descriptor` serve programs with a poll loop of their own.
public final class VarlinkClient {
    /// The service's socket.
    public let path: String
    /// How long an answer may take.
    public var timeoutMilliseconds: Int

    private let socket: FileDescriptor
    private let messageBytes: Int
    private var input: [UInt8] = []
    private var scanned = 0
    private var output: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Connects.
    /// - Parameters:
    ///   - timeoutMilliseconds: for connecting, and for each answer later; 0 does not wait at all.
    ///   - messageBytes: the largest answer taken.
    public init(
        path: String, timeoutMilliseconds: Int = 10_000, messageBytes: Int = 16 << 20
    ) throws(LinkError) {
        try UnixSocket.check(path)
        self.path = path
        self.timeoutMilliseconds = timeoutMilliseconds
        self.messageBytes = messageBytes
        do throws(SystemError) {
            socket = try UnixSocket.make(blocking: false)
        } catch {
            throw LinkError(error)
        }
        let deadline = Clocks.now() + Int64(clamping: timeoutMilliseconds) &* 1_000_000
        let number = socket.number
        while true {
            do throws(SystemError) {
                let connected = try nonBlockingSystemCall("connect", path) {
                    unsafe UnixSocket.withAddress(path) { unsafe connect(number, $0, $1) }
                }
                if connected != nil { return }
            } catch {
                throw VarlinkClient.explain(error, path: path)
            }
            // The service is there, and busy: its queue of new connections is full.
            if Clocks.now() >= deadline {
                throw LinkError(.timeout, "The daemon at \(path) takes no new connections.")
            }
            usleep(5000)
        }
    }

    private static func explain(_ error: SystemError, path: String) -> LinkError {
        switch error.code {
        case ENOENT, ECONNREFUSED, ENOTDIR:
            LinkError(
                .notRunning,
                "No daemon listens at \(path): is attuned running? (systemctl status attuned, or "
                    + "start it, or name its runtime directory with --runtime)", cause: error)
        case EACCES, EPERM:
            LinkError(
                .permission,
                "You may not connect to \(path): your user must be a member of the group attune "
                    + "(to watch) or attune-operators (to control), and signed in since.",
                cause: error)
        default: LinkError(.system, "No connection to \(path)", cause: error)
        }
    }

    /// For polling: readable when an answer has come; owned by this value.
    public var descriptor: Int32 { socket.number }

    /// Whether something waits to be written: poll for writability, and call `flush`.
    public var wantsWrite: Bool { !output.isEmpty }

    // MARK: Waiting calls

    /// Calls a method and waits for its answer.
    public func call(
        _ method: String, _ parameters: JSONValue = .object([:])
    ) throws(ClientError) -> JSONValue {
        let received: VarlinkReply?
        do throws(LinkError) {
            try send(method, parameters)
            try drain()
            received = try receive(waitingMilliseconds: timeoutMilliseconds)
        } catch {
            throw .link(error)
        }
        guard let reply = received else {
            throw .link(
                LinkError(
                    .timeout, "The daemon did not answer within \(timeoutMilliseconds) ms."))
        }
        switch reply.result {
        case .success(let value): return value
        case .failure(let error): throw .refused(error)
        }
    }

    /// Calls a typed method and waits for its answer.
    public func call<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters
    ) throws(ClientError) -> Method.Reply {
        let reply = try call(method.name, try VarlinkClient.encode(parameters))
        return try VarlinkClient.decode(Method.Reply.self, reply)
    }

    /// Calls a method that answers several times, until it ends or `body` returns false. A stream
    /// that was not followed to its end leaves answers behind: close the client then.
    /// - Parameter waitingMilliseconds: for each answer; nil waits without end.
    public func stream<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters, waitingMilliseconds: Int? = nil,
        _ body: (Method.Reply) -> Bool
    ) throws(ClientError) {
        let encoded = try VarlinkClient.encode(parameters)
        do throws(LinkError) {
            try send(method.name, encoded, wantsMore: true)
            try drain()
        } catch {
            throw .link(error)
        }
        while true {
            let received: VarlinkReply?
            do throws(LinkError) {
                received = try receive(waitingMilliseconds: waitingMilliseconds)
            } catch {
                throw .link(error)
            }
            guard let reply = received else {
                throw .link(LinkError(.timeout, "The daemon sent nothing more in time."))
            }
            switch reply.result {
            case .failure(let error): throw .refused(error)
            case .success(let parameters):
                let value = try VarlinkClient.decode(Method.Reply.self, parameters)
                if !body(value) || !reply.continues { return }
            }
        }
    }

    private static func encode<Value: Encodable>(_ value: Value) throws(ClientError) -> JSONValue {
        do throws(JSONMismatch) {
            return try JSONValue(encoding: value)
        } catch {
            throw .refused(.invalidParameter(error.path, reason: error.reason))
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ value: JSONValue
    ) throws(ClientError) -> Value {
        do throws(JSONMismatch) {
            return try value.decode(type)
        } catch {
            throw .link(
                LinkError(.malformed, "The daemon's answer does not fit its interface: \(error)"))
        }
    }

    // MARK: For poll loops

    /// Puts a call on its way and writes what can be written at once.
    public func send(
        _ method: String, _ parameters: JSONValue, wantsMore: Bool = false, isOneway: Bool = false
    ) throws(LinkError) {
        var call: [String: JSONValue] = ["method": .string(method), "parameters": parameters]
        if wantsMore { call["more"] = true }
        if isOneway { call["oneway"] = true }
        output.append(contentsOf: JSONValue.object(call).serialised)
        output.append(0)
        try flush()
    }

    /// Writes what can be written at once.
    public func flush() throws(LinkError) {
        let number = socket.number
        var sent = 0
        defer { output.removeSubrange(0..<sent) }
        while sent < output.count {
            do throws(SystemError) {
                let written = try nonBlockingSystemCall("send", path) {
                    unsafe output.withUnsafeBytes {
                        unsafe attune_send_nosignal(
                            number, $0.baseAddress.map { unsafe $0 + sent }, $0.count - sent)
                    }
                }
                guard let written else { return }
                sent += written
            } catch {
                // What the service said before it closed can still be read.
                if error.code == EPIPE || error.code == ECONNRESET {
                    sent = output.count
                    return
                }
                throw LinkError(.disconnected, "The daemon closed the connection.", cause: error)
            }
        }
    }

    private func drain() throws(LinkError) {
        let deadline = Clocks.now() + Int64(clamping: timeoutMilliseconds) &* 1_000_000
        while wantsWrite {
            let left = (deadline - Clocks.now()) / 1_000_000
            if left <= 0 { throw LinkError(.timeout, "The daemon does not read what it is sent.") }
            try wait(for: Int16(POLLOUT), milliseconds: Int(left))
            try flush()
        }
    }

    private func wait(for events: Int16, milliseconds: Int) throws(LinkError) {
        var entry = pollfd(fd: socket.number, events: events, revents: 0)
        do throws(SystemError) {
            try systemCall("poll") { unsafe poll(&entry, 1, Int32(clamping: milliseconds)) }
        } catch {
            throw LinkError(error)
        }
    }

    /// Takes the next answer.
    /// - Parameter waitingMilliseconds: 0 looks whether one has come, nil waits without end.
    /// - Returns: nil where none has come in time.
    public func receive(waitingMilliseconds: Int?) throws(LinkError) -> VarlinkReply? {
        let deadline = waitingMilliseconds.map {
            Clocks.now() + Int64(clamping: $0) &* 1_000_000
        }
        while true {
            if let reply = try nextReply() { return reply }
            if try readSome() { continue }
            guard let deadline else {
                try wait(for: Int16(POLLIN), milliseconds: -1)
                continue
            }
            let left = (deadline - Clocks.now() + 999_999) / 1_000_000
            if left <= 0 { return nil }
            try wait(for: Int16(POLLIN), milliseconds: Int(left))
        }
    }

    private func readSome() throws(LinkError) -> Bool {
        let number = socket.number
        do throws(SystemError) {
            let taken = try nonBlockingSystemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe read(number, $0.baseAddress, $0.count)
                }
            }
            guard let count = taken else { return false }
            if count == 0 {
                throw SystemError(code: ECONNRESET, call: "read", subject: path)
            }
            input.append(contentsOf: buffer[0..<count])
        } catch {
            throw LinkError(
                .disconnected, "The daemon closed the connection: has it been stopped?",
                cause: error)
        }
        if input.count > messageBytes {
            throw LinkError(.tooLarge, "The daemon's answer exceeds \(messageBytes) bytes.")
        }
        return true
    }

    private func nextReply() throws(LinkError) -> VarlinkReply? {
        guard let end = input[scanned...].firstIndex(of: 0) else {
            scanned = input.count
            return nil
        }
        defer {
            input.removeSubrange(0...end)
            scanned = 0
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(
                parsing: input[0..<end], limits: JSONLimits(depth: 64, values: 4_000_000))
        } catch {
            throw LinkError(.malformed, "The daemon's answer is no JSON: \(error)")
        }
        return try VarlinkReply(value)
    }
}
