extension ControlInterface {
    /// Estimates a finished session's times anew and adds them to the review file beside it; answers
    /// when they are durable.
    public enum Align: VarlinkMethod {
        public static let name = "io.attune.Control.Align"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var reason: String?

            public init(session: String, reason: String? = nil) {
                self.session = session
                self.reason = reason
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var alignment: AlignmentInfo

            public init(alignment: AlignmentInfo) {
                self.alignment = alignment
            }
        }
    }
}
