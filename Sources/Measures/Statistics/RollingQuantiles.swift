/// Quantiles of the values around each one, fewer at both ends: pandas' `rolling(width, center=True,
/// min_periods=1).quantile()` for an odd width.
enum RollingQuantiles {
    /// - Returns: for each share one value a place.
    static func of(_ values: [Double], width: Int, shares: [Double]) -> [[Double]] {
        let reach = width / 2
        var sorted: [Double] = []
        sorted.reserveCapacity(width)
        var quantiles = shares.map { _ in [Double]() }
        for place in 0..<min(reach, values.count) { insert(values[place], &sorted) }
        for place in values.indices {
            if place + reach < values.count { insert(values[place + reach], &sorted) }
            if place > reach { sorted.remove(at: first(values[place - reach - 1], sorted)) }
            for (index, share) in shares.enumerated() {
                quantiles[index].append(ClusterMean.quantile(sorted, share))
            }
        }
        return quantiles
    }

    private static func insert(_ value: Double, _ sorted: inout [Double]) {
        sorted.insert(value, at: first(value, sorted))
    }

    /// The first place whose value is not smaller.
    private static func first(_ value: Double, _ sorted: [Double]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] >= value { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
