import HTTPTypes
import Hummingbird
import Link
import NIOCore
import SystemCalls
import Timebase

/// The addresses of the pages.
struct ChatRoutes: Sendable {
    let store: RoomStore
    let files: PageFiles
    /// Whether cookies go over TLS alone.
    let isSecure: Bool
    /// Whether this server itself does TLS; a proxy may do it before it.
    let hasTLS: Bool
    /// How links begin where a proxy stands before the pages; nil for the address itself.
    let publicURL: String?

    /// Largest body of a page's events, in bytes.
    static let mostBytes = 512 << 10
    /// Seconds that a body may take.
    static let bodySeconds = 20

    func router() -> Router<ChatRequestContext> {
        let router = Router(context: ChatRequestContext.self)
        router.middlewares.add(SecurityHeaders())
        router.get("join/:token") { _, context in await joinPage(context) }
        router.post("join/:token") { request, context in await join(request, context) }
        router.get("page/**") { request, context in file(request, context) }
        router.get("r/:room") { request, context in await page(request, context) }
        router.get("r/:room/state") { request, context in await state(request, context) }
        router.get("r/:room/stream") { request, context in await stream(request, context) }
        router.post("r/:room/clock") { request, context in await clock(request, context) }
        router.post("r/:room/events") { request, context in await events(request, context) }
        router.get("health") { _, _ in Self.json(.object(["ok": true])) }
        return router
    }

    // MARK: Joining

    private func token(_ context: ChatRequestContext) -> String? {
        guard let token = context.parameters.get("token"), (20...64).contains(token.utf8.count),
            token.utf8.allSatisfy({
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F
            })
        else { return nil }
        return token
    }

    private func joinPage(_ context: ChatRequestContext) async -> Response {
        guard let token = token(context), await store.isOpen(token: token) else {
            return Self.html(JoinPage.used, .gone)
        }
        return Self.html(JoinPage.button(token))
    }

    private func join(_ request: Request, _ context: ChatRequestContext) async -> Response {
        // Our pages tell nobody where requests come from, and so browsers say "null" of their forms.
        // The link's secret is what counts here.
        guard isOwn(request, mayBeNull: true) else {
            return Self.html(JoinPage.noEntry, .forbidden)
        }
        guard let token = token(context) else { return Self.html(JoinPage.used, .gone) }
        guard let joined = await store.join(token: token) else {
            return Self.html(JoinPage.used, .gone)
        }
        var response = Response(status: .seeOther)
        response.headers[.location] = "/r/\(joined.room)/"
        response.headers[.setCookie] =
            "\(Self.cookieName)=\(joined.cookie); Path=/r/\(joined.room); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
        return response
    }

    static let cookieName = "attune_room"

    /// Whether the browser says that the request comes from our own page, or does not say.
    private func isOwn(_ request: Request, mayBeNull: Bool = false) -> Bool {
        if let name = HTTPField.Name("sec-fetch-site"), let site = request.headers[name],
            site != "same-origin", site != "none"
        {
            return false
        }
        guard request.method == .post, let given = request.headers[.origin] else { return true }
        if given == "null" { return mayBeNull }
        let origin = Self.normalised(origin: given)
        if let host = request.head.authority,
            origin == Self.normalised(origin: "\(hasTLS ? "https" : "http")://\(host)")
        {
            return true
        }
        return publicURL.flatMap { Self.origin(of: $0) } == origin
    }

    /// The origin of an address, in its one form.
    static func origin(of url: String) -> String? {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty else { return nil }
        return normalised(origin: "\(parts[0])//\(parts[2])")
    }

    /// An origin in its one form: in small letters, without the port that its scheme has anyway.
    static func normalised(origin: String) -> String {
        let origin = origin.lowercased()
        if origin.hasPrefix("http://"), origin.hasSuffix(":80") {
            return String(origin.dropLast(3))
        }
        if origin.hasPrefix("https://"), origin.hasSuffix(":443") {
            return String(origin.dropLast(4))
        }
        return origin
    }

    // MARK: Files

    private func file(_ request: Request, _ context: ChatRequestContext) -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        return answer(file: path, request)
    }

    private func answer(file path: String, _ request: Request) -> Response {
        guard let file = files.file(path) else { return Response(status: .notFound) }
        var headers = HTTPFields()
        headers[.eTag] = file.tag
        headers[.cacheControl] = "no-cache"
        if let known = request.headers[.ifNoneMatch], known.contains(file.tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.type
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
        )
    }

    private func page(_ request: Request, _ context: ChatRequestContext) async -> Response {
        switch await admitted(request, context) {
        case .success:
            // Relative addresses of the page count from here.
            guard request.uri.path.hasSuffix("/") else {
                return Response(
                    status: .permanentRedirect, headers: [.location: request.uri.path + "/"])
            }
            return answer(file: "index.html", request)
        case .failure(let refusal):
            return Self.html(
                refusal.status == .gone ? JoinPage.over : JoinPage.noEntry,
                .init(code: refusal.status.rawValue))
        }
    }

    // MARK: The room

    /// The room of a request, where its cookie lets it in.
    private func admitted(
        _ request: Request, _ context: ChatRequestContext
    ) async -> Result<Room, PageRefusal> {
        guard let name = context.parameters.get("room"), let room = await store.room(named: name)
        else { return .failure(PageRefusal(.gone, "there is no such room, or it is over")) }
        guard isOwn(request) else {
            return .failure(PageRefusal(.forbidden, "the request comes from another site"))
        }
        for cookie in Self.cookies(request) where await room.admits(cookie: cookie) {
            return .success(room)
        }
        return .failure(PageRefusal(.forbidden, "this browser has not joined the session"))
    }

    private static func cookies(_ request: Request) -> [String] {
        request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.prefix(32).compactMap
        {
            let pair = $0.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }) == cookieName else { return nil }
            return String(pair[1])
        }
    }

    private func state(_ request: Request, _ context: ChatRequestContext) async -> Response {
        await served(request, context) { room in
            let current = await room.current()
            return Self.answer(Array(current.snapshot.utf8))
        }
    }

    private func stream(_ request: Request, _ context: ChatRequestContext) async -> Response {
        let channel = context.channel
        return await served(request, context) { room in
            var headers = HTTPFields()
            headers[.contentType] = "text/event-stream"
            // For proxies that would collect what is meant for now.
            if let name = HTTPField.Name("x-accel-buffering") { headers[name] = "no" }
            return Response(
                status: .ok, headers: headers,
                body: EventStream.body(of: room) { channel.close(promise: nil) })
        }
    }

    private func clock(_ request: Request, _ context: ChatRequestContext) async -> Response {
        // Read before anything else takes time.
        let received = Clocks.now().nanoseconds
        return await served(request, context, isClock: true) { _ in
            guard Self.isJSON(request) else { return Self.notJSON }
            _ = try await Self.body(request, most: 1024)
            return Self.json([
                "received_ns": .integer(received), "sent_ns": .integer(Clocks.now().nanoseconds),
            ])
        }
    }

    private func events(_ request: Request, _ context: ChatRequestContext) async -> Response {
        await served(request, context) { room in
            guard Self.isJSON(request) else { return Self.notJSON }
            let body = try await Self.body(request, most: Self.mostBytes)
            let taken = try await room.take(PageBatch(body[...]))
            return Self.json([
                "acknowledged": .integer(taken.acknowledged),
                "revision": .integer(Int64(taken.revision)),
            ])
        }
    }

    /// Serves a request that is let in, within its limits; refusals become answers.
    private func served(
        _ request: Request, _ context: ChatRequestContext, isClock: Bool = false,
        _ body: (Room) async throws -> Response
    ) async -> Response {
        do {
            let room = try await admitted(request, context).get()
            guard await room.mayServe(clock: isClock) else {
                throw PageRefusal(.tooMany, "too many requests: slow down")
            }
            return try await body(room)
        } catch let refusal as PageRefusal {
            var response = Self.json(
                ["error": .string(refusal.reason)], .init(code: refusal.status.rawValue))
            if refusal.status == .tooMany { response.headers[.retryAfter] = "1" }
            return response
        } catch {
            return Self.json(["error": "the request cannot be served"], .badRequest)
        }
    }

    /// Whether a request says that its body is JSON: a form of another site cannot say so.
    private static func isJSON(_ request: Request) -> Bool {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }
        return type?.filter { !$0.isWhitespace }.lowercased() == "application/json"
    }

    private static var notJSON: Response {
        json(["error": "the content type has to be application/json"], .unsupportedMediaType)
    }

    /// Reads a body, within its size and its time.
    private static func body(_ request: Request, most: Int) async throws -> [UInt8] {
        if let text = request.headers[.contentLength], let length = Int(text), length > most {
            throw PageRefusal(.tooLarge, "a body has at most \(most) bytes")
        }
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                do {
                    return Array(buffer: try await body.collect(upTo: most))
                } catch is NIOTooManyBytesError {
                    throw PageRefusal(.tooLarge, "a body has at most \(most) bytes")
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(bodySeconds))
                throw PageRefusal(.badRequest, "the body came too slowly")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    // MARK: Answers

    private static func json(
        _ value: JSONValue, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        answer(value.serialised, status)
    }

    private static func answer(
        _ bytes: [UInt8], _ status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func html(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
