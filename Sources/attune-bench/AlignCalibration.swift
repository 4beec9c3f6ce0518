import Foundation
import Timebase

/// Whether the stated 95% bounds hold 95% of the errors, and are no wider than they need be.
///
/// From each seed one sample at random: samples of one recording share their error, so that many of
/// one recording would say little more. The true constant delay is drawn from what the profile says
/// of it: normal around 5 ms, 95% within the uncertainty. With an uncertainty of 0 what remains is the
/// estimate's own error, and its bound has to be right by itself.
struct AlignCalibration {
    static let typicalDelay = 5e6

    let recipe: AlignCase
    let uncertainty: Double
    let seeds: Int
    /// Share of errors within their bound, 0 to 1.
    let within: Double
    /// Median bound, 95th percentile of the error's size, in milliseconds.
    let medianBound: Double
    let error95: Double

    init(
        _ recipe: AlignCase, uncertainty: Double, seeds: Int,
        transport: AlignSimulation.Transport
    ) throws {
        self.recipe = recipe
        self.uncertainty = uncertainty
        self.seeds = seeds
        let model = AlignSimulation.model(
            recipe, delay: Int64(Self.typicalDelay), uncertainty: Int64(uncertainty))
        // As dense in losses as the whole recording.
        var recipe = recipe
        recipe.losses = Int(
            (Double(recipe.losses) * recipe.calibrationSeconds / recipe.seconds).rounded(.up))
        let picked = try Concurrently.map(seeds) {
            [recipe] number -> (error: Double, bound: Double) in
            // Other seeds than those of the table.
            let seed = UInt64(number) + 1_000_000
            var random = AlignRandom(seed: seed, purpose: 5)
            var own = transport
            own.delay = Self.typicalDelay + random.normal() * uncertainty / 1.959964
            let simulation = AlignSimulation(
                recipe, seed: seed, transport: own, seconds: recipe.calibrationSeconds)
            let alignment = Aligner(model).align(simulation.readings)
            let times = try simulation.sampleTimes(alignment)
            let sample = random.below(times.count)
            return (
                Double(abs(times[sample] - simulation.truth[sample])) / 1e6,
                Double(alignment.bounds[sample / simulation.batch]) / 1e6
            )
        }
        within =
            Double(picked.count { $0.error <= $0.bound }) / Double(max(1, picked.count))
        var bounds = Distribution()
        var errors = Distribution()
        for one in picked {
            bounds.add(one.bound)
            errors.add(one.error)
        }
        medianBound = bounds.median
        error95 = errors.quantile(0.95)
    }

    /// What is known of the constant delay.
    var delay: String { uncertainty > 0 ? "5 ± \(Int(uncertainty / 1e6)) ms" : "known" }
    /// Median bound in 95th percentiles of the error.
    var width: Double { medianBound / max(error95, 1e-9) }

    var results: [BenchResult] {
        let name = "\(recipe.title): delay \(delay)"
        var share = BenchResult(
            bench: "align", case: "\(name), within the 95% bound", figure: 100 * within, unit: "%")
        // With few seeds, chance alone is off by more than two percent.
        let chance = seeds >= 1000 ? 0 : 1.96 * (0.95 * 0.05 / Double(max(1, seeds))).squareRoot()
        share.goal =
            "93% to 97%"
            + (chance > 0 ? String(format: ", ± %.1f%% by chance", 100 * chance) : "")
        share.met = within >= 0.93 - chance && within <= 0.97 + chance
        var width = BenchResult(
            bench: "align", case: "\(name), median bound to 95th percentile of the error",
            figure: width, unit: "x")
        width.goal = "at most 3"
        width.met = width.figure <= 3
        let bound = BenchResult(
            bench: "align", case: "\(name), median bound", figure: medianBound, unit: "ms")
        return [share, width, bound]
    }
}
