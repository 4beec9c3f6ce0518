extension LinkInterface {
    /// Tells the state of a session now and at each change; needs more. Ends after its last
    /// state.
    public enum WatchSession: VarlinkMethod {
        public static let name = "io.attune.Link.WatchSession"
        public static let neededAccess = Access.watch
        public static let isStream = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String

            public init(session: String) {
                self.session = session
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: LinkSession

            public init(session: LinkSession) {
                self.session = session
            }
        }
    }
}
