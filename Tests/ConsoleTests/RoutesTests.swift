import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import SystemCalls
import TestSupport
import Testing
import Web

@testable import Console

/// Who gets in where: all addresses of the console, with nobody and with each role.
@Suite struct RoutesTests {
    private let directory: TemporaryDirectory
    private let surroundings: ConsoleSurroundings
    private let router: ConsoleRouter

    init() throws {
        directory = try TemporaryDirectory("routes")
        let settings = ConsoleSettings(
            socketPath: directory.file("attuned.sock"), chatSocketPath: directory.file("chat.sock"),
            dataDirectory: directory.file("data"), stateDirectory: directory.file("state"),
            pagesDirectory: Places.consolePages, participantPagesDirectory: Places.chatPages,
            place: WebPlace(address: try #require(ListenAddress("127.0.0.1:0"))))
        var log = Logger(label: "routes")
        log.logLevel = .critical
        surroundings = try ConsoleServer.surroundings(settings, log: log)
        router = try ConsoleServer.router(surroundings)
    }

    /// What everybody may ask for; it holds nobody's data.
    private static let open: Set<String> = [
        "GET /sign-in", "GET /sign-in/state", "POST /sign-in", "POST /sign-out", "GET /page/**",
        "GET /participant/**", "GET /replay-frame",
    ]

    private static func name(_ route: ConsoleRoute) -> String {
        "\(route.method) \(route.path.hasPrefix("/") ? "" : "/")\(route.path)"
    }

    @Test func nothingIsOpenButSigningInAndThePagesFiles() {
        let routes = router.list.routes
        #expect(Set(routes.filter { $0.kind == .open }.map(Self.name)) == Self.open)
        for route in routes where route.kind != .open {
            #expect(!route.roles.isEmpty, "\(Self.name(route)) names no role")
        }
    }

    @Test func expertsAndParticipantsReachNoListsAndNoSessionsOfOthers() {
        for route in router.list.routes where route.kind == .data {
            let name = Self.name(route)
            // Those parts check, for each visitor, what is theirs.
            let isChecked =
                name.contains(" /api/review/") || name == "GET /api/review"
                || name.contains(" /api/think-aloud/") || name == "GET /api/me"
            if isChecked { continue }
            #expect(!route.roles.contains(.expert), "\(name)")
            #expect(!route.roles.contains(.participant), "\(name)")
        }
    }

    @Test func eachAddressLetsInItsRolesAndNobodyElse() async throws {
        let responder = router.router.buildResponder()
        var visitors: [(role: Role?, cookie: String, csrf: String)] = [(nil, "", "")]
        for role in Role.allCases {
            let token = try await surroundings.gate.makeLink(
                name: role.rawValue, roles: [role], session: role == .participant ? "none" : nil)
            let cookie = try #require(await surroundings.gate.use(link: token))
            let csrf = try #require(surroundings.gate.visitor(cookie: cookie)).csrf
            visitors.append((role, cookie, csrf))
        }
        for route in router.list.routes where route.kind != .open {
            for (role, cookie, csrf) in visitors {
                let mayEnter = role.map(route.roles.contains) ?? false
                let status = try await self.status(route, cookie: cookie, csrf: csrf, responder)
                let isIn = ![.unauthorized, .forbidden, .seeOther].contains(status)
                #expect(
                    isIn == mayEnter,
                    "\(Self.name(route)) answers \(role?.rawValue ?? "nobody") with \(status.code)")
                if role == nil {
                    #expect(status == (route.kind == .page ? .seeOther : .unauthorized))
                }
                // Without proof that it comes from our own page nothing is changed.
                if mayEnter, route.method == .post {
                    let without = try await self.status(
                        route, cookie: cookie, csrf: "", responder)
                    #expect(without == .forbidden, "\(Self.name(route))")
                }
            }
        }
    }

    /// Whatever is asked for, a person is told what is wrong.
    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/nothing", 404, "application/json"),
        (.get, "/page/nothing.js", 404, "application/json"),
        (.get, "/nothing", 404, "text/html; charset=utf-8"),
        (.put, "/nothing", 404, "application/json"),
        (.delete, "/api/sessions", 405, "application/json"),
        (.post, "/api/sessions/some-session", 405, "application/json"),
        (.get, "/api/think-aloud", 405, "application/json"),
        (.put, "/page/a/b.js", 405, "application/json"),
    ])
    func addressesThatAreNoneAreToldInWords(
        method: HTTPRequest.Method, path: String, status: Int, type: String
    ) async throws {
        let (response, body) = try await answer(method, path)
        #expect(response.status.code == status)
        #expect(response.headers[.contentType] == type)
        #expect(body.contains(type == "application/json" ? "\"error\":" : "There is no such page"))
        #expect(response.headers[.contentSecurityPolicy] != nil)
        let isInAllow = response.headers[.allow]?.contains(method.rawValue) ?? false
        #expect((response.headers[.allow] != nil) == (status == 405) && !isInAllow)
    }

    /// Heads are asked for by what watches over servers.
    @Test func headsAreAnsweredAsWhatTheyAreOf() async throws {
        for (path, status) in [("/sign-in", 200), ("/api/sessions", 401), ("/", 303)] {
            let (response, body) = try await answer(.head, path)
            #expect(response.status.code == status && body.isEmpty, "\(path)")
        }
    }

    /// What a request of nobody is answered with.
    private func answer(
        _ method: HTTPRequest.Method, _ path: String
    ) async throws -> (response: Response, body: String) {
        let head = HTTPRequest(method: method, scheme: "http", authority: "127.0.0.1:1", path: path)
        let (response, body) = try await router.router.buildResponder().answer(
            head, log: surroundings.log)
        return (response, body.text)
    }

    @Test func otherSitesAreRefusedEvenWithACookie() async throws {
        let token = try await surroundings.gate.makeLink(
            name: "lab", roles: Set(Role.allCases))
        let cookie = try #require(await surroundings.gate.use(link: token))
        let csrf = try #require(surroundings.gate.visitor(cookie: cookie)).csrf
        let responder = router.router.buildResponder()
        for route in router.list.routes where route.kind == .data {
            for (name, value) in [
                ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"), ("origin", "null"),
            ] where route.method == .post || name != "origin" {
                let status = try await self.status(
                    route, cookie: cookie, csrf: csrf, responder, more: (name, value))
                #expect(status == .forbidden, "\(Self.name(route)) with \(name): \(value)")
            }
        }
    }

    /// What a request to a route is answered with. Parts of the path are made up.
    private func status(
        _ route: ConsoleRoute, cookie: String, csrf: String,
        _ responder: RouterResponder<WebRequestContext>, more: (String, String)? = nil
    ) async throws -> HTTPResponse.Status {
        let path = route.path.split(separator: "/").map {
            $0.hasPrefix("{") ? "00000000-0000-0000-0000-000000000000" : String($0)
        }
        var head = HTTPRequest(
            method: route.method, scheme: "http", authority: "127.0.0.1:1",
            path: "/" + path.joined(separator: "/"))
        let fields = [
            ("cookie", "\(surroundings.gate.cookieName)=\(cookie)"),
            ("content-type", "application/json"), ("x-attune-csrf", csrf),
        ]
        for (name, value) in fields + (more.map { [$0] } ?? []) {
            head.headerFields[try #require(HTTPField.Name(name))] = value
        }
        let context = WebRequestContext(
            source: ApplicationRequestContextSource(
                channel: EmbeddedChannel(), logger: surroundings.log))
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: "{}")))
        do {
            return try await responder.respond(to: request, context: context).status
        } catch let error as HTTPError {
            return error.status
        }
    }
}
