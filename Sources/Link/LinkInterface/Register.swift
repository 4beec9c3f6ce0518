extension LinkInterface {
    /// Joins a session under a stable name. acknowledged is the last sequence of this client in
    /// this session that is durable; the client sends all after it. A client on the station's
    /// clock gives the boot id of its machine, so that another machine's clock is not mistaken
    /// for it. Calling again with the same streams is fine.
    public enum Register: VarlinkMethod {
        public static let name = "io.attune.Link.Register"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var client: String
            public var title: String
            public var clock: LinkClock
            public var bootId: String?
            public var streams: [LinkStream]

            public init(
                session: String, client: String, title: String, clock: LinkClock,
                bootId: String? = nil, streams: [LinkStream]
            ) {
                self.session = session
                self.client = client
                self.title = title
                self.clock = clock
                self.bootId = bootId
                self.streams = streams
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var client: String
            public var session: LinkSession
            public var acknowledged: Int64

            public init(client: String, session: LinkSession, acknowledged: Int64) {
                self.client = client
                self.session = session
                self.acknowledged = acknowledged
            }
        }
    }
}
