extension ControlInterface {
    /// One session and its streams.
    public enum GetSession: VarlinkMethod {
        public static let name = "io.attune.Control.GetSession"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String

            public init(session: String) {
                self.session = session
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo
            public var streams: [StreamInfo]

            public init(session: SessionInfo, streams: [StreamInfo]) {
                self.session = session
                self.streams = streams
            }
        }
    }
}
