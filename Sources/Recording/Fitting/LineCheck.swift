import Foundation

/// Whether a line is flat, or cut off at an end of its range. Pure.
enum LineCheck {
    static func flat(_ window: SignalWindow) -> SignalVerdict {
        if let silent = ContactCheck.silence(window) { return silent }
        let seconds =
            window.kind == .eda
            ? FittingLimits.flatConductanceSeconds : FittingLimits.flatSeconds
        let part = window.last(seconds)
        let moved = SignalMeasures.range(part.present) ?? 0
        // Dithering between two steps is no signal either where there is one to expect.
        let dither = window.kind == .eda || window.kind == .generic ? 0 : window.resolution ?? 0
        // Steps are not exact in floating point.
        guard moved <= dither * 1.01 else { return SignalVerdict(.green, "It moves.") }
        // A line that began a moment ago has had no time to move.
        guard let first = part.times.first, first <= 0.5 - seconds else {
            return SignalVerdict(.amber, "It has not moved yet: wait \(Int(seconds)) s.")
        }
        return SignalVerdict(
            .red, "It has not moved for \(Int(seconds)) s: check the cable and the electrodes.")
    }

    static func clipped(_ window: SignalWindow) -> SignalVerdict {
        if let silent = ContactCheck.silence(window) { return silent }
        let values = window.last(FittingLimits.window).present
        guard let high = values.max(), let low = values.min() else {
            return SignalVerdict(.red, "It gives nothing: check the device.")
        }
        let step = window.resolution ?? 0
        func share(_ isAtEnd: (Double) -> Bool) -> Double {
            Double(values.count(where: isAtEnd)) / Double(values.count)
        }
        var clipped = 0.0
        if let maximum = window.maximum { clipped += share { $0 >= maximum - step / 2 } }
        if let minimum = window.minimum { clipped += share { $0 <= minimum + step / 2 } }
        if window.maximum == nil && window.minimum == nil && high > low {
            // Without a range, a plateau at an extreme shows where the converter ends.
            clipped = plateaus(values, at: high) + plateaus(values, at: low)
        }
        let text = String(format: "%.1f%%", clipped * 100)
        if clipped > FittingLimits.clippedShare.bad {
            return SignalVerdict(
                .red,
                "\(text) of it is cut off at the end of its range: lower the gain, or place the sensor "
                    + "anew.")
        }
        if clipped > FittingLimits.clippedShare.doubtful {
            return SignalVerdict(
                .amber, "\(text) of it is cut off: look whether it goes on while nobody moves.")
        }
        return SignalVerdict(.green, "Within its range.")
    }

    /// Share of values that lie in runs of five and more at an extreme.
    private static func plateaus(_ values: [Double], at extreme: Double) -> Double {
        var total = 0
        var run = 0
        for value in values + [.nan] {
            if value == extreme {
                run += 1
            } else {
                if run >= 5 { total += run }
                run = 0
            }
        }
        return Double(total) / Double(max(1, values.count))
    }
}
