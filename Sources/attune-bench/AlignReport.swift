import Foundation

/// All that `attune-bench align` found, as results, and as two tables for people.
struct AlignReport {
    var cost: BenchResult
    var accuracies: [AlignAccuracy] = []
    var calibrations: [AlignCalibration] = []
    var peers: [String: AlignPeer.Errors] = [:]

    init(cost: BenchResult) { self.cost = cost }

    var results: [BenchResult] {
        [cost] + accuracies.flatMap { $0.results(errorsOfPeers($0)) }
            + calibrations.flatMap(\.results)
    }

    private func errorsOfPeers(_ accuracy: AlignAccuracy) -> AlignPeer.Errors {
        peers[AlignPeer.key(accuracy.recipe)] ?? [:]
    }

    var text: String {
        var text = "Distance from the truth in ms, medians over the seeds; pyxdf: RMS\n\n"
        var rows = [
            [
                "case", "RMS", "bias", "SD", "worst", "arrival", "pyxdf", "not de-jittered",
                "lower split", "chunk stamps", "goals",
            ]
        ]
        for accuracy in accuracies {
            let peer = errorsOfPeers(accuracy)
            rows.append(
                [accuracy.recipe.title]
                    + [
                        \AlignAccuracy.Trial.aligned.rms, \.aligned.bias, \.aligned.deviation,
                        \.aligned.worst, \.arrival.rms,
                    ].map { path in
                        Self.number(accuracy.distribution { $0[keyPath: path] }.median)
                    } + AlignPeer.Way.allCases.map { peer[$0].map { Self.number($0.rms) } ?? "" }
                    + [Self.goals(accuracy.results([:]))])
        }
        text += BenchTable.text(rows: rows)
        guard !calibrations.isEmpty else { return text + costText }
        text += "\nOne sample of each of \(calibrations[0].seeds) seeds against its 95% bound\n\n"
        rows = [["case", "delay", "within", "median bound ms", "to 95% of errors", "goals"]]
        for calibration in calibrations {
            rows.append([
                calibration.recipe.title, calibration.delay,
                String(format: "%.1f%%", 100 * calibration.within),
                Self.number(calibration.medianBound), Self.number(calibration.width),
                Self.goals(calibration.results),
            ])
        }
        return text + BenchTable.text(rows: rows) + costText
    }

    private var costText: String {
        "\n\(cost.case): \(Int(cost.figure)) \(cost.unit)"
            + (cost.met == false ? ", NOT MET\n" : "\n")
    }

    /// All goals in few words: met, or those that are not.
    private static func goals(_ results: [BenchResult]) -> String {
        let missed = results.filter { $0.met == false }.map { result in
            let what = result.case.split(separator: ": ").last.map(String.init) ?? ""
            return "NOT MET: \(what) \(result.goal ?? "") (\(number(result.figure)))"
        }
        return missed.isEmpty ? "met" : missed.joined(separator: "; ")
    }

    /// Three digits.
    private static func number(_ value: Double) -> String {
        abs(value) >= 1000 ? String(format: "%.0f", value) : String(format: "%.3g", value)
    }
}
