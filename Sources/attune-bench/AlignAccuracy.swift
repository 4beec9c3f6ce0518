import Timebase

/// How well one case is aligned, over several seeds.
struct AlignAccuracy {
    /// What one seed gave.
    struct Trial: Sendable {
        var aligned: AlignErrors
        var arrival: AlignErrors
        /// Whether exactly the losses that there are were found, and the resets likewise.
        var hasTrueLosses: Bool
        var hasTrueResets: Bool
        /// Share of wrong device times that were called wrong, and of right ones that were.
        var flagged: Double
        var wronglyFlagged: Double
        /// RMS as a share of the arrival times'.
        var ratio: Double { aligned.rms / max(arrival.rms, 1e-9) }
    }

    let recipe: AlignCase
    let trials: [Trial]

    init(_ recipe: AlignCase, seeds: Int, transport: AlignSimulation.Transport) throws {
        self.recipe = recipe
        trials = try Concurrently.map(seeds) { seed in
            try Self.trial(recipe, seed: UInt64(seed), transport: transport)
        }
    }

    static func trial(
        _ recipe: AlignCase, seed: UInt64, transport: AlignSimulation.Transport
    ) throws -> Trial {
        let simulation = AlignSimulation(recipe, seed: seed, transport: transport)
        let model = AlignSimulation.model(
            recipe, delay: Int64(transport.delay), uncertainty: 0)
        let alignment = Aligner(model).align(simulation.readings)
        // What a reset took is never known exactly.
        let isPauseRight = alignment.losses.allSatisfy {
            !simulation.resets.contains($0.reading)
                || abs(Double($0.lost) - simulation.samplesInPause) <= Double($0.lostBound) + 0.5
        }
        let found = Dictionary(
            alignment.losses.filter { !simulation.resets.contains($0.reading) }
                .map { ($0.reading, Int($0.lost)) }, uniquingKeysWith: +)
        let shown = recipe.isCounted ? [:] : simulation.losses
        let faults = Set(alignment.faults.keys)
        // Of two that changed places either is told from the other only by what lies around them.
        let hits = simulation.faults.count { reading, fault in
            faults.contains(reading) || (fault == .reordered && faults.contains(reading - 1))
        }
        let excused = Set(
            simulation.faults.filter { $0.value == .reordered }.map { $0.key - 1 })
        let wrong = faults.count { simulation.faults[$0] == nil && !excused.contains($0) }
        let right = simulation.readings.index.count - simulation.faults.count
        return Trial(
            aligned: try simulation.errors(of: alignment), arrival: simulation.errorsOfArrival(),
            hasTrueLosses: found == shown && isPauseRight,
            hasTrueResets: alignment.resets == simulation.resets,
            flagged: Double(hits) / Double(max(1, simulation.faults.count)),
            wronglyFlagged: Double(wrong) / Double(max(1, right)))
    }

    func results(_ peers: AlignPeer.Errors) -> [BenchResult] {
        let rms = distribution(\.aligned.rms)
        let goals = recipe.goals
        var main = result("RMS", rms)
        set(&main, limit: goals.rms)
        set(&main, peers, .byDefault, \.rms)
        var results = [main]
        for way in AlignPeer.Way.allCases.dropFirst() where peers[way] != nil {
            var beside = result("RMS", rms)
            set(&beside, peers, way, \.rms)
            results.append(beside)
        }
        var bias = result("bias", distribution(\.aligned.bias))
        set(&bias, limit: goals.bias)
        set(&bias, peers, .byDefault, \.bias)
        var deviation = result("SD within the recording", distribution(\.aligned.deviation))
        set(&deviation, limit: goals.deviation)
        set(&deviation, peers, .byDefault, \.deviation)
        var worst = result("worst sample", distribution(\.aligned.worst))
        set(&worst, peers, .byDefault, \.worst)
        results += [
            bias, deviation, worst, result("arrival times, RMS", distribution(\.arrival.rms)),
        ]
        if goals.noWorseThanArrival {
            let ratios = distribution(\.ratio)
            var worst = result(
                "RMS as a share of arrival times', largest of all seeds", ratios, unit: "x")
            worst.figure = ratios.quantile(1)
            worst.goal = "at most 1"
            // What rounding to nanoseconds can do.
            worst.met = worst.figure <= 1 + 1e-6
            results.append(worst)
        }
        results += found()
        return results
    }

    /// Whether it finds what happened.
    private func found() -> [BenchResult] {
        func share(_ what: String, _ value: (Trial) -> Double, goal: String?, met: (Double) -> Bool)
            -> BenchResult
        {
            let mean = trials.map(value).reduce(0, +) / Double(max(1, trials.count))
            var result = BenchResult(
                bench: "align", case: "\(recipe.title): \(what)", figure: 100 * mean, unit: "%")
            result.goal = goal
            result.met = goal.map { _ in met(mean) }
            return result
        }
        var results = [
            share(
                recipe.losses > 0 && !recipe.isCounted
                    ? "seeds whose losses were found exactly" : "seeds without made-up losses",
                { $0.hasTrueLosses ? 1 : 0 }, goal: nil, met: { $0 == 1 })
        ]
        if recipe.hasDeviceTimes {
            let isGoal = recipe.reset != nil
            results.append(
                share(
                    isGoal ? "seeds whose reset was found" : "seeds without made-up resets",
                    { $0.hasTrueResets ? 1 : 0 }, goal: isGoal ? "all" : nil, met: { $0 == 1 }))
        }
        if recipe.faultShare > 0 {
            results.append(
                share("wrong device times that were flagged", \.flagged, goal: "all") {
                    $0 > 0.9999
                })
            results.append(
                share("right ones that were flagged", \.wronglyFlagged, goal: nil) { $0 == 0 })
        }
        return results
    }

    func distribution(_ value: (Trial) -> Double) -> Distribution {
        var distribution = Distribution()
        for trial in trials { distribution.add(value(trial)) }
        return distribution
    }

    private func result(
        _ what: String, _ values: Distribution, unit: String = "ms"
    ) -> BenchResult {
        BenchResult(
            bench: "align", case: "\(recipe.title): \(what)", figure: values.median, unit: unit,
            p10: values.p10, p90: values.p90)
    }

    /// A bias may lie to either side.
    private func set(_ result: inout BenchResult, limit: Double?) {
        guard let limit else { return }
        result.goal = "at most \(limit) ms"
        result.met = abs(result.figure) <= limit
    }

    private func set(
        _ result: inout BenchResult, _ peers: AlignPeer.Errors, _ way: AlignPeer.Way,
        _ figure: (AlignErrors) -> Double
    ) {
        guard let peer = peers[way] else { return }
        result.peer = way.title
        result.peerFigure = figure(peer)
        if figure(peer) > 0 { result.ratio = abs(result.figure) / figure(peer) }
    }
}
