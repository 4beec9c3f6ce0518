import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// Signing in and out, and who one is.
struct SignInSection: ConsoleSection {
    let surroundings: ConsoleSurroundings

    /// Largest form, in bytes.
    private static let most = 8 << 10

    func addRoutes(to router: ConsoleRouter) {
        router.open(.get, "sign-in") { request, _ in await page(request) }
        router.open(.get, "sign-in/state") { request, _ in
            let token = request.uri.queryParameters["token"].map(String.init)
            return ConsoleAnswer.json(["is_in": .bool(isIn(request, by: token))])
        }
        router.open(.post, "sign-in") { request, context in
            await answered { try await signIn(request, context) }
        }
        // Whoever is in may leave; the form's own field says that it is our page's.
        router.open(.post, "sign-out") { request, _ in
            await answered { try await signOut(request) }
        }
        router.get("api/me", Set(Role.allCases)) { call in
            try ConsoleAnswer.json(
                Me(
                    name: call.visitor.name, roles: call.visitor.roles.map(\.rawValue).sorted(),
                    session: call.visitor.session, csrf: call.visitor.csrf,
                    version: surroundings.settings.version))
        }
    }

    private struct Me: Encodable {
        var name: String
        var roles: [String]
        var session: String?
        var csrf: String
        var version: String
    }

    // MARK: - Signing in

    private func page(_ request: Request) async -> Response {
        let query = request.uri.queryParameters
        let from = ReturnPath.of(query["from"].map(String.init))
        if let token = query["token"].map(String.init) {
            // Their own link lets them in by their cookie, not by itself: it was used up.
            if isIn(request, by: token) {
                return Response(status: .seeOther, headers: [.location: from])
            }
            guard let link = await surroundings.gate.link(token) else {
                return answer(
                    SignInPage(
                        from: from,
                        problem: "This link was used already, or it is too old. Sign in with a "
                            + "password, or ask for a new link."), .gone)
            }
            return answer(SignInPage(from: from, token: token, link: link))
        }
        if query["out"] != nil {
            return answer(SignInPage(from: from, news: "You are signed out."))
        }
        return answer(SignInPage(from: from))
    }

    /// - Parameter token: of the link that has to have let them in; nil for any way.
    private func isIn(_ request: Request, by token: String?) -> Bool {
        let gate = surroundings.gate
        return request.isOwn(surroundings.settings.place)
            && request.cookies(named: gate.cookieName).contains {
                if let token { return gate.isIn(cookie: $0, by: token) }
                return gate.visitor(cookie: $0, counts: false) != nil
            }
    }

    private func signIn(_ request: Request, _ context: WebRequestContext) async throws -> Response {
        guard request.isOwn(surroundings.settings.place) else {
            throw ConsoleRefusal(.forbidden, "The request comes from another site.")
        }
        let fields = try await self.fields(request)
        let from = ReturnPath.of(fields["from"])
        let cookie: String
        if let token = fields["token"] {
            guard let admitted = await surroundings.gate.use(link: token) else {
                return answer(
                    SignInPage(
                        from: from, problem: "This link was used already, or it is too old."), .gone
                )
            }
            cookie = admitted
        } else {
            let name = fields["name"] ?? ""
            let outcome = await surroundings.gate.signIn(
                name: name, password: fields["password"] ?? "", from: address(request, context))
            switch outcome {
            case .admitted(let admitted): cookie = admitted
            case .wrong:
                return answer(
                    SignInPage(
                        from: from, problem: "The name or the password is not right.",
                        name: String(name.prefix(40))), .unauthorized)
            case .tooOften:
                var response = answer(
                    SignInPage(
                        from: from,
                        problem: "This was tried too often: wait half a minute, and try again.",
                        name: String(name.prefix(40))), .tooManyRequests)
                response.headers[.retryAfter] = "30"
                return response
            }
        }
        // Whoever this browser was before is so no more, and no cookie from before is taken over.
        for old in request.cookies(named: surroundings.gate.cookieName) {
            await surroundings.gate.dismiss(cookie: old)
        }
        return Response(
            status: .seeOther,
            headers: [.location: from, .setCookie: surroundings.gate.field(cookie: cookie)])
    }

    private func signOut(_ request: Request) async throws -> Response {
        // Our pages tell nobody where requests come from, so browsers say "null" of their forms.
        guard request.isOwn(surroundings.settings.place, mayBeNull: true) else {
            throw ConsoleRefusal(.forbidden, "The request comes from another site.")
        }
        let given = try await fields(request)["csrf"]
        let gate = surroundings.gate
        for cookie in request.cookies(named: gate.cookieName) {
            guard let visitor = gate.visitor(cookie: cookie, counts: false) else { continue }
            guard given == visitor.csrf else {
                throw ConsoleRefusal(
                    .forbidden, "This page is out of date: load it again, and try once more.")
            }
            await gate.dismiss(cookie: cookie)
        }
        // Signals and words of sessions, which the browser may keep by their versions, go with the cookie.
        return Response(
            status: .seeOther,
            headers: [
                .location: "/sign-in?out", .setCookie: gate.field(cookie: ""),
                HTTPField.Name("clear-site-data")!: "\"cache\"",
            ])
    }

    private func fields(_ request: Request) async throws -> [String: String] {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw ConsoleRefusal(.unsupportedMediaType, "A form is expected.")
        }
        return FormFields.parse(try await request.bytes(most: Self.most, seconds: 10))
    }

    /// Where a request comes from: what a proxy on this machine says, where links lead to one.
    private func address(_ request: Request, _ context: WebRequestContext) -> String {
        let peer = context.channel.remoteAddress?.ipAddress ?? "?"
        guard surroundings.settings.place.publicURL != nil,
            let name = HTTPField.Name("x-forwarded-for"),
            let last = request.headers[name]?.split(separator: ",").last
        else { return peer }
        return String(last.filter { $0 != " " }.prefix(64))
    }

    private func answered(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch {
            let refusal = ConsoleDoor.explained(error, toStaff: false)
            if refusal.status == .internalServerError {
                surroundings.log.error("Signing in: \(error)")
            }
            return ConsoleDoor.refused(refusal)
        }
    }

    private func answer(_ page: SignInPage, _ status: HTTPResponse.Status = .ok) -> Response {
        var response = ConsoleAnswer.bytes(
            Array(page.html.utf8), type: "text/html; charset=utf-8", status)
        // The form says where it comes from, so that another site's form is told from it.
        if let name = HTTPField.Name("referrer-policy") { response.headers[name] = "same-origin" }
        return response
    }
}
