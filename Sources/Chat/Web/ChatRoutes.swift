import HTTPTypes
import Hummingbird
import Link
import NIOCore
import SystemCalls
import Timebase
import Web

/// The addresses of the pages.
struct ChatRoutes: Sendable {
    let store: RoomStore
    let files: PageFiles
    let place: WebPlace

    /// Largest body of a page's events, in bytes.
    static let mostBytes = 512 << 10

    func router() -> Router<WebRequestContext> {
        let router = Router(context: WebRequestContext.self)
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

    private func token(_ context: WebRequestContext) -> String? {
        guard let token = context.parameters.get("token"), (20...64).contains(token.utf8.count),
            token.utf8.allSatisfy({
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F
            })
        else { return nil }
        return token
    }

    private func joinPage(_ context: WebRequestContext) async -> Response {
        guard let token = token(context), await store.isOpen(token: token) else {
            return Self.html(JoinPage.used, .gone)
        }
        return Self.html(JoinPage.button(token))
    }

    private func join(_ request: Request, _ context: WebRequestContext) async -> Response {
        // Our pages tell nobody where requests come from, and so browsers say "null" of their forms.
        // The link's secret is what counts here.
        guard request.isOwn(place, mayBeNull: true) else {
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
            + (place.isSecure ? "; Secure" : "")
        return response
    }

    static let cookieName = "attune_room"

    // MARK: Files

    private func file(_ request: Request, _ context: WebRequestContext) -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        return files.response(path, to: request)
    }

    private func page(_ request: Request, _ context: WebRequestContext) async -> Response {
        switch await admitted(request, context) {
        case .success:
            // Relative addresses of the page count from here.
            guard request.uri.path.hasSuffix("/") else {
                return Response(
                    status: .permanentRedirect, headers: [.location: request.uri.path + "/"])
            }
            return files.response("index.html", to: request)
        case .failure(let refusal):
            return Self.html(
                refusal.status == .gone ? JoinPage.over : JoinPage.noEntry,
                .init(code: refusal.status.rawValue))
        }
    }

    // MARK: The room

    /// The room of a request, where its cookie lets it in.
    private func admitted(
        _ request: Request, _ context: WebRequestContext
    ) async -> Result<Room, PageRefusal> {
        guard let name = context.parameters.get("room"), let room = await store.room(named: name)
        else { return .failure(PageRefusal(.gone, "there is no such room, or it is over")) }
        guard request.isOwn(place) else {
            return .failure(PageRefusal(.forbidden, "the request comes from another site"))
        }
        for cookie in request.cookies(named: Self.cookieName)
        where await room.admits(cookie: cookie) {
            return .success(room)
        }
        return .failure(PageRefusal(.forbidden, "this browser has not joined the session"))
    }

    private func state(_ request: Request, _ context: WebRequestContext) async -> Response {
        await served(request, context) { room in
            let current = await room.current()
            return Self.answer(Array(current.snapshot.utf8))
        }
    }

    private func stream(_ request: Request, _ context: WebRequestContext) async -> Response {
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

    private func clock(_ request: Request, _ context: WebRequestContext) async -> Response {
        // Read before anything else takes time.
        let received = Clocks.now().nanoseconds
        return await served(request, context, isClock: true) { _ in
            guard request.isJSON else { return Self.notJSON }
            _ = try await request.bytes(most: 1024)
            return Self.json([
                "received_ns": .integer(received), "sent_ns": .integer(Clocks.now().nanoseconds),
            ])
        }
    }

    private func events(_ request: Request, _ context: WebRequestContext) async -> Response {
        await served(request, context) { room in
            guard request.isJSON else { return Self.notJSON }
            let body = try await request.bytes(most: Self.mostBytes)
            let taken = try await room.take(PageBatch(body[...]))
            return Self.json([
                "acknowledged": .integer(taken.acknowledged),
                "revision": .integer(Int64(taken.revision)),
            ])
        }
    }

    /// Serves a request that is let in, within its limits; refusals become answers.
    private func served(
        _ request: Request, _ context: WebRequestContext, isClock: Bool = false,
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
        } catch let refusal as BodyRefusal {
            let isLarge = if case .tooLarge = refusal { true } else { false }
            return Self.json(
                ["error": .string(refusal.description)], isLarge ? .contentTooLarge : .badRequest)
        } catch {
            return Self.json(["error": "the request cannot be served"], .badRequest)
        }
    }

    private static var notJSON: Response {
        json(["error": "the content type has to be application/json"], .unsupportedMediaType)
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
