// Written by Protocols/interfaces/embed.sh from io.attune.Chat.varlink.

extension ChatInterface {
    /// The interface's description in Varlink's own language.
    public static let text = #"""
        # The participants' pages: links that let them in, and the rooms there are. Served by attune-chat, on
        # chat.sock in the daemon's runtime directory.
        #
        # Times ending in _utc_ns are nanoseconds since 1970-01-01 UTC. A parameter named session takes a
        # session's id, any prefix of it that only one room has, or the empty string for the only room.
        interface io.attune.Chat

        # The room of one session. joined says whether a browser was let in, pages how many follow it now;
        # open_invitations counts links that can still be used. turns counts the messages of both sides.
        type Room (
            session: string,
            study: string,
            participant: string,
            phase: ?string,
            joined: bool,
            pages: int,
            open_invitations: int,
            turns: int,
            paused: ?string,
            ended: bool
        )

        # Makes a link that lets one browser into a session's page, once; NoSuchRoom where the session has ended.
        #
        # Here and below, actor is the person for whom the caller acts, as a console with users of its own knows
        # them. With the caller's own user it goes into the audit trail of the session: the chat tells the daemon
        # by an event of the kind invitation.
        method Invite(session: string, actor: ?string) -> (url: string, expires_utc_ns: int)

        # The rooms of all sessions that record, and the address of the pages.
        method ListRooms() -> (address: string, rooms: []Room)

        # Makes void what links of a session were not used yet. Who is in stays in. The session's end does so by
        # itself.
        method RevokeInvitations(session: string, actor: ?string) -> (revoked: int)

        # There is no room for that session: it does not record, or the prefix fits several, or the empty one
        # fits none.
        error NoSuchRoom (session: string)

        # The caller has too few rights: watch needs the group attune, control attune-operators.
        error NotPermitted (needed: string, has: string)

        """#
}
