extension ControlInterface {
    /// Puts a mark on this moment; answers when it is durable.
    public enum Mark: VarlinkMethod {
        public static let name = "io.attune.Control.Mark"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var label: String
            public var detail: JSONValue?

            public init(session: String, label: String, detail: JSONValue? = nil) {
                self.session = session
                self.label = label
                self.detail = detail
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
