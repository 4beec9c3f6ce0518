/// One value of a metric.
struct MetricSample: Hashable, Sendable {
    struct Label: Hashable, Sendable {
        var name: String
        var value: String
    }

    enum Value: Hashable, Sendable {
        case integer(Int64)
        case number(Double)
        case histogram(MetricHistogram)
    }

    /// In the order in which they are written.
    var labels: [Label]
    var value: Value

    init(_ value: Value, _ labels: KeyValuePairs<String, String> = [:]) {
        self.value = value
        self.labels = labels.map { Label(name: $0.key, value: $0.value) }
    }

    /// A state: 1 where it holds.
    init(_ holds: Bool, _ labels: KeyValuePairs<String, String> = [:]) {
        self.init(.integer(holds ? 1 : 0), labels)
    }

    /// The sum of two counts; histograms have classes of their own, and the later one stays.
    static func + (first: MetricSample, second: MetricSample) -> MetricSample {
        var sum = second
        switch (first.value, second.value) {
        case (.integer(let one), .integer(let other)): sum.value = .integer(one &+ other)
        case (.number(let one), .number(let other)): sum.value = .number(one + other)
        default: break
        }
        return sum
    }
}
