extension ControlInterface {
    /// Where a session that records stands in its protocol; without a protocol there are no phases.
    public enum GetProcedure: VarlinkMethod {
        public static let name = "io.attune.Control.GetProcedure"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String

            public init(session: String) {
                self.session = session
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo
            public var procedure: ProcedureInfo

            public init(session: SessionInfo, procedure: ProcedureInfo) {
                self.session = session
                self.procedure = procedure
            }
        }
    }
}
