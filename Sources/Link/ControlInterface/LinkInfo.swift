/// Programs at the link.
public struct LinkInfo: Codable, Hashable, Sendable {
    /// Clients of sessions that record, and how many of them are connected.
    public var clients: Int
    public var connected: Int
    /// What they sent that is taken and not durable yet.
    public var waiting: Int64
    /// Pieces of live streams that subscribers were too slow for, since the daemon began.
    public var missed: Int64

    public init(clients: Int, connected: Int, waiting: Int64, missed: Int64) {
        self.clients = clients
        self.connected = connected
        self.waiting = waiting
        self.missed = missed
    }
}
