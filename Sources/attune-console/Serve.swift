import ArgumentParser
import Console
import Declarations
import Glibc
import Logging
import SessionStore
import SystemCalls
import Web
import WebOptions

/// Serves the pages.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the pages until SIGTERM (what it does anyway).")

    @OptionGroup(title: "Pages")
    var serving: WebOptions

    @Option(help: "The daemon's runtime directory.")
    var runtime: String?

    @OptionGroup
    var places: PlaceOptions

    @Option(help: "Settings file; without it, /etc/attune/console.yaml if installed.")
    var settings: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Tell figures for Prometheus at /metrics, to this machine or who has the token.")
    var metrics: Bool?

    @Option(
        help: ArgumentHelp(
            "File with the token that who reads the metrics has to show.", valueName: "file"))
    var metricsTokenFile: String?

    @Option(help: "Folder of the page's files.")
    var pagesFrom: String?

    @Flag(help: "Read the settings, say what is wrong with them, and end.")
    var check = false

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            if check {
                if let path = settings ?? Places.settings(of: "console") {
                    _ = try ConsoleSettingsFile.load(path: path)
                }
                return print("the settings are in order")
            }
            // Sessions are about people: nothing of them must reach the disk in a core dump.
            try ProcessProtection.forbidCoreDumps()
            let inherited = try InheritedSocket.take(unit: "attune-console.socket")
            try await ConsoleServer(
                settings: try consoleSettings(inherited), log: Logger(label: "attune-console")
            ).run()
        } catch {
            try? FileSystem.writeAll(Array("attune-console: \(error)\n".utf8), to: STDERR_FILENO)
            // A mistake in the settings: starting again would not help (sysexits.h, EX_CONFIG).
            let isMistake =
                (error as? WebError)?.code == .address || error is DeclarationErrors
                || (error as? ConsoleError)?.code == .settings
            throw ExitCode(isMistake ? 78 : 1)
        }
    }

    private func consoleSettings(
        _ inherited: InheritedSocket?
    ) throws -> ConsoleSettings {
        let path = settings ?? Places.settings(of: "console")
        let file = try path.map { try ConsoleSettingsFile.load(path: $0) } ?? ConsoleSettingsFile()
        let runtime = runtime ?? Places.runtime
        let place = try serving.choice.over(file.serving).place(
            usual: ListenAddress(host: "127.0.0.1", port: 8080),
            directory: places.stateFolder, inherited: inherited)
        return ConsoleSettings(
            socketPath: Places.socket(runtime: runtime),
            chatSocketPath: Places.chatSocket(runtime: runtime), dataDirectory: places.dataFolder,
            stateDirectory: places.stateFolder, pagesDirectory: pagesFrom ?? Places.consolePages,
            participantPagesDirectory: Places.chatPages,
            place: place, times: file.times, printsLink: file.printLink ?? true,
            version: SoftwareVersion.current, exporter: Places.program("attune"),
            metrics: try metrics ?? file.metrics ?? false
                ? MetricsAccess(
                    tokenFile: metricsTokenFile ?? file.metricsTokenFile, at: place)
                : nil)
    }
}
