import SessionStore
import Timebase

/// Heart rate and its variability, stretch by stretch.
struct HeartColumns {
    /// nil where the session has no source of intervals, or where it may not be used.
    let beats: HeartbeatRuns?
    let reason: MeasureReason
    let settings: MeasureSettings

    private static let measures = ["hr", "rmssd", "sdnn", "pnn50", "hf", "lf"]
    /// Seconds before a turn that its change is told from.
    private static let before = 10.0
    /// Intervals below which a mean says nothing.
    private static let fewest = 3

    // MARK: - Variables

    static func variables(isTurn: Bool) -> [MeasureVariable] {
        [
            MeasureVariable(
                "hr_source", .category(HeartSource.allCases.map(\.rawValue)), "",
                "What intervals are from; ppg: pulse rate variability"),
            MeasureVariable("hr_stream", .text, "", "Name of the stream that they are from"),
            MeasureVariable(
                "beat_times", .category(HeartbeatRuns.Timing.allCases.map(\.rawValue)), "",
                "Where a beat lies: at a sample, where the parabola through three has its top, or as the "
                    + "device says"),
            MeasureVariable(
                "review_version", .integer, "",
                "Version of the review whose corrections were used; 0: none"),
            MeasureVariable("n_beats", .integer, "", "Heartbeats within the stretch, as corrected"),
            MeasureVariable(
                "hr_coverage_pct", .real, "%",
                "Share of the stretch that lies between two neighbouring beats"),
            MeasureVariable(
                "hr_artefact_pct", .real, "%",
                "Share of intervals that the artefact correction had a part in"),
        ] + (isTurn ? turn : long)
    }

    private static let turn = [
        MeasureVariable("nn_raw", .real, "ms", "Mean interval during the turn"),
        MeasureVariable(
            "dprev_nn", .real, "ms",
            "Mean interval during the turn minus that of the 10 s before it"),
        MeasureVariable("drest_nn", .real, "ms", "The same minus that of the resting baseline"),
        MeasureVariable("dtype_nn", .real, "ms", "The same minus that of the typing baseline"),
        MeasureVariable("nn_why", MeasureReason.words, "", "Why the changes are missing"),
    ]

    private static let long: [MeasureVariable] =
        [
            MeasureVariable(
                "hr", .real, "1/min", "Heart rate: 60,000 over the mean interval in ms"),
            MeasureVariable("hr_why", MeasureReason.words, "", "Why hr is missing"),
            MeasureVariable(
                "hr_interpolated", .real, "1/min",
                "Mean of the rate interpolated between beats at 100 Hz; not the same as hr"),
            MeasureVariable("nn", .real, "ms", "Mean interval"),
        ]
        + floored("rmssd", "ms", "Root mean square of differences of neighbouring intervals")
        + floored("sdnn", "ms", "Standard deviation of the intervals (n - 1)")
        + floored("pnn50", "%", "Differences beyond 50 ms among the intervals")
        + floored("hf", "ms2", "Power from 0.15 to 0.4 Hz, of the longest uninterrupted run")
        + floored("lf", "ms2", "Power from 0.04 to 0.15 Hz, of the longest uninterrupted run")
        + [
            MeasureVariable(
                "spectrum_s", .real, "s", "Length of the run that hf and lf are told from"),
            MeasureVariable("drest_hr", .real, "1/min", "hr minus that of the resting baseline"),
            MeasureVariable("dtype_hr", .real, "1/min", "hr minus that of the typing baseline"),
            MeasureVariable("drest_nn", .real, "ms", "nn minus that of the resting baseline"),
            MeasureVariable("dtype_nn", .real, "ms", "nn minus that of the typing baseline"),
            MeasureVariable("drest_rmssd", .real, "ms", "rmssd minus that of the resting baseline"),
            MeasureVariable("dtype_rmssd", .real, "ms", "rmssd minus that of the typing baseline"),
        ]

    static func floored(_ name: String, _ unit: String, _ meaning: String) -> [MeasureVariable] {
        [
            MeasureVariable(name, .real, unit, "\(meaning); missing below its floor"),
            MeasureVariable("\(name)_raw", .real, unit, "\(name), whatever its floor says"),
            MeasureVariable("\(name)_why", MeasureReason.words, "", "Why \(name) is missing"),
        ]
    }

    // MARK: - Values

    /// - Parameters:
    ///   - from: seconds since the session's start, and `to`.
    ///   - rest: the values of the baselines' own stretches.
    func add(
        to row: inout MeasureRow, from: Double, to: Double, isTurn: Bool, review: Int64,
        rest: MeasureRow?, typing: MeasureRow?
    ) {
        guard let beats else {
            row.set(isTurn ? ["nn"] : Self.measures, missing: reason)
            return
        }
        row.set("hr_source", beats.source.rawValue)
        row.set("hr_stream", beats.stream)
        row.set("beat_times", beats.timing.rawValue)
        row["review_version"] = .integer(review)
        let part = beats.part(from: from, to: to)
        row.set("n_beats", part.beats)
        if to > from { row.set("hr_coverage_pct", min(100, 100 * part.covered / (to - from))) }
        if part.intervals > 0 {
            row.set("hr_artefact_pct", 100 * Double(part.artefacts) / Double(part.intervals))
        }
        let measures = HeartMeasures(part.runs)
        let mean = part.intervals >= Self.fewest ? measures.meanInterval : nil
        if isTurn {
            row.set("nn_raw", mean)
            row.set("nn_why", mean == nil ? MeasureReason.noData.rawValue : nil)
            let before = beats.part(from: from - Self.before, to: from)
            if before.intervals >= Self.fewest, let mean,
                let other = HeartMeasures(before.runs).meanInterval
            {
                row.set("dprev_nn", mean - other)
            }
            change(&row, "nn", mean, rest, typing)
            return
        }
        addLong(part, measures, mean, to: &row)
        for name in ["hr", "nn", "rmssd"] { change(&row, name, row.real(name), rest, typing) }
    }

    private func addLong(
        _ part: HeartbeatRuns.Part, _ measures: HeartMeasures, _ mean: Double?,
        to row: inout MeasureRow
    ) {
        row.set("hr", mean.map { 60_000 / $0 })
        row.set("hr_why", mean == nil ? MeasureReason.noData.rawValue : nil)
        row.set("hr_interpolated", HeartMeasures.interpolatedRate(part.runs))
        row.set("nn", mean)
        let floors = settings.floors
        for (name, value, floor) in [
            ("rmssd", measures.rmssd, floors.rmssd), ("sdnn", measures.sdnn, floors.sdnn),
            ("pnn50", measures.pnn50, floors.pnn50),
        ] {
            row.set(name, value, raw: "\(name)_raw", data: part.covered, floor: floor)
        }
        let run = part.longest
        let spectrum = HeartSpectrum(run)
        let length = (run.last ?? 0) - (run.first ?? 0)
        row.set("spectrum_s", run.count > 1 ? length : nil)
        // The beats within a stretch of a minute span a little less than a minute.
        let data = part.runs.count == 1 ? part.covered : length
        row.set(
            "hf", spectrum?.highPower, raw: "hf_raw", data: data, floor: floors.highFrequency)
        row.set("lf", spectrum?.lowPower, raw: "lf_raw", data: data, floor: floors.lowFrequency)
    }

    private func change(
        _ row: inout MeasureRow, _ name: String, _ value: Double?, _ rest: MeasureRow?,
        _ typing: MeasureRow?
    ) {
        guard let value else { return }
        for (prefix, baseline) in [("drest_", rest), ("dtype_", typing)] {
            row.set(prefix + name, baseline?.real(name).map { value - $0 })
        }
    }
}
