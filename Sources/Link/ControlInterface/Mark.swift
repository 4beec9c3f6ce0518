extension ControlInterface {
    /// Puts a mark on this moment; answers when it is durable.
    public enum Mark: VarlinkMethod {
        public static let name = "io.attune.Control.Mark"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var label: String
            public var detail: JSONValue?
            /// The moment that is marked, and the bound of its error; nil for that of the call.
            public var timeNs: Int64?
            public var boundNs: Int64?
            /// The person for whom the caller acts.
            public var actor: String?

            public init(
                session: String, label: String, detail: JSONValue? = nil, timeNs: Int64? = nil,
                boundNs: Int64? = nil, actor: String? = nil
            ) {
                self.session = session
                self.label = label
                self.detail = detail
                self.timeNs = timeNs
                self.boundNs = boundNs
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo
            public var timeNs: Int64

            public init(session: SessionInfo, timeNs: Int64) {
                self.session = session
                self.timeNs = timeNs
            }
        }
    }
}
