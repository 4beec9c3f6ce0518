import Link

/// How often something took so long, in classes that are written cumulatively. A pure value.
struct MetricHistogram: Hashable, Sendable {
    /// The largest value of each class in seconds, rising; what is above all has a class more.
    var bounds: [Double]
    /// How often each class was hit.
    var counts: [Int64]
    /// All values together.
    var sum: Double

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = [Int64](repeating: 0, count: bounds.count + 1)
        sum = 0
    }

    /// As the daemon tells it; nil where the numbers do not fit together.
    init?(_ told: DurationCounts) {
        guard told.counts.count == told.boundsMs.count + 1, told.counts.allSatisfy({ $0 >= 0 }),
            zip(told.boundsMs, told.boundsMs.dropFirst()).allSatisfy(<)
        else { return nil }
        var total: Int64 = 0
        for count in told.counts {
            let (sum, isTooMuch) = total.addingReportingOverflow(Int64(count))
            guard !isTooMuch else { return nil }
            total = sum
        }
        bounds = told.boundsMs.map { $0 / 1000 }
        counts = told.counts.map { Int64($0) }
        sum = told.sumMs / 1000
    }

    mutating func note(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// How often it was at most each bound, the last one infinite.
    var cumulative: [(bound: Double, count: Int64)] {
        var total: Int64 = 0
        return zip(bounds + [.infinity], counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }

    var count: Int64 { counts.reduce(0, +) }
}
