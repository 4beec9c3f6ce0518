import Glibc

/// The course of the offset between two clocks, out of measurements that are noisy and of which some are wrong.
///
/// **What is fitted.** The offset changes by the drift, and the drift wanders at random, as temperature
/// and age have it: a Kalman filter and the smoother of Rauch, Tung and Striebel over both (position and
/// velocity, with white acceleration). How much it wanders, nobody knows: each of a list of strengths counts by its
/// likelihood (the first of them gives a straight line). Errors have heavy tails (Student's t
/// with 4 degrees of freedom, by weights that are worked out again some times), so that an answer that was held
/// up in the network counts for little, and a wrong one for nothing.
///
/// **What cannot be known.** By how much the ways there and back differ leaves no trace in measurements of this
/// kind, which do not tell how long they took.
struct OffsetCurve: Sendable {
    /// Offset, drift and their covariance after all measurements, at the time of one.
    private struct State: Sendable {
        var time: Double
        var offset: Double
        var drift: Double
        var variance: Double
        var covariance: Double
        var driftVariance: Double
    }

    private let states: [State]
    /// How strongly the drift wanders: variance of the change of drift in a second.
    let wander: Double
    /// Typical error of a measurement, in seconds.
    let noise: Double
    /// Taken off all times and offsets, so that differences are exact.
    private let origin: (time: Double, offset: Double)

    /// Crystals: most lie within 50 ppm.
    private static let driftDeviation = 50e-6
    private static let strengths = [
        0, 1e-20, 1e-19, 1e-18, 3e-18, 1e-17, 3e-17, 1e-16, 3e-16, 1e-15, 3e-15, 1e-14,
    ]
    private static let freedom = 4.0

    /// - Parameter offsets: finite, by time, none twice at one; empty gives nil.
    init?(_ offsets: [ClockOffset]) {
        guard let first = offsets.first else { return nil }
        origin = (first.time, first.offset)
        let times = offsets.map { $0.time - first.time }
        let values = offsets.map { $0.offset - first.offset }
        if values.allSatisfy({ $0 == 0 }), first.offset == 0 {
            // The file says that the clocks are one.
            states = [
                State(time: 0, offset: 0, drift: 0, variance: 0, covariance: 0, driftVariance: 0)
            ]
            wander = 0
            noise = 0
            return
        }
        var weights = Self.firstWeights(times, values)
        var typical = Self.noise(times, values, weights)
        var best = Self.smooth(times, values, weights, typical, strength: 0)
        var strength = 0.0
        for _ in 0..<4 {
            let runs = Self.strengths.map {
                Self.smooth(times, values, weights, typical, strength: $0)
            }
            (best, strength) = Self.mixture(runs)
            let errors = zip(values, best.states).map { $0 - $1.offset }
            let sound = zip(errors, weights).filter { $1 > 0.1 }.map { abs($0.0) }
            // Two numbers of the line came out of the same measurements.
            let left = max(1, sound.count - 2)
            let scale = (Double(sound.count) / Double(left)).squareRoot()
            typical = Self.believed(Self.spread(sound) * scale, of: left)
            weights = errors.map { error in
                let ratio = error / typical
                return (Self.freedom + 1) / (Self.freedom + ratio * ratio)
            }
        }
        states = best.states
        wander = strength
        noise = typical
    }

    /// The offset at a time of the sender's clock, and the deviation of its estimate, in seconds.
    func value(at time: Double) -> (offset: Double, deviation: Double) {
        let x = time - origin.time
        var (low, high) = (0, states.count)
        while low < high {
            let middle = (low + high) / 2
            if states[middle].time <= x { low = middle + 1 } else { high = middle }
        }
        guard low > 0, low < states.count else {
            // Before the first or behind the last: the drift goes on, and may wander.
            let end = states[low == 0 ? 0 : states.count - 1]
            let way = x - end.time
            let distance = abs(way)
            let variance =
                end.variance + 2 * way * end.covariance + way * way * end.driftVariance
                + wander * distance * distance * distance / 3
            return (origin.offset + end.offset + way * end.drift, deviation(variance))
        }
        let (from, to) = (states[low - 1], states[low])
        let length = to.time - from.time
        let share = (x - from.time) / length
        // The mean of such a process between two known states is the cubic through both.
        let (square, cube) = (share * share, share * share * share)
        let offset =
            (2 * cube - 3 * square + 1) * from.offset + (3 * square - 2 * cube) * to.offset
            + length * ((cube - 2 * square + share) * from.drift + (cube - square) * to.drift)
        // Its variance: between those of both, and what it may wander in between.
        let between = wander * length * length * length / 3 * cubed(share * (1 - share))
        let variance = from.variance + (to.variance - from.variance) * share + between
        return (origin.offset + offset, deviation(variance))
    }

    /// Noise is an estimate itself, which the filter does not know: measured over 40 s to 20 minutes with drifts that
    /// wander by nothing to 0.02 ppm a second and noise of 20 and 200 us, 1.96 deviations with this hold 94% to 100% of
    /// the errors.
    private func deviation(_ variance: Double) -> Double {
        1.25 * (max(0, variance) * (1 + 3 / Double(states.count))).squareRoot()
    }

    private func cubed(_ value: Double) -> Double { value * value * value }

    /// Drift of the sender's clock against the recorder's at a measurement in the middle, as a fraction.
    var drift: Double { states[states.count / 2].drift }

    /// What several strengths of wandering say together, each as far as it explains the measurements: taking the best
    /// of them alone would count as certain what is a choice between near equals.
    private static func mixture(_ runs: [Run]) -> (run: Run, strength: Double) {
        let highest = runs.map(\.likelihood).max() ?? 0
        let shares = runs.map { exp($0.likelihood - highest) }
        let sum = shares.reduce(0, +)
        var mixed = runs[0]
        for place in mixed.states.indices {
            var mean = State(
                time: mixed.states[place].time, offset: 0, drift: 0, variance: 0, covariance: 0,
                driftVariance: 0)
            for (run, share) in zip(runs, shares) {
                mean.offset += share / sum * run.states[place].offset
                mean.drift += share / sum * run.states[place].drift
            }
            for (run, share) in zip(runs, shares) {
                let state = run.states[place]
                let (offset, drift) = (state.offset - mean.offset, state.drift - mean.drift)
                mean.variance += share / sum * (state.variance + offset * offset)
                mean.covariance += share / sum * (state.covariance + offset * drift)
                mean.driftVariance += share / sum * (state.driftVariance + drift * drift)
            }
            mixed.states[place] = mean
        }
        let strength = zip(strengths, shares).reduce(0) { $0 + $1.0 * $1.1 / sum }
        return (mixed, strength)
    }

    // MARK: - Weights and noise

    /// Measurements that lie far from those around them count for nothing from the beginning.
    private static func firstWeights(_ times: [Double], _ values: [Double]) -> [Double] {
        let errors = values.indices.map { place -> Double in
            let range = max(0, place - 4)..<min(values.count, place + 5)
            let around = range.filter { $0 != place }.map { values[$0] }.sorted()
            guard !around.isEmpty else { return 0 }
            return values[place] - around[around.count / 2]
        }
        let limit = 12 * spread(errors.map(abs)) + 1e-3
        return errors.map { abs($0) > limit ? 1e-9 : 1 }
    }

    /// The error of one measurement, from how far each lies from the line between its neighbours.
    private static func noise(
        _ times: [Double], _ values: [Double], _ weights: [Double]
    ) -> Double {
        let good = values.indices.filter { weights[$0] > 0.1 }
        guard good.count >= 3 else { return 1e-3 }
        var errors: [Double] = []
        for number in 1..<good.count - 1 {
            let (a, b, c) = (good[number - 1], good[number], good[number + 1])
            let share = (times[b] - times[a]) / (times[c] - times[a])
            let line = values[a] + (values[c] - values[a]) * share
            let scale = (1 + share * share + (1 - share) * (1 - share)).squareRoot()
            errors.append(abs(values[b] - line) / scale)
        }
        return believed(spread(errors), of: errors.count)
    }

    /// The error of measurements as so many of them tell it, together with what is usual where they are few.
    private static func believed(_ found: Double, of count: Int) -> Double {
        let known = (number: 2.0, deviation: 100e-6)
        let sum = Double(count) * found * found + known.number * known.deviation * known.deviation
        return (sum / (Double(count) + known.number)).squareRoot()
    }

    /// The deviation of a normal distribution with this median of its absolute values; never nothing.
    private static func spread(_ absolute: [Double]) -> Double {
        guard !absolute.isEmpty else { return 1e-3 }
        let sorted = absolute.sorted()
        return max(1e-7, sorted[sorted.count / 2] * 1.4826)
    }

    // MARK: - Filter and smoother

    private struct Run {
        var states: [State]
        var likelihood: Double
    }

    private static func smooth(
        _ times: [Double], _ values: [Double], _ weights: [Double], _ noise: Double,
        strength: Double
    ) -> Run {
        var filtered: [State] = []
        var predicted: [State] = []
        filtered.reserveCapacity(times.count)
        predicted.reserveCapacity(times.count)
        var likelihood = 0.0
        for place in times.indices {
            var state: State
            if let last = filtered.last {
                let step = times[place] - last.time
                state = State(
                    time: times[place], offset: last.offset + step * last.drift,
                    drift: last.drift,
                    variance: last.variance + 2 * step * last.covariance
                        + step * step * last.driftVariance + strength * step * step * step / 3,
                    covariance: last.covariance + step * last.driftVariance
                        + strength * step * step / 2,
                    driftVariance: last.driftVariance + strength * step)
            } else {
                state = State(
                    time: times[0], offset: 0, drift: 0, variance: 1e6, covariance: 0,
                    driftVariance: driftDeviation * driftDeviation)
            }
            predicted.append(state)
            let error = noise * noise / max(weights[place], 1e-12)
            let total = state.variance + error
            let difference = values[place] - state.offset
            if place > 0 { likelihood -= (log(total) + difference * difference / total) / 2 }
            let gain = (state.variance / total, state.covariance / total)
            state.offset += gain.0 * difference
            state.drift += gain.1 * difference
            state.driftVariance -= gain.1 * state.covariance
            // As products, so that nothing is lost where the first variance is huge.
            state.covariance *= error / total
            state.variance *= error / total
            filtered.append(state)
        }
        var smoothed = filtered
        for place in stride(from: times.count - 2, through: 0, by: -1) {
            smoothed[place] = Self.smoothed(
                filtered[place], predicted[place + 1], smoothed[place + 1])
        }
        return Run(states: smoothed, likelihood: likelihood)
    }

    /// A state after what comes behind it is known as well.
    private static func smoothed(_ state: State, _ predicted: State, _ next: State) -> State {
        let determinant =
            predicted.variance * predicted.driftVariance
            - predicted.covariance * predicted.covariance
        guard determinant > 0 else { return state }
        let step = predicted.time - state.time
        // Covariance of this state with the next one.
        let cross = (
            state.variance + step * state.covariance, state.covariance,
            state.covariance + step * state.driftVariance, state.driftVariance
        )
        let inverse = (
            predicted.driftVariance / determinant, -predicted.covariance / determinant,
            predicted.variance / determinant
        )
        let gain = (
            cross.0 * inverse.0 + cross.1 * inverse.1, cross.0 * inverse.1 + cross.1 * inverse.2,
            cross.2 * inverse.0 + cross.3 * inverse.1, cross.2 * inverse.1 + cross.3 * inverse.2
        )
        let offset = next.offset - predicted.offset
        let drift = next.drift - predicted.drift
        let variance = next.variance - predicted.variance
        let covariance = next.covariance - predicted.covariance
        let driftVariance = next.driftVariance - predicted.driftVariance
        var result = state
        result.offset += gain.0 * offset + gain.1 * drift
        result.drift += gain.2 * offset + gain.3 * drift
        result.variance +=
            gain.0 * (gain.0 * variance + gain.1 * covariance)
            + gain.1 * (gain.0 * covariance + gain.1 * driftVariance)
        result.covariance +=
            gain.2 * (gain.0 * variance + gain.1 * covariance)
            + gain.3 * (gain.0 * covariance + gain.1 * driftVariance)
        result.driftVariance +=
            gain.2 * (gain.2 * variance + gain.3 * covariance)
            + gain.3 * (gain.2 * covariance + gain.3 * driftVariance)
        return result
    }
}
