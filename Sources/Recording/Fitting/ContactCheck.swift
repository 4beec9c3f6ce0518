import Foundation

/// Whether a sensor lies on its person, as far as its signal tells. Pure.
enum ContactCheck {
    /// nil where nothing is known of the kind of signal.
    static func verdict(_ window: SignalWindow) -> SignalVerdict? {
        guard window.kind != .generic else { return nil }
        if let silent = silence(window) { return silent }
        switch window.kind {
        case .ecg: return heart(window.last(FittingLimits.window))
        case .eda: return conductance(window)
        case .ppg: return pulse(window.last(FittingLimits.window))
        case .generic: return nil
        }
    }

    /// What can be said where nothing is read; nil where something is.
    static func silence(_ window: SignalWindow) -> SignalVerdict? {
        guard let age = window.age else {
            return SignalVerdict(.red, "It gives nothing: check that the device is on.")
        }
        if age > FittingLimits.silence {
            return SignalVerdict(
                .red,
                "It has given nothing for \(Int(age)) s: check that the device is on and near.")
        }
        let missing = 1 - Double(window.present.count) / Double(max(1, window.values.count))
        if missing > FittingLimits.missingShare {
            return SignalVerdict(
                .red,
                "\(Int(missing * 100))% of its readings are missing: check the electrodes and cables."
            )
        }
        if window.present.count < 8 {
            return SignalVerdict(.amber, "It has only just begun: wait a few seconds.")
        }
        return nil
    }

    private static func heart(_ window: SignalWindow) -> SignalVerdict {
        let still = SignalMeasures.withoutBaseline(
            window.present, rate: window.rate, seconds: 0.6)
        let range = SignalMeasures.range(still, without: 0.001) ?? 0
        if window.isCalibrated {
            let text = String(format: "%.2f mV", range)
            if range < FittingLimits.heartAmplitude.lowerBound {
                return SignalVerdict(
                    .red,
                    "It moves by only \(text): moisten or replace the electrodes, and check the cables."
                )
            }
            if range > FittingLimits.heartAmplitude.upperBound {
                return SignalVerdict(
                    .red,
                    "It swings by \(text), more than a heart does: an electrode is loose, or is moved."
                )
            }
        }
        guard let kurtosis = SignalMeasures.kurtosis(still) else {
            return SignalVerdict(.red, "It does not move: check the electrodes and cables.")
        }
        if kurtosis < FittingLimits.humKurtosis {
            return SignalVerdict(
                .red, "It is a steady hum: an electrode is off, or lies beside a mains cable.")
        }
        if kurtosis < FittingLimits.heartKurtosis {
            return SignalVerdict(
                .amber,
                "Beats do not stand out from the noise: press the electrodes on, and let the participant "
                    + "sit still.")
        }
        guard let rate = SignalMeasures.beatsPerMinute(still, rate: window.rate) else {
            return SignalVerdict(.amber, "No beats are found yet: wait a few seconds.")
        }
        guard FittingLimits.heartRate.contains(rate) else {
            return SignalVerdict(
                .amber,
                "It shows \(Int(rate)) beats a minute, which is hardly true: look at the signal, and "
                    + "move the electrodes.")
        }
        return SignalVerdict(.green, "Clear beats, \(Int(rate.rounded())) a minute.")
    }

    private static func conductance(_ window: SignalWindow) -> SignalVerdict {
        let blocks = SignalMeasures.blocks(window, seconds: 0.25)
        guard let level = SignalMeasures.median(blocks.values) else {
            return SignalVerdict(.red, "It gives nothing: check the electrodes.")
        }
        let text = String(format: "%.2f µS", level)
        let limits = FittingLimits.conductance
        func share(_ isBad: (Double) -> Bool) -> Double {
            Double(blocks.values.count(where: isBad)) / Double(blocks.values.count)
        }
        if share({ $0 < limits.lowerBound }) > FittingLimits.conductanceBadShare {
            return SignalVerdict(
                .red,
                "It reads \(text), less than skin does: the electrodes are off, or the skin is very dry "
                    + "(wash the hands with warm water, and wait).")
        }
        if share({ $0 > limits.upperBound }) > FittingLimits.conductanceBadShare {
            return SignalVerdict(
                .red, "It reads \(text), more than skin does: the electrodes touch each other.")
        }
        var jumps = 0
        for index in blocks.values.indices.dropFirst() {
            let seconds = blocks.times[index] - blocks.times[index - 1]
            let slope = abs(blocks.values[index] - blocks.values[index - 1]) / max(seconds, 0.25)
            if slope > FittingLimits.conductanceSlope { jumps += 1 }
        }
        if jumps > 0 {
            return SignalVerdict(
                .amber,
                "It jumped \(jumps) times in \(Int(FittingLimits.slowWindow)) s: fasten the electrodes, "
                    + "and let the hand rest.")
        }
        return SignalVerdict(.green, "\(text), without jumps.")
    }

    private static func pulse(_ window: SignalWindow) -> SignalVerdict {
        let still = SignalMeasures.withoutBaseline(
            window.present, rate: window.rate, seconds: 1.5)
        let limits = FittingLimits.heartRate
        let found = SignalMeasures.periodicity(
            still, rate: window.rate, seconds: (60 / limits.upperBound)...(60 / limits.lowerBound))
        if found >= FittingLimits.pulseCorrelation.clear {
            return SignalVerdict(.green, "A clear pulse.")
        }
        if found >= FittingLimits.pulseCorrelation.doubtful {
            return SignalVerdict(
                .amber, "The pulse is unsteady: warm the finger, and let the hand rest.")
        }
        return SignalVerdict(
            .red, "No pulse: place the sensor anew, not too tight, and shield it from light.")
    }
}
