extension LinkedClient {
    /// What the client says of itself when it registers.
    public struct Registration: Hashable, Sendable {
        public var session: String
        /// A stable name, such as `chat`; the outbox's number is added to it.
        public var client: String
        public var title: String
        public var streams: [LinkStream]
        /// Whose clock the times are on. With a clock of its own nothing goes out before `report`
        /// was given a round trip.
        public var clock: LinkClock

        public init(
            session: String, client: String, title: String, streams: [LinkStream] = [],
            clock: LinkClock = .station
        ) {
            self.session = session
            self.client = client
            self.title = title
            self.streams = streams
            self.clock = clock
        }
    }
}
