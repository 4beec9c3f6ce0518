import ArgumentParser
import Link
import SystemCalls

/// `attune chat`: the participants' pages.
struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Let participants into their pages, and see the rooms.",
        subcommands: [ChatLinkCommand.self, ChatRoomsCommand.self])
}

/// `attune chat link`: an invitation, or the end of those that nobody used.
struct ChatLinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Make a link that lets one browser into a session's page, once.")

    @Argument(help: "The session (id or its beginning); the only one that records, if left out.")
    var session = ""

    @Flag(help: "Make no link, but void those of the session that nobody has used.")
    var revoke = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let client = try global.connectToChat()
        if revoke {
            let reply = try client.call(
                ChatInterface.RevokeInvitations.self, .init(session: session))
            if global.json { return try Output.json(reply) }
            print("\(reply.revoked) unused links are void")
            return
        }
        let reply = try client.call(ChatInterface.Invite.self, .init(session: session))
        if global.json { return try Output.json(reply) }
        print(reply.url)
        print("lets one browser in, once, until \(Output.localTime(reply.expiresUtcNs))")
    }
}

/// `attune chat rooms`: who is there.
struct ChatRoomsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rooms", abstract: "Show the rooms of the sessions that record.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let reply = try global.connectToChat().call(ChatInterface.ListRooms.self, .init())
        if global.json { return try Output.json(reply) }
        print("pages at \(reply.address)")
        guard !reply.rooms.isEmpty else {
            print("No session with a page is recording.")
            return
        }
        var rows = [["SESSION", "PARTICIPANT", "PHASE", "JOINED", "PAGES", "TURNS", ""]]
        for room in reply.rooms {
            rows.append([
                room.session, "\(room.study)/\(room.participant)", room.phase ?? "-",
                room.joined ? "yes" : room.openInvitations > 0 ? "invited" : "no",
                "\(room.pages)", "\(room.turns)",
                room.ended ? "ended" : room.paused.map { "paused: \($0)" } ?? "",
            ])
        }
        Output.table(rows)
    }
}

extension GlobalOptions {
    /// Connects to the chat's own socket; the error says what to do.
    func connectToChat() throws -> VarlinkClient {
        let path = Places.chatSocket(runtime: runtime ?? Places.runtime)
        do throws(LinkError) {
            return try VarlinkClient(path: path)
        } catch {
            guard error.code == .notRunning else { throw error }
            throw ValidationError(
                "No chat serves pages at \(path): start attune-chat (systemctl start attune-chat), or "
                    + "name its runtime directory with --runtime.")
        }
    }
}
