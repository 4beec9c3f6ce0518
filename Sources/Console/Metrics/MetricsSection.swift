import HTTPTypes
import Hummingbird
import SystemCalls
import Web

/// Figures for Prometheus (`Protocols/formats/metrics.md`). There is no such address unless the settings
/// name who may read it.
struct MetricsSection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let access: MetricsAccess
    let counts: RequestCounts
    let watch: StationWatch
    let exports: ExportDesk

    /// Fields by which proxies say for whom they ask.
    private static let relayed = [
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    ].compactMap { HTTPField.Name($0) }

    func addRoutes(to router: ConsoleRouter) {
        router.open(.get, "metrics") { request, context in answer(request, context) }
    }

    private func answer(_ request: Request, _ context: WebRequestContext) -> Response {
        let isRelayed = Self.relayed.contains { request.headers[$0] != nil }
        guard request.isOwn(surroundings.settings.place),
            access.admits(
                authorization: request.headers[.authorization],
                isLocal: context.isFromThisMachine, host: request.head.authority,
                isRelayed: isRelayed)
        else { return refused() }
        let format = MetricsFormat(accept: request.headers[.accept])
        return ConsoleAnswer.bytes(
            Array(MetricsText.of(families(), format).utf8), type: format.contentType)
    }

    private func refused() -> Response {
        guard access != .thisMachine else {
            return ConsoleDoor.refused(
                ConsoleRefusal(
                    .forbidden,
                    "The metrics are told on this machine alone, at 127.0.0.1 or localhost. For others, "
                        + "name a file with a token in the settings (metricsTokenFile)."))
        }
        var response = ConsoleDoor.refused(
            ConsoleRefusal(
                .unauthorized,
                "The metrics are told to who shows their token: Authorization: Bearer TOKEN."))
        response.headers[.wwwAuthenticate] = "Bearer"
        return response
    }

    /// All metrics, as they are now. Nothing is asked for and nothing is waited for.
    func families() -> [MetricFamily] {
        StationMetrics(watch.known, now: Clocks.now()).families
            + ConsoleMetrics(
                version: surroundings.settings.version, counts: counts.now,
                exportsRunning: exports.runningCount, process: ProcessUse.now()
            ).families
    }
}
