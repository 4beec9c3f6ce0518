extension ChatInterface {
    /// Makes void what links of a session were not used yet. Who is in stays in.
    public enum RevokeInvitations: VarlinkMethod {
        public static let name = "io.attune.Chat.RevokeInvitations"
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
            public var revoked: Int

            public init(revoked: Int) {
                self.revoked = revoked
            }
        }
    }
}
