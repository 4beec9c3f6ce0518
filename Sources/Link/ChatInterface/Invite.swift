extension ChatInterface {
    /// Makes a link that lets one browser into a session's page, once; `NoSuchRoom` where the session has ended.
    public enum Invite: VarlinkMethod {
        public static let name = "io.attune.Chat.Invite"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var actor: String?

            public init(session: String, actor: String? = nil) {
                self.session = session
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var url: String
            public var expiresUtcNs: Int64

            public init(url: String, expiresUtcNs: Int64) {
                self.url = url
                self.expiresUtcNs = expiresUtcNs
            }
        }
    }
}
