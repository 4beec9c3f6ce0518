extension ChatInterface {
    /// The rooms of all sessions that record, and the address of the pages.
    public enum ListRooms: VarlinkMethod {
        public static let name = "io.attune.Chat.ListRooms"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public init() {}
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var address: String
            public var rooms: [Room]

            public init(address: String, rooms: [Room]) {
                self.address = address
                self.rooms = rooms
            }
        }
    }

    /// The room of one session.
    public struct Room: Codable, Hashable, Sendable {
        public var session: String
        public var study: String
        public var participant: String
        public var phase: String?
        public var joined: Bool
        public var pages: Int
        public var openInvitations: Int
        public var turns: Int
        public var paused: String?
        public var ended: Bool

        public init(
            session: String, study: String, participant: String, phase: String?, joined: Bool,
            pages: Int, openInvitations: Int, turns: Int, paused: String?, ended: Bool
        ) {
            self.session = session
            self.study = study
            self.participant = participant
            self.phase = phase
            self.joined = joined
            self.pages = pages
            self.openInvitations = openInvitations
            self.turns = turns
            self.paused = paused
            self.ended = ended
        }
    }
}
