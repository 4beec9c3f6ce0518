extension LinkInterface {
    /// Brings events, in the order of their sequences; answers when they are durable. What was
    /// sent before is left out and acknowledged again.
    public enum SendEvents: VarlinkMethod {
        public static let name = "io.attune.Link.SendEvents"
        public static let neededAccess = Access.control
        public static let isConcurrent = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var client: String
            public var events: [LinkEvent]

            public init(session: String, client: String, events: [LinkEvent]) {
                self.session = session
                self.client = client
                self.events = events
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var acknowledged: Int64

            public init(acknowledged: Int64) {
                self.acknowledged = acknowledged
            }
        }
    }
}
