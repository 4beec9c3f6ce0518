import NIOCore
import Synchronization

/// How many connections each address has.
public final class ConnectionCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    public init() {}

    /// What one address may have: a laboratory's browsers can share one, with six connections each.
    static let most = 256

    /// Counts a connection of an address.
    ///
    /// - Returns: whether it may have one more.
    func add(_ address: String) -> Bool {
        counts.withLock { counts in
            counts[address, default: 0] += 1
            return counts[address, default: 0] <= Self.most
        }
    }

    /// Takes off a connection that was counted.
    func remove(_ address: String) {
        counts.withLock { counts in
            let left = (counts[address] ?? 1) - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}

/// Ends a connection on which no whole head of a request comes in good time, and those of an address
/// that has too many. Lies behind the decoder: the first thing that it sees is a head.
///
/// Belongs to its connection's event loop.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// How long the first head may take, TLS included. Later ones have the time that a connection may
    /// be idle.
    static let headTime = TimeAmount.seconds(10)

    private let counts: ConnectionCounts
    private var counted: String?
    private var deadline: Scheduled<Void>?

    init(_ counts: ConnectionCounts) {
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: Self.headTime) {
            channel.close(promise: nil)
        }
        guard let address = channel.remoteAddress?.ipAddress, !Self.isLoopback(address) else {
            return
        }
        counted = address
        if !counts.add(address) {
            // Not before the connection is set up.
            context.eventLoop.execute { channel.close(promise: nil) }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        settle()
        if let counted { counts.remove(counted) }
        counted = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        settle()
        context.fireChannelRead(data)
    }

    private func settle() {
        deadline?.cancel()
        deadline = nil
    }

    /// Whether an address is this machine's own, where a proxy may stand for everybody.
    static func isLoopback(_ address: String) -> Bool {
        let plain = address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
        return plain == "::1" || plain.hasPrefix("127.")
    }
}
