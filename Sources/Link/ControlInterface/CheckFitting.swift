extension ControlInterface {
    /// Looks at the session's sensors, disk and clients as the protocol's fitting phase asks.
    public enum CheckFitting: VarlinkMethod {
        public static let name = "io.attune.Control.CheckFitting"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String

            public init(session: String) {
                self.session = session
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var checks: [FittingCheck]

            public init(checks: [FittingCheck]) {
                self.checks = checks
            }
        }
    }
}
