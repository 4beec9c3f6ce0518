/// The interface `io.attune.Chat`: its methods, each with its parameters, its reply and the right it needs.
public enum ChatInterface {
    /// The interface's name on the wire.
    public static let name = "io.attune.Chat"

    /// One rule for each method; the server refuses what is not listed.
    public static let rules: [MethodRule] = [
        MethodRule(Invite.self),
        MethodRule(ListRooms.self),
        MethodRule(RevokeInvitations.self),
    ]

    /// The error for a session that has no room.
    public static func noSuchRoom(_ session: String) -> VarlinkError {
        VarlinkError(name: "\(name).NoSuchRoom", parameters: ["session": .string(session)])
    }
}
