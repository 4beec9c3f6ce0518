extension ControlInterface {
    /// Says that somebody has seen a client's alarm; answers when that is durable. Also for alarms
    /// of a session that ended while they waited.
    public enum AcknowledgeAlarm: VarlinkMethod {
        public static let name = "io.attune.Control.AcknowledgeAlarm"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var alarm: String
            public var note: String?

            public init(session: String, alarm: String, note: String? = nil) {
                self.session = session
                self.alarm = alarm
                self.note = note
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var alarm: Alarm

            public init(alarm: Alarm) {
                self.alarm = alarm
            }
        }
    }
}
