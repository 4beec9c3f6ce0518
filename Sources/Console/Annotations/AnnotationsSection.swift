import HTTPTypes
import Hummingbird
import Link
import Review
import SessionStore
import Timebase

/// Annotations of sessions, for researchers: what stands, its history, and what is done to it. See
/// Protocols/formats/console-annotations.md.
struct AnnotationsSection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    private let order = RequestOrder()

    init(surroundings: ConsoleSurroundings) { self.surroundings = surroundings }

    /// Bytes of a request at most: what is added at once has `ReviewLimits.rows` changes.
    private static let mostBytes = 4 << 20

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/schemes", [.researcher]) { _ in
            let schemes = try await surroundings.shelf.run { SchemesAnswer.all() }
            return ConsoleAnswer.json(schemes)
        }
        router.get("api/sessions/:session/annotations", [.researcher]) { try await list($0) }
        router.get("api/sessions/:session/annotations/:annotation/history", [.researcher]) {
            try await history($0)
        }
        router.post("api/sessions/:session/annotations", [.researcher]) { try await put($0) }
    }

    // MARK: - What stands

    private func list(_ call: ConsoleCall) async throws -> Response {
        let opened = try await surroundings.shelf.open(call.parameter("session"))
        let layer = call.query("layer")
        let since = try call.number("since")
        let answer = try await opened.read { session -> JSONValue in
            let start = try session.session().description.started
            let reader = try ReviewReader.open(session.path)
            defer { try? reader.close() }
            let version = try reader.version()
            // Whoever has this version already is told that it still stands.
            if let since, since == Double(version) { return ["version": .integer(version)] }
            let rows = try reader.annotations(layer: layer).filter {
                // Raters' flags are told by their assignments alone.
                layer != nil || $0.stage == nil
            }
            return [
                "version": .integer(version),
                "annotations": .array(rows.map { AnnotationJSON(start: start).value(of: $0) }),
                "schemes": .array(
                    try reader.schemes().map { SchemesAnswer.value(of: $0.text, $0.sha256) }),
            ]
        }
        return ConsoleAnswer.json(answer)
    }

    private func history(_ call: ConsoleCall) async throws -> Response {
        let opened = try await surroundings.shelf.open(call.parameter("session"))
        let annotation = try call.parameter("annotation")
        let rows = try await opened.read { session -> [JSONValue] in
            let start = try session.session().description.started
            let reader = try ReviewReader.open(session.path)
            defer { try? reader.close() }
            return try reader.history(of: annotation).map {
                AnnotationJSON(start: start).value(of: $0)
            }
        }
        guard !rows.isEmpty else { throw ConsoleRefusal.missing("annotation") }
        return ConsoleAnswer.json(["rows": .array(rows)])
    }

    // MARK: - What is done

    private struct Changes: Decodable {
        var changes: [AnnotationRequest]
    }

    private func put(_ call: ConsoleCall) async throws -> Response {
        let opened = try await surroundings.shelf.open(call.parameter("session"))
        let asked = try await call.body(Changes.self, most: Self.mostBytes).changes
        let visitor = call.visitor.name
        for change in asked where ![visitor, AnnotationRequest.sharedLayer].contains(change.layer) {
            return Self.refused(
                change.change, "The layer '\(change.layer)' is somebody else's.", .forbidden)
        }
        return try await order.run(opened.listed.id) { try await put(asked, opened, visitor) }
    }

    private func put(
        _ asked: [AnnotationRequest], _ opened: OpenedSession, _ visitor: String
    ) async throws -> Response {
        let path = opened.path
        let (start, stored) = try await opened.read { session in
            let reader = try ReviewReader.open(path)
            defer { try? reader.close() }
            return (try session.session().description.started, try reader.schemes())
        }
        var texts: [String: CodingSchemeText] = [:]
        for scheme in stored { texts[scheme.sha256] = scheme }
        let puts: [AnnotationPut]
        do {
            for sha256 in Set(asked.compactMap(\.schemeSha256)) where texts[sha256] == nil {
                texts[sha256] = try SchemesAnswer.text(sha256: sha256, actor: visitor)
            }
            puts = try AnnotationRequest.puts(asked, start: start, schemes: texts)
            try await check(puts, opened, Array(texts.values))
        } catch let error as AnnotationRequest.Refusal {
            return Self.refused(error.change, error.message, .badRequest)
        }
        let session = opened.listed.id
        do {
            // The scheme's text comes first: an annotation names it.
            for sha256 in Set(asked.compactMap(\.schemeSha256))
            where !stored.contains(where: { $0.sha256 == sha256 }) {
                guard let text = texts[sha256] else { continue }
                _ = try await surroundings.station.call(
                    ReviewInterface.AddScheme.self,
                    .init(
                        session: session, actor: visitor, name: text.name, version: text.version,
                        text: text.text))
            }
            let reply = try await surroundings.station.call(
                ReviewInterface.PutAnnotations.self,
                .init(session: session, actor: visitor, changes: puts))
            return try ConsoleAnswer.json(reply)
        } catch ClientError.refused(let error) {
            switch ReviewRefusal(error) {
            case .refused(let change, let reason):
                return Self.refused(change, "This is not possible: \(reason).", .badRequest)
            case .outdated(let change, let newest):
                return Self.refused(
                    change,
                    "Somebody else has changed this annotation meanwhile: theirs counts.",
                    .conflict, newest: newest)
            case .stageLocked(let change, _)?:
                return Self.refused(change, "The stage is locked.", .conflict)
            default: throw ClientError.refused(error)
            }
        }
    }

    /// Holds changes against the rules of their schemes.
    private func check(
        _ puts: [AnnotationPut], _ opened: OpenedSession, _ schemes: [CodingSchemeText]
    ) async throws {
        guard puts.contains(where: { $0.schemeSha256 != nil && !$0.removed }) else { return }
        try await opened.read { session in
            let reader = try ReviewReader.open(session.path)
            defer { try? reader.close() }
            try LayerRules(session, reader, schemes: schemes).check(puts)
        }
    }

    /// Why nothing of a request was added; `change` names what stands in the way.
    private static func refused(
        _ change: String, _ message: String, _ status: HTTPResponse.Status, newest: Int64? = nil
    ) -> Response {
        ConsoleAnswer.json(
            [
                "error": .string(message), "change": .string(change),
                "newest": newest.map { .integer($0) } ?? .null,
            ], status)
    }
}
