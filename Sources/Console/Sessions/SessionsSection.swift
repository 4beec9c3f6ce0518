/// The list of sessions.
struct SessionsSection: ConsoleSection {
    let surroundings: ConsoleSurroundings

    private struct Answer: Encodable {
        var sessions: [ListedSession]
    }

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/sessions", [.researcher]) { call in
            try ConsoleAnswer.json(
                Answer(sessions: try await surroundings.shelf.list(study: call.query("study"))))
        }
    }
}
