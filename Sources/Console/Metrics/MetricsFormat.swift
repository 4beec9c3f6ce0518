/// The forms in which metrics are told.
enum MetricsFormat: Hashable, Sendable {
    /// Prometheus' text format.
    case plain
    case openMetrics

    var contentType: String {
        switch self {
        case .plain: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// What a scraper likes best of what there is, by the field `Accept` (RFC 9110, 12.5.1); the text format
    /// where it takes neither, since every scraper reads it.
    init(accept: String?) {
        var best: (format: MetricsFormat, weight: Double) = (.plain, 0)
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { part in
                part.filter { !$0.isWhitespace }.lowercased()
            }
            let parameters = parts.dropFirst()
            let weight =
                parameters.first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            let version = parameters.first { $0.hasPrefix("version=") }?.dropFirst(8)
            let format: MetricsFormat
            switch parts.first {
            case "application/openmetrics-text":
                guard version == nil || version == "1.0.0" else { continue }
                format = .openMetrics
            case "text/plain":
                guard version == nil || version == "0.0.4" else { continue }
                format = .plain
            case "text/*", "*/*": format = .plain
            default: continue
            }
            if weight > best.weight || weight == best.weight && weight > 0 && format == .openMetrics
            {
                best = (format, weight)
            }
        }
        self = best.format
    }
}
