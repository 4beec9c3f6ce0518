extension LinkInterface {
    /// Hands in round trips, from which the station maps the client's clock.
    public enum ReportClock: VarlinkMethod {
        public static let name = "io.attune.Link.ReportClock"
        public static let neededAccess = Access.control
        public static let isConcurrent = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var client: String
            public var observations: [ClockObservation]

            public init(session: String, client: String, observations: [ClockObservation]) {
                self.session = session
                self.client = client
                self.observations = observations
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var accepted: Int

            public init(accepted: Int) {
                self.accepted = accepted
            }
        }
    }
}
