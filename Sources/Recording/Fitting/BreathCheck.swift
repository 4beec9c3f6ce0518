import Foundation

/// Whether skin conductance answers to a deep breath. Pure.
enum BreathCheck {
    /// The label of the operator's mark.
    static let label = "deep breath"

    /// Seconds before and after the mark that are looked at.
    static let lead = 4.0
    static let tail =
        FittingLimits.responseLatency.upperBound + FittingLimits.responseRiseTime

    /// What a window shows after a mark.
    enum Finding: Hashable, Sendable {
        /// It rose, by so many µS, beginning so many seconds after the mark.
        case response(rise: Double, latency: Double)
        case none(largest: Double)
        /// The time after the mark is not over, for so many seconds.
        case waiting(Double)
        /// Samples are missing.
        case unreadable
    }

    /// - Parameter mark: when the breath was marked, in the window's seconds.
    static func finding(_ window: SignalWindow, mark: Double) -> Finding {
        let part = window.part(from: mark - lead, to: mark + tail)
        let blocks = SignalMeasures.blocks(part, seconds: 0.1)
        let values = SignalMeasures.runningMean(blocks.values, length: 5)
        let times = blocks.times.map { $0 - mark }
        let latency = FittingLimits.responseLatency
        let before = times.indices.filter { times[$0] < latency.lowerBound }
        // Drift and noise of the time before are no answer.
        guard
            let line = SignalMeasures.line(
                before.map { times[$0] }, before.map { values[$0] })
        else { return mark > -tail ? .waiting(mark + tail) : .unreadable }
        let drift = max(0, line.slope)
        let needed = max(
            FittingLimits.responseRise, FittingLimits.responseNoise * line.deviation)
        let onset = max(FittingLimits.responseOnset, 2 * line.deviation)
        var largest = 0.0
        for index in times.indices where latency.contains(times[index]) {
            var rise = 0.0
            var began: Double?
            for later in index..<times.count {
                let distance = times[later] - times[index]
                guard distance <= FittingLimits.responseRiseTime else { break }
                let gained = values[later] - values[index] - drift * distance
                rise = max(rise, gained)
                if gained >= onset { began = began ?? times[later] }
            }
            // What begins later is looked at from later on, or is too late.
            guard let began, began <= min(times[index] + 1, latency.upperBound) else { continue }
            largest = max(largest, rise)
            if rise >= needed { return .response(rise: rise, latency: began) }
        }
        if mark + tail > 0 { return .waiting(mark + tail) }
        let share = part.values.isEmpty ? 0 : Double(part.present.count) / Double(part.values.count)
        let expected = (lead + tail) * window.rate * (1 - FittingLimits.missingShare)
        if share < 1 - FittingLimits.missingShare || Double(part.values.count) < expected {
            return .unreadable
        }
        return .none(largest: largest)
    }

    /// - Parameter marks: when breaths were marked, in the windows' seconds, latest last; each with the
    ///   channel around it.
    static func verdict(_ marked: [(window: SignalWindow, mark: Double)]) -> SignalVerdict {
        guard !marked.isEmpty else {
            return SignalVerdict(
                .amber,
                "Let the participant take one deep breath, and mark it: attune session mark "
                    + "\"\(label)\".")
        }
        let findings = marked.map { finding($0.window, mark: $0.mark) }
        for case .response(let rise, let latency) in findings.reversed() {
            return SignalVerdict(
                .green,
                String(format: "It rose by %.2f µS, %.1f s after the breath.", rise, latency))
        }
        switch findings[findings.count - 1] {
        case .waiting(let seconds):
            return SignalVerdict(.amber, "Wait \(Int(seconds.rounded(.up))) s for the response.")
        case .none(let largest):
            return SignalVerdict(
                .red,
                String(
                    format: "It rose by %.3f µS after the breath, less than %.2f µS: check the "
                        + "electrodes, warm the hands, and mark another breath.", largest,
                    FittingLimits.responseRise))
        default:
            return SignalVerdict(
                .red,
                "Too few samples around the breath: mark another one when the signal is there.")
        }
    }
}
