/// What callers of a server may use up; beyond it they are refused or closed, and nobody else
/// notices.
public struct ServerLimits: Hashable, Sendable {
    /// Open connections altogether.
    public var connections: Int
    /// Open connections of one user (root and the service's own user excepted), so that one user
    /// cannot keep all others out.
    public var connectionsPerUser: Int
    /// Bytes of one message of a caller who may control.
    public var messageBytes: Int
    /// Bytes of one message of anyone else.
    public var smallMessageBytes: Int
    /// Bytes of unfinished messages of all connections together.
    public var totalInputBytes: Int
    /// Bytes that wait for one caller to read them; beyond it streams drop, and no further call of
    /// this caller is taken.
    public var backlogBytes: Int
    /// Calls of one connection that may be unanswered at once, where their methods allow several.
    public var concurrentCalls: Int
    /// How deep and how large JSON may be.
    public var json: JSONLimits

    public init(
        connections: Int = 256, connectionsPerUser: Int = 224, messageBytes: Int = 4 << 20,
        smallMessageBytes: Int = 64 << 10, totalInputBytes: Int = 64 << 20,
        backlogBytes: Int = 1 << 20, concurrentCalls: Int = 16, json: JSONLimits = JSONLimits()
    ) {
        self.connections = connections
        self.connectionsPerUser = connectionsPerUser
        self.messageBytes = messageBytes
        self.smallMessageBytes = smallMessageBytes
        self.totalInputBytes = totalInputBytes
        self.backlogBytes = backlogBytes
        self.concurrentCalls = concurrentCalls
        self.json = json
    }
}
