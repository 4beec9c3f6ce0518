import ArgumentParser
import Chat
import Declarations
import SessionStore
import SystemCalls
import Web
import WebOptions

/// How the pages are served; what the command line does not say, the settings file does.
struct PageOptions: ParsableArguments {
    @OptionGroup
    var serving: WebOptions

    @Option(help: "Settings file; without it, /etc/attune/chat.yaml if installed.")
    var settings: String?

    @Flag(help: "Print an invitation for each session that begins.")
    var printLinks = false

    @Option(help: "Folder of the page's files.")
    var pagesFrom: String?

    @Option(help: ArgumentHelp("Multiplies replies' delays (tests).", visibility: .hidden))
    var replyPace: Double = 1

    func settings(
        runtime: String, session: String, state: String, persona: String,
        inherited: InheritedSocket? = nil
    ) throws -> ChatServerSettings {
        let path = settings ?? Places.settings(of: "chat")
        let file = try path.map { try ChatSettingsFile.load(path: $0) } ?? ChatSettingsFile()
        return ChatServerSettings(
            socketPath: Places.socket(runtime: runtime),
            chatSocketPath: Places.chatSocket(runtime: runtime), session: session,
            stateDirectory: state, pagesDirectory: pagesFrom ?? Places.chatPages,
            place: try serving.choice.over(file.serving).place(
                usual: ListenAddress(host: "127.0.0.1", port: 8090), directory: state,
                inherited: inherited),
            persona: persona, printsLinks: printLinks || (file.printLinks ?? false),
            linkSeconds: Int64((file.linkHours ?? 24) * 3600), replyPace: max(replyPace, 0),
            version: SoftwareVersion.current)
    }
}
