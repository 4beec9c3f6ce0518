import HTTPTypes
import Hummingbird
import Link
import NIOCore
import Web

/// The pages themselves, signing in, and who one is.
struct ConsolePages: ConsoleSection {
    let surroundings: ConsoleSurroundings

    /// The pages' addresses. Each is the same document; its script opens the page of that name.
    static let pages: [(path: String, roles: Set<Role>)] = [
        ("", Set(Role.allCases)),
        ("dashboard", [.operator, .researcher]),
        ("sessions/:session", [.researcher]),
        ("think-aloud/:session", [.researcher, .participant]),
        ("review", [.expert, .researcher, .participant]),
        ("review/:assignment", [.expert, .researcher, .participant]),
        ("reviews/:study", [.researcher]),
        ("figures/:study", [.researcher]),
    ]

    func addRoutes(to router: ConsoleRouter) {
        let files = PageFiles(directory: surroundings.settings.pagesDirectory)
        let participant = PageFiles(directory: surroundings.settings.participantPagesDirectory)
        let door = router.door
        for page in Self.pages {
            router.router.get(RouterPath(page.path)) { request, _ in
                // Whether this visitor may see the page is decided by what it asks for.
                guard door.visitor(request) != nil else { return Self.toSignIn(request) }
                return files.response("index.html", to: request)
            }
        }
        router.router.get("page/**") { request, context in
            files.response(context.parameters.getCatchAll().joined(separator: "/"), to: request)
        }
        router.router.get("participant/**") { request, context in
            participant.response(
                context.parameters.getCatchAll().joined(separator: "/"), to: request)
        }
        router.router.get("sign-in") { request, _ in signIn(request) }
        router.get("api/me", Set(Role.allCases)) { call in
            try ConsoleAnswer.json(
                Me(
                    name: call.visitor.name, roles: call.visitor.roles.map(\.rawValue).sorted(),
                    session: call.visitor.session, csrf: call.visitor.csrf,
                    version: surroundings.settings.version))
        }
    }

    /// Lets in who has the token that was printed at the start.
    private func signIn(_ request: Request) -> Response {
        guard let token = request.uri.queryParameters["token"], surroundings.gate.isToken(token)
        else {
            return ConsoleDoor.refused(
                ConsoleRefusal(.unauthorized, "Open the address that the console printed."))
        }
        let cookie = surroundings.gate.admit(
            name: "lab", roles: [.operator, .researcher, .expert])
        var response = Response(status: .seeOther, headers: [.location: "/"])
        response.headers[.setCookie] =
            "\(Gate.cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Strict"
            + (surroundings.settings.place.isSecure ? "; Secure" : "")
        return response
    }

    private struct Me: Encodable {
        var name: String
        var roles: [String]
        var session: String?
        var csrf: String
        var version: String
    }

    private static func toSignIn(_ request: Request) -> Response {
        Response(status: .seeOther, headers: [.location: "/sign-in"])
    }
}
