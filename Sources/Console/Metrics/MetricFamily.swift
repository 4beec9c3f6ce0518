/// A metric with all its values, as Prometheus takes it. A pure value.
struct MetricFamily: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable {
        case counter, gauge, histogram
        /// Words about what is measured, with the value 1.
        case info
    }

    /// Without `_total` and `_info`, which follow from the kind.
    var name: String
    var kind: Kind
    /// What it means, in one sentence.
    var help: String
    var samples: [MetricSample]

    init(_ name: String, _ kind: Kind, _ help: String, _ samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// With a single value; none where it is not known.
    init(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
        self.init(name, kind, help, value.map { [MetricSample(.number($0))] } ?? [])
    }

    init(_ name: String, _ kind: Kind, _ help: String, _ value: Int64) {
        self.init(name, kind, help, [MetricSample(.integer(value))])
    }

    /// With each set of labels once, as a scrape must have it: what two counters counted is added up, of the
    /// rest the last one holds.
    var merged: MetricFamily {
        var places: [[MetricSample.Label]: Int] = [:]
        var family = self
        family.samples = []
        for sample in samples {
            if let place = places[sample.labels] {
                let before = family.samples[place]
                family.samples[place] = kind == .counter ? before + sample : sample
            } else {
                places[sample.labels] = family.samples.count
                family.samples.append(sample)
            }
        }
        return family
    }
}
