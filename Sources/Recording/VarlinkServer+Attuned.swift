import Glibc
import Link
import SystemCalls

extension VarlinkServer {
    /// The daemon's server: its interfaces, on one socket. What a caller may do is decided from its groups.
    static func attuned(
        socket: ListeningSocket, version: String, policy: AccessPolicy, handler: any VarlinkHandler
    ) throws(LinkError) -> VarlinkServer {
        let server = try VarlinkServer(
            socket: socket,
            identity: ServiceIdentity(
                vendor: "Attune", product: "attuned", version: version,
                url: "https://attune.example"),
            interfaces: interfaces(),
            rules: ControlInterface.rules + LinkInterface.rules + StudyInterface.rules
                + ReviewInterface.rules,
            policy: policy)
        server.handler = handler
        return server
    }

    private static func interfaces() throws(LinkError) -> [InterfaceDescription] {
        do throws(InterfaceSyntaxError) {
            return [
                try InterfaceDescription(ControlInterface.text),
                try InterfaceDescription(LinkInterface.text),
                try InterfaceDescription(StudyInterface.text),
                try InterfaceDescription(ReviewInterface.text),
            ]
        } catch {
            throw LinkError(.malformed, "an interface's description is wrong: \(error)")
        }
    }
}
