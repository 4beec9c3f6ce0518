extension ControlInterface {
    /// Starts recording. Devices are given by name; without them all that are not in use are
    /// taken. The kind is chat unless said otherwise; a commentary names its parent.
    public enum StartSession: VarlinkMethod {
        public static let name = "io.attune.Control.StartSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var participant: String
            public var `protocol`: String?
            public var devices: [String]?
            public var kind: String?
            public var pilot: Bool?
            public var parent: String?
            /// The person for whom the caller acts.
            public var actor: String?

            public init(
                study: String, participant: String, `protocol`: String? = nil,
                devices: [String]? = nil, kind: String? = nil, pilot: Bool? = nil,
                parent: String? = nil, actor: String? = nil
            ) {
                self.study = study
                self.participant = participant
                self.`protocol` = `protocol`
                self.devices = devices
                self.kind = kind
                self.pilot = pilot
                self.parent = parent
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo

            public init(session: SessionInfo) {
                self.session = session
            }
        }
    }
}
