import Hummingbird
import NIOCore

/// A request's surroundings, with the connection that it came on.
public struct WebRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public let channel: any Channel

    /// Whether the other end of the connection is on this machine: a program, or a proxy for anybody.
    public var isFromThisMachine: Bool {
        channel.remoteAddress?.ipAddress.map(ConnectionGuard.isLoopback) ?? false
    }

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
