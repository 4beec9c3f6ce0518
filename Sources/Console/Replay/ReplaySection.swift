import HTTPTypes
import Hummingbird
import Web

/// What is needed to draw a session's screen again as the participant saw it.
struct ReplaySection: ConsoleSection {
    let surroundings: ConsoleSurroundings

    func addRoutes(to router: ConsoleRouter) {
        // The one document of the console that may stand in a frame, and only in one of the console's.
        let files = PageFiles(directory: surroundings.settings.pagesDirectory)
        router.open(.get, "replay-frame") { request, _ in
            var response = files.response("replay/frame.html", to: request)
            response.headers[.contentSecurityPolicy] =
                SecurityHeaders<WebRequestContext>.framed
            return response
        }
        router.get("api/sessions/:session/replay", [.researcher]) { call in
            try await answer(try call.parameter("session"))
        }
        // The session that a think-aloud looks back on. A participant's link leads to this one alone,
        // and what is handed out is what was on their screen.
        router.get("api/think-aloud/:commentary/replay", [.researcher, .participant]) { call in
            let commentary = try call.parameter("commentary")
            if !call.visitor.has(.researcher) {
                guard call.visitor.session == commentary else {
                    throw ConsoleRefusal.missing("think-aloud")
                }
            }
            guard let parent = try await surroundings.shelf.open(commentary).listed.parent else {
                throw ConsoleRefusal.missing("think-aloud")
            }
            return try await answer(parent)
        }
    }

    private func answer(_ session: String) async throws -> Response {
        let opened = try await surroundings.shelf.open(session)
        let bytes = try await opened.read { reader in
            try ReplaySource(
                reader, file: opened.path, condition: opened.listed.condition
            ).json.serialised
        }
        return ConsoleAnswer.bytes(bytes, type: "application/json")
    }
}
