extension ControlInterface {
    /// Reads the station's clocks.
    public enum GetClock: VarlinkMethod {
        public static let name = "io.attune.Control.GetClock"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public init() {}
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var clock: ClockReading

            public init(clock: ClockReading) {
                self.clock = clock
            }
        }
    }
}
