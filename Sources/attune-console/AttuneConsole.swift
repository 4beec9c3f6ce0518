import ArgumentParser
import Console
import Glibc
import Logging
import SessionStore
import SystemCalls
import Web

/// The researcher's pages.
@main
struct AttuneConsole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-console",
        abstract: "The researcher's pages: run sessions, play them back, think aloud, rate.",
        version: SoftwareVersion.current)

    @Option(help: ArgumentHelp("Address and port of the pages.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"

    @Option(help: "The daemon's runtime directory.")
    var runtime: String?

    @Option(help: "Where sessions are kept.")
    var data: String?

    @Option(help: "Where the console keeps accounts and what is not delivered yet.")
    var state: String?

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        guard let address = ListenAddress(listen) else {
            throw ValidationError("'\(listen)' is no address to listen on: say HOST:PORT.")
        }
        let runtime = runtime ?? Places.runtime
        let data = data ?? Places.data
        let settings = ConsoleSettings(
            socketPath: Places.socket(runtime: runtime),
            chatSocketPath: Places.chatSocket(runtime: runtime), dataDirectory: data,
            stateDirectory: state ?? "\(data)/.console", pagesDirectory: Places.consolePages,
            participantPagesDirectory: Places.chatPages, place: WebPlace(address: address),
            version: SoftwareVersion.current)
        try await ConsoleServer(settings: settings, log: Logger(label: "attune-console")).run()
    }
}
