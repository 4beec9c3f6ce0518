import HTTPTypes
import Hummingbird
import SessionStore
import SystemCalls
import Web

/// The quality reports that the daemon writes beside finished sessions.
struct QualitySection: ConsoleSection {
    let surroundings: ConsoleSurroundings

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/sessions/:session/quality", [.researcher]) { call in
            let shelf = surroundings.shelf
            let path = StudyDirectory.qualityReport(
                of: try await shelf.open(call.parameter("session")).path)
            let page = try await shelf.run {
                guard FileSystem.exists(path) else {
                    throw ConsoleRefusal(
                        .notFound,
                        "This session has no quality report. The daemon writes it when a session is "
                            + "finished; attune quality makes one at any time.")
                }
                return try FileSystem.readText(path)
            }
            var response = ConsoleAnswer.bytes(Array(page.utf8), type: "text/html; charset=utf-8")
            // The page has its style in itself, and an earlier version's differs from ours.
            let style = page.firstMatch(of: /<style>([^<]*)<\/style>/)?.output.1 ?? ""
            response.headers[.contentSecurityPolicy] = SecurityHeaders<WebRequestContext>.sealed(
                style: String(style))
            return response
        }
    }
}
