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
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, alarm: String, note: String? = nil, actor: String? = nil) {
                self.session = session
                self.alarm = alarm
                self.note = note
                self.actor = actor
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
