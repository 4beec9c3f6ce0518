/// Writes metrics in one of the two forms that Prometheus reads:
/// https://prometheus.io/docs/instrumenting/exposition_formats/ and
/// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md.
struct MetricsText {
    let format: MetricsFormat
    private(set) var text = ""

    init(_ format: MetricsFormat) { self.format = format }

    /// The whole answer.
    static func of(_ families: [MetricFamily], _ format: MetricsFormat) -> String {
        var text = MetricsText(format)
        for family in families where !family.samples.isEmpty { text.write(family.merged) }
        if format == .openMetrics { text.text += "# EOF\n" }
        return text.text
    }

    private mutating func write(_ family: MetricFamily) {
        let sampled = family.name + Self.suffix(family.kind)
        // OpenMetrics names a family without what its kind adds to each sample.
        let named = format == .openMetrics ? family.name : sampled
        let kind =
            format == .plain && family.kind == .info
            ? MetricFamily.Kind.gauge.rawValue : family.kind.rawValue
        text += "# HELP \(named) \(help(family.help))\n# TYPE \(named) \(kind)\n"
        if format == .openMetrics, let unit = Self.unit(of: family.name) {
            text += "# UNIT \(named) \(unit)\n"
        }
        for sample in family.samples {
            switch sample.value {
            case .integer(let value): line(sampled, sample.labels, "\(value)")
            case .number(let value): line(sampled, sample.labels, Self.number(value))
            case .histogram(let histogram): write(histogram, family.name, sample.labels)
            }
        }
    }

    private mutating func write(
        _ histogram: MetricHistogram, _ name: String, _ labels: [MetricSample.Label]
    ) {
        for (bound, count) in histogram.cumulative {
            let upTo = MetricSample.Label(name: "le", value: Self.number(bound))
            line("\(name)_bucket", labels + [upTo], "\(count)")
        }
        line("\(name)_sum", labels, Self.number(histogram.sum))
        line("\(name)_count", labels, "\(histogram.count)")
    }

    private mutating func line(_ name: String, _ labels: [MetricSample.Label], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func suffix(_ kind: MetricFamily.Kind) -> String {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    /// The unit that a name ends with; OpenMetrics wants it said.
    private static func unit(of name: String) -> String? {
        ["seconds", "bytes", "hertz", "ratio"].first { name.hasSuffix("_\($0)") }
    }

    private func help(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return format == .openMetrics ? escaped.replacing("\"", with: "\\\"") : escaped
    }

    /// A label's value between its quotes.
    static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A number as both formats read it, shortest digits that give it back.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }
}
