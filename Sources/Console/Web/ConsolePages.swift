import Hummingbird
import Web

/// The pages themselves, and their files.
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
        ("export/:study", [.researcher]),
    ]

    func addRoutes(to router: ConsoleRouter) {
        let files = PageFiles(directory: surroundings.settings.pagesDirectory)
        let participant = PageFiles(directory: surroundings.settings.participantPagesDirectory)
        for page in Self.pages {
            router.page(RouterPath(page.path), page.roles) { request in
                files.response("index.html", to: request)
            }
        }
        router.open(.get, "page/**") { request, context in
            files.response(context.parameters.getCatchAll().joined(separator: "/"), to: request)
        }
        router.open(.get, "participant/**") { request, context in
            participant.response(
                context.parameters.getCatchAll().joined(separator: "/"), to: request)
        }
    }
}
