import HTTPTypes
import Hummingbird
import Link
import Review
import SessionStore
import StudyProtocol
import Web

/// Annotations as files of other programs: ELAN in and out, TextGrid out.
struct ExchangeSection: ConsoleSection {
    let surroundings: ConsoleSurroundings

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/sessions/:session/annotations.eaf", [.researcher]) {
            try await text(.elan, $0)
        }
        router.get("api/sessions/:session/annotations.TextGrid", [.researcher]) {
            try await text(.textgrid, $0)
        }
        router.post("api/sessions/:session/annotations/import-elan", [.researcher]) {
            try await takeElan($0)
        }
    }

    private func text(_ format: ReviewExchange.Format, _ call: ConsoleCall) async throws -> Response
    {
        let opened = try await surroundings.shelf.open(call.parameter("session"))
        let layers = call.query("layer").map { [$0] }
        let author = call.visitor.name
        // Whoever did not agree that the chat is shown is not shown by this way either.
        let text = try await opened.read { session in
            let row = try session.session()
            let shows = SessionConsent.read(of: row, file: session.path).shows(.turns)
            return try ReviewExchange(path: session.path).text(
                format, layers: layers, showsTurns: shows, author: author)
        }
        return ConsoleAnswer.download(
            Array(text.utf8),
            type: format == .elan ? "text/xml; charset=utf-8" : "text/plain; charset=utf-8",
            name: "\(opened.listed.participant)-\(opened.listed.id.prefix(8)).\(format.ending)")
    }

    private struct Answer: Encodable {
        var taken: Int
        /// Those that had been there before.
        var repeated: Int
        var tiers: [ElanImport.TierReport]
        var problems: [String]
        var version: Int64
    }

    /// The body is the file itself; `scheme` names the scheme that codes are recognised by, `file` the
    /// file.
    private func takeElan(_ call: ConsoleCall) async throws -> Response {
        let opened = try await surroundings.shelf.open(call.parameter("session"))
        let bytes = try await call.request.bytes(most: 32 << 20)
        let file = call.query("file") ?? "file.eaf"
        let name = call.query("scheme")
        let visitor = call.visitor.name
        let (result, scheme) = try await opened.read {
            session -> (ElanImport.Result, CodingSchemeText?) in
            let scheme = try SchemesAnswer.text(named: name, actor: visitor)
            do {
                return (
                    try ReviewExchange(path: session.path).elan(
                        bytes, file: file, layer: visitor, scheme: scheme), scheme
                )
            } catch let error as ReviewError {
                throw ConsoleRefusal(.unprocessableContent, "This cannot be read: \(error).")
            }
        }
        let session = opened.listed.id
        if let scheme, result.changes.contains(where: { $0.scheme != nil }) {
            _ = try await surroundings.station.call(
                ReviewInterface.AddScheme.self,
                .init(
                    session: session, actor: visitor, name: scheme.name, version: scheme.version,
                    text: scheme.text))
        }
        var answer = Answer(
            taken: 0, repeated: 0, tiers: result.tiers, problems: result.problems, version: 0)
        var rest = result.changes[...]
        while !rest.isEmpty {
            let part = rest.prefix(ReviewLimits.rows)
            rest = rest.dropFirst(part.count)
            let reply = try await surroundings.station.call(
                ReviewInterface.PutAnnotations.self,
                .init(session: session, actor: visitor, changes: part.map(AnnotationPut.init)))
            answer.repeated += reply.rows.count { $0.repeated }
            answer.taken += reply.rows.count { !$0.repeated }
            answer.version = reply.version
        }
        return try ConsoleAnswer.json(answer)
    }
}
