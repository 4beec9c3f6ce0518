import Glibc

/// Fits, and what they say of each reading.
extension AlignmentRun {
    /// Groups of one device run at one rate: the longest is fitted first, and the others' rates are held
    /// near its own.
    mutating func fit() {
        let order = groups.indices.sorted { groups[$0].range.count > groups[$1].range.count }
        var known: (slope: Double, density: Double)?
        for place in order {
            var group = groups[place]
            var slopes = group.slopes
            if let known, group.range.count < 4096 {
                let low = max(slopes.lowerBound, known.slope - 30e-6)
                let high = min(slopes.upperBound, known.slope + 30e-6)
                if low < high { slopes = low...high }
            }
            var y = [Double](repeating: 0, count: group.x.count)
            for (number, reading) in group.range.enumerated() {
                y[number] = arrival[reading] - group.x[number]
            }
            let fit = EnvelopeFit(
                x: group.x[...], y: y[...], slopes: slopes, resolution: resolution,
                reference: known?.density ?? fallback(y),
                shortest: spreadLimit == nil ? 20e9 : 1e9)
            group.fit = fit
            groups[place] = group
            if known == nil {
                let last = group.x[group.x.count - 1]
                let rise = fit.value(at: last).value - fit.value(at: 0).value
                known = (last > 0 ? rise / last : 0, fit.windows[0].density)
            }
        }
    }

    /// What comes later was sampled later. Where a few readings had all waited for a reader that was just
    /// starting, the next ones show it, and the time before them is the latest that is possible.
    mutating func order() {
        for place in groups.indices.dropLast().reversed() {
            let next = groups[place + 1]
            let group = groups[place]
            guard let last = group.x.last, next.range.lowerBound == group.range.upperBound
            else { continue }
            let after = next.value(at: next.x[0])
            let before = group.value(at: last)
            // A packet's own samples came with it.
            let advance = max(
                1, readings.steps(from: next.range.lowerBound - 1, to: next.range.lowerBound))
            let excess = last + before.value - (next.x[0] + after.value - advance * period)
            // Where a clock was set and nothing lost, chance has them cross half of the time.
            let chance = 3 * (before.variance + after.variance).squareRoot()
            if excess > chance + after.bias { groups[place].wait = excess }
        }
    }

    /// Whether readings lie much further from the clock found than from their neighbours: then there is
    /// no rate, and arrivals are nearer to the truth.
    func isLoose(_ limit: Double) -> Bool {
        var heights: [Double] = []
        for group in groups {
            for number in stride(from: 0, to: group.x.count, by: max(1, group.x.count / 4096)) {
                let first = group.range.lowerBound
                let reading = together(first + number, group.range.upperBound).upperBound - 1
                let x = group.x[reading - first]
                heights.append(arrival[reading] - x - group.value(at: x).value)
            }
        }
        guard heights.count >= 64 else { return false }
        heights.sort()
        let spread = heights[heights.count * 3 / 4] - heights[heights.count / 4]
        return spread > limit
    }

    /// A density for streams so short that their own says nothing.
    private func fallback(_ y: [Double]) -> Double {
        let spread = (y.max() ?? 0) - (y.min() ?? 0)
        return 1 / max(spread, period / 2, 1_000_000)
    }

    mutating func report() {
        let count = readings.index.count
        alignment.times.reserveCapacity(count)
        alignment.bounds.reserveCapacity(count)
        alignment.segments.reserveCapacity(count)
        alignment.period = period
        // Stretches without a rate beside others with one have only their arrivals.
        var groups = groups
        groups.sort { $0.range.lowerBound < $1.range.lowerBound }
        var next = 0
        var late = 0.0
        var isFirst = true
        for group in groups {
            while next < group.range.lowerBound { appendArrival(next); next += 1 }
            next = group.range.upperBound
            guard let fit = group.fit else { continue }
            if !isFirst { addUnknownLoss(before: group) }
            isFirst = false
            if group.isRegular {
                late += appendLines(group, fit)
            } else {
                alignment.isRegular = false
                late += appendPoints(group)
            }
        }
        while next < count { appendArrival(next); next += 1 }
        for (range, size) in doubts {
            for reading in range {
                alignment.bounds[reading] = Int64(
                    clamping: hypot(Double(alignment.bounds[reading]), size).rounded(.up))
            }
        }
        if !alignment.isRegular { alignment.lines = [] }
        alignment.jitter = Int64(clamping: (late / Double(max(1, count))).rounded())
        alignment.losses.sort { $0.reading < $1.reading }
        alignment.resets.sort()
        if let longest = groups.max(by: { $0.range.count < $1.range.count }), let fit = longest.fit,
            let last = longest.x.last, last > 0
        {
            let slope = (fit.value(at: last).value - fit.value(at: 0).value) / last
            alignment.period = period * (1 + slope)
            if model.period > 0 {
                alignment.driftPPM = (alignment.period / model.period - 1) * 1e6
            } else if !readings.device.isEmpty {
                alignment.driftPPM = slope * 1e6
            }
        }
    }

    private mutating func appendArrival(_ reading: Int) {
        alignment.times.append(
            readings.arrival[reading].subtractingReportingOverflow(model.typicalDelay).partialValue)
        alignment.bounds.append(bound(variance: 0, bias: Double(period) / 2))
        alignment.segments.append(Int32(clamping: groups.last?.segment ?? 0))
        alignment.isRegular = false
    }

    /// 95% bound of a time.
    private func bound(variance: Double, bias: Double) -> Int64 {
        // An exponential's 95% lie within 2.0 deviations of its mean, a normal's within 1.96.
        let own = 4 * variance + bias * bias
        let coarse = resolution > 1 ? 0.475 * resolution : 0
        let delay = Double(model.delayUncertainty)
        return max(
            1, Int64(clamping: (own + coarse * coarse + delay * delay).squareRoot().rounded(.up)))
    }

    private var origin: Double { -Double(model.typicalDelay) }

    /// The absolute time of a moment since the first arrival.
    private func absolute(_ time: Double) -> Int64 {
        readings.arrival[0].addingReportingOverflow(Int64(clamping: time.rounded())).partialValue
    }

    /// - Returns: the sum of the readings' delays.
    private mutating func appendPoints(_ group: Group) -> Double {
        var late = 0.0
        for (number, reading) in group.range.enumerated() {
            let (value, variance, bias) = group.value(at: group.x[number])
            let time = group.x[number] + value
            late += arrival[reading] - time
            alignment.times.append(absolute(time + origin))
            alignment.bounds.append(bound(variance: variance, bias: bias))
            alignment.segments.append(Int32(clamping: group.segment))
        }
        return late
    }

    private mutating func appendLines(_ group: Group, _ fit: EnvelopeFit) -> Double {
        // A line ends where the index jumps, where something is lost, and where the clock bends.
        let steps = Set(group.steps)
        var late = 0.0
        var start = group.range.lowerBound
        for reading in group.range {
            let next = reading + 1
            let isLast = next == group.range.upperBound
            guard isLast || steps.contains(next) else { continue }
            late += appendLines(group, fit, start...reading)
            start = next
        }
        return late
    }

    private mutating func appendLines(
        _ group: Group, _ fit: EnvelopeFit, _ part: ClosedRange<Int>
    ) -> Double {
        let base = group.range.lowerBound
        let first = group.x[part.lowerBound - base]
        let last = group.x[part.upperBound - base]
        let middle = group.value(at: (first + last) / 2)
        let tolerance = max(1_000, Double(bound(variance: middle.variance, bias: middle.bias)) / 8)
        let knots = [first] + fit.knots(from: first, to: last, tolerance: tolerance) + [last]
        var late = 0.0
        var reading = part.lowerBound
        for (number, (from, to)) in zip(knots, knots.dropFirst()).enumerated() {
            let isLast = number == knots.count - 2
            let begin = reading
            while reading <= part.upperBound,
                isLast || group.x[reading - base] < to
            { reading += 1 }
            guard reading > begin else { continue }
            late += appendLine(group, begin...(reading - 1), from, to)
        }
        return late
    }

    private mutating func appendLine(
        _ group: Group, _ part: ClosedRange<Int>, _ from: Double, _ to: Double
    ) -> Double {
        let base = group.range.lowerBound
        let low = group.value(at: from).value
        let high = group.value(at: to).value
        let slope = to > from ? (high - low) / (to - from) : 0
        let index = readings.index[part.lowerBound]
        let place = group.x[part.lowerBound - base]
        let start = place + low + slope * (place - from)
        var line = Alignment.Line(
            firstReading: part.lowerBound, lastReading: part.upperBound, index: index,
            origin: absolute(start + origin), period: period * (1 + slope),
            bound: 0, segment: group.segment, jitter: 0)
        var late = 0.0
        var variance = 0.0
        var bias = 0.0
        for reading in part {
            let x = group.x[reading - base]
            let time = x + low + slope * (x - from)
            let value = group.value(at: x)
            late += arrival[reading] - time
            variance += value.variance
            bias = max(bias, value.bias)
            alignment.times.append(absolute(time + origin))
            alignment.bounds.append(bound(variance: value.variance, bias: value.bias))
            alignment.segments.append(Int32(clamping: group.segment))
        }
        let count = Double(part.count)
        line.bound = bound(variance: variance / count, bias: bias)
        line.jitter = Int64(clamping: (late / count).rounded())
        alignment.lines.append(line)
        return late
    }

    /// What is missing where neither count nor clock went on: the time that passed tells it.
    private mutating func addUnknownLoss(before group: Group) {
        let reading = group.range.lowerBound
        guard period > 0, group.isRegular, let previous = alignment.times.last else { return }
        let (value, variance, bias) = group.value(at: group.x[0])
        let time = absolute(group.x[0] + value + origin)
        // What both times share, the constant delay, does not matter here.
        let error = hypot(
            Double(alignment.bounds[alignment.bounds.count - 1]),
            (4 * variance + bias * bias).squareRoot())
        let passed = Double(time.subtractingReportingOverflow(previous).partialValue)
        // A packet's own samples came with it. Where the count went back, one sample did.
        let advance = max(1, readings.steps(from: reading - 1, to: reading))
        let lost = (passed / period).rounded() - advance
        alignment.losses.append(
            Alignment.Loss(
                reading: reading, lost: max(0, Int64(clamping: lost)),
                lostBound: max(1, Int64(clamping: (error / period).rounded(.up)))))
    }
}
