/// Measures of windows of samples. Pure; what is asked of too few samples is nil.
enum SignalMeasures {
    /// Running mean over `length` samples around each; shorter at the ends.
    static func runningMean(_ values: [Double], length: Int) -> [Double] {
        guard length > 1, !values.isEmpty else { return values }
        var sums = [0.0]
        sums.reserveCapacity(values.count + 1)
        for value in values { sums.append(sums[sums.count - 1] + value) }
        let half = length / 2
        return values.indices.map { index in
            let from = max(0, index - half)
            let to = min(values.count, index - half + length)
            return (sums[to] - sums[from]) / Double(to - from)
        }
    }

    /// The values without what is slower than `seconds`.
    static func withoutBaseline(
        _ values: [Double], rate: Double, seconds: Double
    ) -> [Double] {
        let baseline = runningMean(values, length: Int(rate * seconds))
        return zip(values, baseline).map { $0 - $1 }
    }

    /// Fourth moment over the square of the second: 1.5 of a sine, 3 of noise.
    static func kurtosis(_ values: [Double]) -> Double? {
        guard values.count >= 8 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        var second = 0.0
        var fourth = 0.0
        for value in values {
            let square = (value - mean) * (value - mean)
            second += square
            fourth += square * square
        }
        guard second > 0 else { return nil }
        return fourth * Double(values.count) / (second * second)
    }

    /// The distance between the highest and the lowest value, but for the outermost `share` at each end.
    static func range(_ values: [Double], without share: Double = 0) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let skipped = min(Int(Double(sorted.count) * share), (sorted.count - 1) / 2)
        return sorted[sorted.count - 1 - skipped] - sorted[skipped]
    }

    static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    /// How often a signal without baseline rises above half of its highest in a minute, a quarter of a
    /// second apart at least; upside down where its peaks point down.
    static func beatsPerMinute(_ values: [Double], rate: Double) -> Double? {
        guard rate > 0, let high = values.max(), let low = values.min(), high > low else {
            return nil
        }
        let upright = high >= -low ? values : values.map { -$0 }
        let threshold = max(high, -low) / 2
        let refractory = Int(rate / 4)
        var beats: [Int] = []
        for index in upright.indices where upright[index] > threshold {
            if let last = beats.last, index - last < refractory { continue }
            beats.append(index)
        }
        guard let first = beats.first, let last = beats.last, last > first else { return nil }
        return Double(beats.count - 1) * 60 * rate / Double(last - first)
    }

    /// The highest correlation of a signal with itself at a distance within a range of lags, where it
    /// has a peak there; 0 where it has none.
    static func periodicity(
        _ values: [Double], rate: Double, seconds: ClosedRange<Double>
    ) -> Double {
        let from = max(1, Int(seconds.lowerBound * rate))
        let to = Int(seconds.upperBound * rate)
        guard values.count > 2 * to, to > from + 1 else { return 0 }
        func correlation(_ lag: Int) -> Double {
            var product = 0.0
            var early = 0.0
            var late = 0.0
            for index in 0..<(values.count - lag) {
                product += values[index] * values[index + lag]
                early += values[index] * values[index]
                late += values[index + lag] * values[index + lag]
            }
            let scale = (early * late).squareRoot()
            return scale > 0 ? product / scale : 0
        }
        // Every lag of a fast sensor would be much work for nothing: a pulse is broad.
        let step = max(1, Int(rate / 100))
        let curve = stride(from: from, through: to, by: step).map(correlation)
        var best = 0.0
        for index in curve.indices.dropFirst().dropLast()
        where curve[index] >= curve[index - 1] && curve[index] >= curve[index + 1] {
            best = max(best, curve[index])
        }
        return best
    }

    /// The line through points, and the standard deviation around it.
    static func line(
        _ times: [Double], _ values: [Double]
    ) -> (slope: Double, deviation: Double)? {
        guard times.count >= 3, times.count == values.count else { return nil }
        let count = Double(times.count)
        let meanTime = times.reduce(0, +) / count
        let meanValue = values.reduce(0, +) / count
        var above = 0.0
        var below = 0.0
        for (time, value) in zip(times, values) {
            above += (time - meanTime) * (value - meanValue)
            below += (time - meanTime) * (time - meanTime)
        }
        guard below > 0 else { return nil }
        let slope = above / below
        var squares = 0.0
        for (time, value) in zip(times, values) {
            let rest = value - meanValue - slope * (time - meanTime)
            squares += rest * rest
        }
        return (slope, (squares / count).squareRoot())
    }

    /// Means of consecutive stretches of time; stretches without a value are left out.
    static func blocks(
        _ window: SignalWindow, seconds: Double
    ) -> (times: [Double], values: [Double]) {
        var times: [Double] = []
        var values: [Double] = []
        var block = Int.min
        var sum = 0.0
        var count = 0
        func close() {
            guard count > 0 else { return }
            times.append((Double(block) + 0.5) * seconds)
            values.append(sum / Double(count))
        }
        for (time, value) in zip(window.times, window.values) where !value.isNaN {
            let own = Int((time / seconds).rounded(.down))
            if own != block {
                close()
                block = own
                sum = 0
                count = 0
            }
            sum += value
            count += 1
        }
        close()
        return (times, values)
    }
}
