extension ControlInterface {
    /// Follows a session live; needs more. Without streams all are followed; events are sent
    /// unless declined. Ends when the session stops.
    public enum Subscribe: VarlinkMethod {
        public static let name = "io.attune.Control.Subscribe"
        public static let neededAccess = Access.watch
        public static let isStream = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var streams: [String]?
            public var events: Bool?

            public init(session: String, streams: [String]? = nil, events: Bool? = nil) {
                self.session = session
                self.streams = streams
                self.events = events
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var item: StreamItem

            public init(item: StreamItem) {
                self.item = item
            }
        }
    }
}
