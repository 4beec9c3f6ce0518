import ArgumentParser
import Chat
import Declarations
import Glibc
import Link
import Logging
import SessionStore
import SimulatedClient
import StudyProtocol
import SystemCalls
import Web

/// The chat: a linked client of its own process.
@main
struct AttuneChat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-chat",
        abstract: "The chat of a session, linked to the daemon that records it.",
        discussion: """
            Serves the participants' pages of all sessions that record. 'attune chat link' makes the \
            invitation that lets a participant's browser in. SIGTERM ends it; nothing is lost, and the \
            next start goes on.
            """,
        version: SoftwareVersion.current)

    @Flag(help: "Chat in this terminal instead, with one session.")
    var terminal = false

    @Option(
        help: ArgumentHelp(
            "Be the participant instead: open this invitation in a headless Chromium, and type.",
            valueName: "url"))
    var participant: String?

    @Option(
        help: ArgumentHelp("What --participant saw and sent is written there.", valueName: "file"))
    var participantLog: String?

    @OptionGroup(title: "Pages")
    var pages: PageOptions

    @Option(help: "The daemon's runtime directory.")
    var runtime: String?

    @Option(help: "The session (id or its beginning); the only one that records, if left out.")
    var session = ""

    @Option(
        help: """
            What the simulated client says: the name of a script of Protocols/personas, a script's \
            file (.yaml), or a text file with one reply a line.
            """)
    var script = "distressed-client"

    @Option(help: "Type by itself: a file with one message a line, or 'builtin'.")
    var typist: String?

    @Flag(help: "Type a small conversation by itself, as '--typist builtin' does.")
    var scriptedParticipant = false

    @Option(help: "What makes one scripted participant type unlike another.")
    var seed: UInt64 = 1

    @Option(help: "Speed of the scripted participant: 1 for an average typist, less is faster.")
    var pace = 0.6

    @Option(help: "A named pipe that takes the scripted participant's keys (struct input_event).")
    var keyboard: String?

    @Option(help: "Where what is not delivered yet is kept.")
    var state: String?

    @Flag(help: "Send the text of the draft too. Only with the participant's consent.")
    var withDraftText = false

    @Flag(help: "Read the settings, say what is wrong with them, and end.")
    var check = false

    func run() async throws {
        if check {
            try checkSettings()
        } else if let participant {
            try takePart(participant)
        } else if terminal {
            try chatInTerminal()
        } else {
            try await servePages()
        }
    }

    func validate() throws {
        if terminal && participant != nil {
            throw ValidationError("--terminal and --participant are two ways to chat: give one.")
        }
    }

    private func checkSettings() throws {
        do {
            if let path = pages.settings ?? Places.settings(of: "chat") {
                _ = try ChatSettingsFile.load(path: path)
            }
        } catch {
            try FileSystem.writeAll(Array("attune-chat: \(error)\n".utf8), to: STDERR_FILENO)
            throw ExitCode(78)
        }
        print("the settings are in order")
    }

    private func takePart(_ address: String) throws {
        let words = try typist.map { $0 == "builtin" ? Typist.standard : try lines(of: $0) }
        let participant = try BrowserParticipant(
            .init(
                address: address,
                typist: Typist(lines: words ?? Typist.standard, seed: seed, pace: pace),
                keyboardPath: keyboard, logPath: participantLog))
        try participant.run()
    }

    private func servePages() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            try ProcessProtection.forbidCoreDumps()
            let settings = try pages.settings(
                runtime: runtime ?? Places.runtime, session: session,
                state: state ?? usualState(), persona: script,
                inherited: try InheritedSocket.take(unit: "attune-chat.socket"))
            try await ChatServer(settings: settings, log: Logger(label: "attune-chat")).run()
        } catch let error as ValidationError {
            throw error
        } catch {
            try? FileSystem.writeAll(Array("attune-chat: \(error)\n".utf8), to: STDERR_FILENO)
            // A mistake in the settings: starting again would not help (sysexits.h, EX_CONFIG).
            let isMistake = (error as? WebError)?.code == .address || error is DeclarationErrors
            throw ExitCode(isMistake ? 78 : 1)
        }
    }

    private func chatInTerminal() throws {
        let words = try typist.map { $0 == "builtin" ? Typist.standard : try lines(of: $0) }
        let typed = words ?? (scriptedParticipant ? Typist.standard : nil)
        let partner = try partner()
        let chat = try TerminalChat(
            settings: ChatSettings(
                socketPath: Places.socket(runtime: runtime ?? Places.runtime), session: session,
                stateDirectory: state ?? usualState(), sendsDraftText: withDraftText,
                typist: typed.map { Typist(lines: $0, seed: seed, pace: pace) },
                keyboardPath: keyboard), partner: partner)
        try chat.run()
    }

    private func partner() throws -> any ChatPartner {
        let path = Places.personaFile(script)
        guard path.hasSuffix(".yaml") else { return LinePartner(lines: try lines(of: path)) }
        do {
            return ScriptedPartner(try ChatScript.load(path: path))
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private func lines(of path: String) throws -> [String] {
        do {
            return try FileSystem.readText(path).split(separator: "\n").map(String.init)
        } catch {
            throw ValidationError("The file \(path) cannot be read: \(error.reason).")
        }
    }

    private func usualState() -> String {
        func variable(_ name: String) -> String? {
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        if let directory = variable("STATE_DIRECTORY") { return directory }
        if let directory = variable("XDG_STATE_HOME") { return directory + "/attune" }
        return (variable("HOME") ?? "/tmp") + "/.local/state/attune"
    }
}
