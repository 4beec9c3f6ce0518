import Hummingbird
import Link
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
        guard settings.place.isWholeHost else {
            throw WebError(
                .address,
                "The console's pages stand at the top of a host: --public-url (publicUrl) is https://HOST "
                    + "alone, without a path.")
        }
        self.settings = settings
        self.log = log
        try AccessFiles.makeDirectory(settings.stateDirectory)
        guard FileSystem.exists("\(settings.pagesDirectory)/index.html") else {
            throw ConsoleError(
                .invalid, "There is no page in \(settings.pagesDirectory): is the package whole?")
        }
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() async throws {
        // One console for a state directory: two would forget each other's sign-ins.
        let lock = try SocketLock(
            path: "\(settings.stateDirectory)/.attune-console.lock",
            purpose: "directory \(settings.stateDirectory)")
        let surroundings = try Self.surroundings(settings, log: log)
        defer { surroundings.station.end() }
        var quiet = log
        quiet.logLevel = .warning
        let application = try WebServer.application(
            try Self.router(surroundings).router, at: settings.place, log: quiet
        ) {
            await Self.tell($0, surroundings)
        }
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        defer { withExtendedLifetime(lock) {} }
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            throw WebServer.explained(error, at: settings.place)
        }
    }

    /// Says where the pages are, with a link that lets one browser in.
    private static func tell(_ address: String, _ surroundings: ConsoleSurroundings) async {
        await surroundings.gate.serve(at: address)
        guard surroundings.settings.printsLink else {
            return ProgramOutput.line("Console: \(address)/")
        }
        do {
            let token = try await surroundings.gate.makeLink(
                name: "lab", roles: [.operator, .researcher, .expert], isFirst: true)
            ProgramOutput.line("Console: \(surroundings.gate.address(ofLink: token))")
        } catch {
            surroundings.log.error("No link can be made: \(error)")
            ProgramOutput.line("Console: \(address)/")
        }
    }

    /// What the parts of the console work with.
    static func surroundings(
        _ settings: ConsoleSettings, log: Logger
    ) throws -> ConsoleSurroundings {
        ConsoleSurroundings(
            settings: settings,
            gate: try Gate(
                directory: settings.stateDirectory, isSecure: settings.place.isSecure,
                times: settings.times, log: log),
            station: try StationCaller(socketPath: settings.socketPath),
            shelf: try SessionShelf(directory: settings.dataDirectory), log: log)
    }

    /// All addresses of the console.
    static func router(_ surroundings: ConsoleSurroundings) throws -> ConsoleRouter {
        let router = Router(
            context: WebRequestContext.self, options: .autoGenerateHeadEndpoints)
        let counts = RequestCounts()
        if surroundings.settings.metrics != nil {
            router.middlewares.add(RequestCounter(counts: counts))
        }
        router.middlewares.add(SecurityHeaders(isStrict: true))
        let ours = ConsoleRouter(
            router: router, door: ConsoleDoor(surroundings: surroundings))
        router.middlewares.add(MissingAddress(list: ours.list))
        for section in try sections(surroundings, counts) { section.addRoutes(to: ours) }
        return ours
    }

    /// The parts of the console.
    static func sections(
        _ surroundings: ConsoleSurroundings, _ counts: RequestCounts
    ) throws -> [any ConsoleSection] {
        let thinkAloud = try ThinkAloudSection(surroundings: surroundings)
        let reviews = ReviewShelf(surroundings)
        let dashboard = try Dashboard(surroundings: surroundings)
        let exports = try ExportsSection(surroundings: surroundings)
        let sections: [any ConsoleSection] = [
            ConsolePages(surroundings: surroundings),
            SignInSection(surroundings: surroundings),
            ConsoleStation(surroundings: surroundings),
            SessionsSection(surroundings: surroundings),
            AnnotationsSection(surroundings: surroundings),
            ExchangeSection(surroundings: surroundings),
            ReplaySection(surroundings: surroundings),
            dashboard,
            try PlaybackSection(surroundings: surroundings),
            thinkAloud,
            CommentarySection(surroundings: surroundings, rooms: thinkAloud.rooms),
            RaterSection(surroundings: surroundings, shelf: reviews),
            ReviewsSection(surroundings: surroundings, shelf: reviews),
            exports,
            QualitySection(surroundings: surroundings),
        ]
        guard let access = surroundings.settings.metrics else { return sections }
        return sections + [
            MetricsSection(
                surroundings: surroundings, access: access, counts: counts, watch: dashboard.watch,
                exports: exports.desk)
        ]
    }
}
