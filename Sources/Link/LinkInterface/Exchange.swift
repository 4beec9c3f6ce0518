extension LinkInterface {
    /// Reads the station's clock, for a client with a clock of its own; answers at once. Best
    /// on a connection that does nothing else.
    public enum Exchange: VarlinkMethod {
        public static let name = "io.attune.Link.Exchange"
        public static let neededAccess = Access.watch
        public static let isConcurrent = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var clientNs: Int64

            public init(clientNs: Int64) {
                self.clientNs = clientNs
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var receivedNs: Int64
            public var sentNs: Int64

            public init(receivedNs: Int64, sentNs: Int64) {
                self.receivedNs = receivedNs
                self.sentNs = sentNs
            }
        }
    }
}
