extension ControlInterface {
    /// The state of the station.
    public enum GetStatus: VarlinkMethod {
        public static let name = "io.attune.Control.GetStatus"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public init() {}
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var status: Status

            public init(status: Status) {
                self.status = status
            }
        }
    }
}
