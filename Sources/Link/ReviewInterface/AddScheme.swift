extension ReviewInterface {
    /// Adds a coding scheme's text to a session's review file; the same text again gives the same row.
    public enum AddScheme: VarlinkMethod {
        public static let name = "io.attune.Review.AddScheme"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var actor: String?
            public var name: String
            public var version: String
            public var text: String

            public init(
                session: String, actor: String? = nil, name: String, version: String, text: String
            ) {
                self.session = session
                self.actor = actor
                self.name = name
                self.version = version
                self.text = text
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var id: Int64
            public var sha256: String

            public init(id: Int64, sha256: String) {
                self.id = id
                self.sha256 = sha256
            }
        }
    }
}
