import Link

/// Asks the daemon over one connection, which is made for the first question, and anew after a failure. Used
/// by one thread.
final class DaemonCaller {
    private let socket: String
    private var client: VarlinkClient?

    /// How long the daemon has to take a connection, and to answer each question.
    private static let timeoutMilliseconds = 2000

    /// - Parameter socket: the daemon's.
    init(socket: String) { self.socket = socket }

    /// Calls a method, and waits for its answer.
    /// - Throws: what kept the answer away. The connection is given up then, whatever it was: a late answer
    ///   would be taken for that of the next question.
    func call<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters
    ) throws(ClientError) -> Method.Reply {
        do throws(ClientError) {
            return try connected().call(method, parameters)
        } catch {
            drop()
            throw error
        }
    }

    /// Gives the connection up, as where the daemon is known to have ended.
    func drop() { client = nil }

    private func connected() throws(ClientError) -> VarlinkClient {
        if let client { return client }
        do throws(LinkError) {
            let made = try VarlinkClient(
                path: socket, timeoutMilliseconds: Self.timeoutMilliseconds)
            client = made
            return made
        } catch {
            throw .link(error)
        }
    }
}
