import Link
import SystemCalls

/// Calls the daemon's methods one after another on a thread of its own, so that waiting for an answer
/// blocks nobody else. Any task may use it.
public final class StationCaller: Sendable {
    private let socketPath: String
    private let queue = WorkQueue()
    private let thread: DedicatedThread

    /// - Throws: where no thread can be had.
    public init(socketPath: String) throws(SystemError) {
        self.socketPath = socketPath
        let queue = queue
        thread = try DedicatedThread(name: "station-calls", stackSize: 4 << 20) {
            var client: VarlinkClient?
            while let work = queue.next() { work(&client) }
        }
    }

    /// Calls a method and waits for its answer; connects anew where the daemon was away.
    public func call<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters
    ) async throws(ClientError) -> Method.Reply {
        let path = socketPath
        let name = method.name
        let encoded: JSONValue
        do throws(JSONMismatch) {
            encoded = try JSONValue(encoding: parameters)
        } catch {
            throw .refused(.invalidParameter(error.path, reason: error.reason))
        }
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<JSONValue, ClientError>, Never>) in
            queue.add { client in
                continuation.resume(
                    returning: Self.run(name, encoded, path: path, client: &client))
            }
        }
        let reply = try result.get()
        do throws(JSONMismatch) {
            return try reply.decode(Method.Reply.self)
        } catch {
            throw .link(
                LinkError(.malformed, "The daemon's answer does not fit its interface: \(error)"))
        }
    }

    private static func run(
        _ method: String, _ parameters: JSONValue, path: String, client: inout VarlinkClient?
    ) -> Result<JSONValue, ClientError> {
        do throws(ClientError) {
            let connected: VarlinkClient
            if let client {
                connected = client
            } else {
                do throws(LinkError) {
                    connected = try VarlinkClient(path: path, timeoutMilliseconds: 15_000)
                } catch {
                    throw .link(error)
                }
                client = connected
            }
            return .success(try connected.call(method, parameters))
        } catch {
            // After a failure of the connection an answer may still be under way: begin anew.
            if case .link = error { client = nil }
            return .failure(error)
        }
    }

    /// Ends the thread after what was asked before.
    public func end() {
        queue.end()
        thread.join()
    }
}
