import Timebase

/// The level of skin conductance and its responses, stretch by stretch.
struct SkinColumns {
    let series: SkinSeries?
    let reason: MeasureReason
    let settings: MeasureSettings
    /// Seconds of key presses and edits, in order; and of messages that came to stand on the screen.
    let hands: [Double]
    let stimuli: [Double]

    /// Seconds behind a message in which a response to it begins (Dawson, M. E., Schell, A. M., and Filion,
    /// D. L., 2017, The electrodermal system, in Handbook of psychophysiology, Cambridge).
    private static let window = 1.0...3.0
    /// Seconds before a response's onset in which moving the hands can have brought it about.
    private static let motion = 1.0
    /// Steps of the converter that a response must be high.
    private static let steps = 3.0

    // MARK: - Variables

    static func variables(isTurn: Bool) -> [MeasureVariable] {
        var variables = [
            MeasureVariable("eda_stream", .text, "", "Name of the stream of skin conductance")
        ]
        variables += HeartColumns.floored("scl", "uS", "Mean tonic level of skin conductance")
        variables += [
            MeasureVariable(
                "eda_coverage_pct", .real, "%",
                "Share of the stretch with a level: without gaps, artefacts and filters' edges"),
            MeasureVariable(
                "eda_artefact_pct", .real, "%", "Share of the stretch that people marked"),
            MeasureVariable(
                "scr_n", .integer, "", "Skin conductance responses of scr_threshold or more"),
            MeasureVariable("scr_rate", .real, "1/min", "The same for each minute of data"),
            MeasureVariable("scr_amplitude", .real, "uS", "Their mean amplitude above the onset"),
            MeasureVariable(
                "scr_threshold", .real, "uS",
                "The smallest response that counts: 0.05 or three steps of the converter"),
            MeasureVariable("scr_why", MeasureReason.words, "", "Why they are missing"),
            MeasureVariable(
                "relscr_n", .integer, "",
                "Responses of a tenth of the recording's largest or more (NeuroKit2); one artefact can "
                    + "hide all others"),
            MeasureVariable("relscr_amplitude", .real, "uS", "Their mean amplitude"),
            MeasureVariable(
                "typing_scr_n", .integer, "",
                "Those of scr_n with a key or an edit from 1 s before the onset to the peak"),
            MeasureVariable(
                "shared_scr_n", .integer, "",
                "Those of scr_n whose onset lies 1 to 3 s behind more than one message"),
            MeasureVariable("drest_scl", .real, "uS", "scl minus that of the resting baseline"),
            MeasureVariable("dtype_scl", .real, "uS", "scl minus that of the typing baseline"),
            MeasureVariable(
                "drest_rate_scr", .real, "1/min", "scr_rate minus that of the resting baseline"),
            MeasureVariable(
                "dtype_rate_scr", .real, "1/min", "scr_rate minus that of the typing baseline"),
        ]
        return isTurn ? variables + turn : variables
    }

    private static let flag = [MeasureVariable.Label(0, "no"), MeasureVariable.Label(1, "yes")]

    private static let turn = [
        MeasureVariable(
            "evscr", .real, "uS",
            "Amplitude of the largest response that begins 1 to 3 s after the message stood on the "
                + "screen with which the stretch begins; 0: none"),
        MeasureVariable(
            "evscr_typing", .integer, "",
            "1 if keys were pressed or edits made around that response, else 0", labels: flag),
        MeasureVariable(
            "evscr_shared", .integer, "",
            "1 if another message's window overlaps this one's, else 0", labels: flag),
    ]

    // MARK: - Values

    func add(
        to row: inout MeasureRow, from: Double, to: Double, isTurn: Bool, rest: MeasureRow?,
        typing: MeasureRow?
    ) {
        guard let series else {
            row.set(["scl", "scr"], missing: reason)
            return
        }
        row.set("eda_stream", series.stream)
        let level = series.level(from: from, to: to)
        if to > from {
            row.set("eda_coverage_pct", min(100, 100 * level.seconds / (to - from)))
            row.set("eda_artefact_pct", 100 * series.artefacts(from: from, to: to) / (to - from))
        }
        let floor = isTurn ? 0 : settings.floors.skin
        row.set("scl", level.mean, raw: "scl_raw", data: level.seconds, floor: floor)
        guard series.hasUnit else {
            row.set(["scl", "scr"], missing: .unit)
            // A mean of ohms is no µS, below a floor or above.
            row["scl"] = .missing
            row["scl_raw"] = .missing
            return
        }
        guard level.seconds > 0 else {
            row.set(["scr"], missing: .noData)
            return
        }
        addResponses(series, to: &row, from: from, to: to, seconds: level.seconds)
        if isTurn { addResponse(series, to: &row, at: from) }
        for (prefix, baseline) in [("drest_", rest), ("dtype_", typing)] {
            for (name, change) in [("scl", "scl"), ("scr_rate", "rate_scr")] {
                if let own = row.real(name), let other = baseline?.real(name) {
                    row.set(prefix + change, own - other)
                }
            }
        }
    }

    /// µS.
    private func threshold(_ series: SkinSeries) -> Double {
        max(settings.smallestResponse, Self.steps * (series.quantum ?? 0))
    }

    private func addResponses(
        _ series: SkinSeries, to row: inout MeasureRow, from: Double, to: Double, seconds: Double
    ) {
        let threshold = threshold(series)
        row.set("scr_threshold", threshold)
        let own = series.responses.filter { from <= $0.start && $0.start < to }
        let counted = own.filter { ($0.amplitude ?? 0) >= threshold }
        row.set("scr_n", counted.count)
        row.set("scr_rate", 60 * Double(counted.count) / seconds)
        row.set("scr_amplitude", Self.mean(counted))
        let largest = series.responses.lazy.map(\.height).max() ?? 0
        let relative = own.filter { $0.height >= settings.responseShare * largest }
        row.set("relscr_n", relative.count)
        row.set("relscr_amplitude", Self.mean(relative))
        row.set("typing_scr_n", counted.count { isTyping($0) })
        row.set(
            "shared_scr_n",
            counted.count { response in
                stimuli.count { Self.window.contains(response.start - $0) } > 1
            })
    }

    private func addResponse(
        _ series: SkinSeries, to row: inout MeasureRow, at stimulus: Double
    ) {
        // A stretch that does not begin with a message has nothing to respond to.
        guard stimuli.contains(stimulus) else { return }
        let within = series.responses.filter {
            Self.window.contains($0.start - stimulus)
                && ($0.amplitude ?? 0) >= threshold(series)
        }
        let largest = within.max { ($0.amplitude ?? 0) < ($1.amplitude ?? 0) }
        let known = series.level(
            from: stimulus + Self.window.lowerBound, to: stimulus + Self.window.upperBound)
        guard known.seconds > 0.9 * (Self.window.upperBound - Self.window.lowerBound) else {
            return
        }
        row.set("evscr", largest?.amplitude ?? 0)
        row.set("evscr_typing", largest.map { isTyping($0) ? 1 : 0 })
        let width = Self.window.upperBound - Self.window.lowerBound
        row.set(
            "evscr_shared",
            stimuli.contains { $0 != stimulus && ($0 - stimulus).magnitude < width } ? 1 : 0)
    }

    private func isTyping(_ response: SkinSeries.Response) -> Bool {
        var (low, high) = (0, hands.count)
        while low < high {
            let middle = (low + high) / 2
            if hands[middle] >= response.start - Self.motion {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low < hands.count && hands[low] <= response.peak
    }

    private static func mean(_ responses: [SkinSeries.Response]) -> Double? {
        let amplitudes = responses.compactMap(\.amplitude)
        return amplitudes.isEmpty ? nil : amplitudes.reduce(0, +) / Double(amplitudes.count)
    }
}
