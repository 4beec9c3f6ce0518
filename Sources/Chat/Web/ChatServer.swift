import Hummingbird
import Link
import Logging
import ServiceLifecycle
import SystemCalls
import Web

/// Serves the participants' pages of all sessions that record, until it is told to end.
public struct ChatServer: Sendable {
    private let settings: ChatServerSettings
    private let log: Logger

    /// - Throws: `WebError` where it must not be served so; `ChatError` where files are missing.
    public init(settings: ChatServerSettings, log: Logger) throws {
        try settings.place.check()
        self.settings = settings
        self.log = log
        do throws(SystemError) {
            try FileSystem.makeDirectories(settings.stateDirectory, mode: 0o700)
        } catch {
            throw ChatError(
                .file,
                "The chat's directory \(settings.stateDirectory) cannot be made: \(error). Name "
                    + "another one with --state.")
        }
        guard FileSystem.exists("\(settings.pagesDirectory)/index.html") else {
            throw ChatError(
                .file, "There is no page in \(settings.pagesDirectory): is the package whole?")
        }
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() async throws {
        // One chat for a state directory: two would tell everything twice.
        let lock = try SocketLock(
            path: "\(settings.stateDirectory)/.attune-chat.lock",
            purpose: "directory \(settings.stateDirectory)")
        let station = try StationCaller(socketPath: settings.socketPath)
        let box = StoreBox()
        let links = try self.links(box)
        let surroundings = RoomSurroundings(
            links: links, station: station, settings: settings, models: ModelShelf(), log: log)
        let store = RoomStore(surroundings)
        box.set(store)
        let application = try application(store)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: RoomStoreService(store: store)),
                .init(service: application),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        var failure: (any Error)?
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            failure = error
        }
        await store.end()
        links.end()
        station.end()
        surroundings.models.close()
        withExtendedLifetime(lock) {}
        if let failure { throw WebServer.explained(failure, at: settings.place) }
    }

    private func links(_ box: StoreBox) throws -> RoomLinks {
        let settings = settings
        return try RoomLinks(socketPath: settings.socketPath, log: log) { links in
            try ChatService(
                path: settings.chatSocketPath, version: settings.version, links: links
            ) { method, parameters, actor, answer in
                Task {
                    guard let store = box.store else {
                        return answer(.failure(.methodNotImplemented(method)))
                    }
                    answer(await store.answer(method, parameters, by: actor))
                }
            }
        }
    }

    /// The web server tells of itself at a level of its own: its lines say nothing to an operator.
    private var quiet: Logger {
        var logger = log
        logger.logLevel = .warning
        return logger
    }

    private func application(_ store: RoomStore) throws -> any Service {
        let routes = ChatRoutes(
            store: store, files: PageFiles(directory: settings.pagesDirectory),
            place: settings.place)
        return try WebServer.application(routes.router(), at: settings.place, log: quiet) {
            await store.setAddress($0)
            ProgramOutput.line("Chat: \($0)")
        }
    }
}
