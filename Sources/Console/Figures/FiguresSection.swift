import Hummingbird
import Link

/// Figures of a study, live from its sessions; see Protocols/formats/console-api.md.
struct FiguresSection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let library: FigureLibrary

    func addRoutes(to router: ConsoleRouter) {
        router.get("api/figures/:study", [.researcher]) { try await list($0) }
        router.get("api/figures/:study/:file", [.researcher]) { try await file($0) }
    }

    private typealias Collected = (sessions: [PlaybackSession], pilotsLeftOut: Int, unreadable: Int)

    private func collect(_ call: ConsoleCall) async throws -> (study: String, Collected) {
        let study = try await call.study(on: surroundings.shelf)
        let pilots = call.query("pilots") == "1"
        return (study, try await library.collect(study: study, pilots: pilots))
    }

    /// Differs when any of the sessions does.
    private func version(_ sessions: [PlaybackSession]) -> String {
        ShortHash.text(
            Array(
                sessions.map { $0.opened.listed.id + $0.opened.stamp + ($0.tag ?? "") }
                    .joined(separator: "/").utf8))
    }

    private func list(_ call: ConsoleCall) async throws -> Response {
        let (study, found) = try await collect(call)
        var figures: [JSONValue] = []
        for name in FigureLibrary.names {
            // What takes longer is told once it is asked for itself.
            guard name != "physiology",
                let figure = try await library.figure(name, of: found.sessions)
            else {
                figures.append([
                    "name": .string(name), "title": "Physiology around the client's turns",
                    "caption": nil, "missing": nil,
                ])
                continue
            }
            figures.append([
                "name": .string(name), "title": .string(figure.title),
                "caption": .string(figure.caption), "missing": .text(figure.missing),
            ])
        }
        return ConsoleAnswer.json([
            "study": .string(study), "sessions": .integer(Int64(found.sessions.count)),
            "pilots_left_out": .integer(Int64(found.pilotsLeftOut)),
            "unreadable": .integer(Int64(found.unreadable)),
            "version": .string(version(found.sessions)),
            "data_version": .string(try await library.sources(of: found.sessions).version),
            "figures": .array(figures),
        ])
    }

    private func file(_ call: ConsoleCall) async throws -> Response {
        let file = try call.parameter("file")
        let parts = file.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, ["svg", "csv", "json"].contains(parts[1]) else {
            throw ConsoleRefusal.missing("figure")
        }
        let (study, found) = try await collect(call)
        let theme = FigureTheme(rawValue: call.query("theme") ?? "light") ?? .light
        let answer = PlaybackAnswer(
            tag:
                "\(version(found.sessions))-\(surroundings.settings.version)-\(file)-\(theme.rawValue)"
        )
        if answer.isKnown(call.request) { return answer.notModified(call.request) }
        let sources = try await library.sources(of: found.sessions)
        if file == "sources.csv" { return Self.csv(sources.table, name: "\(study)-\(file)") }
        guard let figure = try await library.figure(parts[0], of: found.sessions) else {
            throw ConsoleRefusal.missing("figure")
        }
        switch parts[1] {
        case "svg":
            return answer.bytes(
                Array(figure.svg(theme, version: sources.version).utf8), type: "image/svg+xml",
                to: call.request)
        case "json":
            let table = figure.table
            func row(_ cells: [String]) -> JSONValue { .array(cells.map { .string($0) }) }
            let json: JSONValue = [
                "caption": .string(figure.caption), "missing": .text(figure.missing),
                "data_version": .string(sources.version), "header": row(table.header),
                "rows": .array(table.rows.map(row)),
            ]
            return answer.bytes(json.serialised, type: "application/json", to: call.request)
        default:
            return Self.csv(figure.table.stamped(sources.version), name: "\(study)-\(file)")
        }
    }

    private static func csv(_ table: FigureTable, name: String) -> Response {
        ConsoleAnswer.download(
            Array(table.csv.utf8), type: "text/csv; charset=utf-8", name: name)
    }
}
