import Hummingbird
import Logging
import ServiceLifecycle
import SystemCalls
import Web

/// Serves the researcher's pages until it is told to end.
public struct ConsoleServer: Sendable {
    private let settings: ConsoleSettings
    private let log: Logger

    /// - Throws: `WebError` where it must not be served so; `ConsoleError` where files are missing.
    public init(settings: ConsoleSettings, log: Logger) throws {
        try settings.place.check()
        self.settings = settings
        self.log = log
        try FileSystem.makeDirectories(settings.stateDirectory, mode: 0o700)
        guard FileSystem.exists("\(settings.pagesDirectory)/index.html") else {
            throw ConsoleError(
                .invalid, "There is no page in \(settings.pagesDirectory): is the package whole?")
        }
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() async throws {
        let station = try StationCaller(socketPath: settings.socketPath)
        defer { station.end() }
        let surroundings = ConsoleSurroundings(
            settings: settings, gate: Gate(), station: station,
            shelf: try SessionShelf(directory: settings.dataDirectory), log: log)
        let router = Router(context: WebRequestContext.self)
        router.middlewares.add(SecurityHeaders())
        let ours = ConsoleRouter(
            router: router, door: ConsoleDoor(surroundings: surroundings))
        for section in Self.sections(surroundings) { section.addRoutes(to: ours) }
        var quiet = log
        quiet.logLevel = .warning
        let application = try WebServer.application(router, at: settings.place, log: quiet) {
            ProgramOutput.line("Console: \($0)/sign-in?token=\(surroundings.gate.token)")
        }
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            throw WebServer.explained(error, at: settings.place)
        }
    }

    /// The parts of the console.
    static func sections(_ surroundings: ConsoleSurroundings) -> [any ConsoleSection] {
        let reviews = ReviewShelf(surroundings)
        return [
            ConsolePages(surroundings: surroundings),
            SessionsSection(surroundings: surroundings),
            RaterSection(surroundings: surroundings, shelf: reviews),
            ReviewsSection(surroundings: surroundings, shelf: reviews),
        ]
    }
}
