import Agreement

/// A figure of agreement with what it rests on.
public struct AgreementFigure: Codable, Hashable, Sendable {
    /// Such as `Krippendorff α (ordinal)`.
    public var name: String
    /// nil where it is undefined.
    public var value: Double?
    /// The 95% interval; nil where there is none.
    public var low: Double?
    public var high: Double?
    /// How the interval came about: `bootstrap over sessions`, with how many of the resamples had a figure
    /// where not all had, or `F`.
    public var interval: String?
    /// Units that it rests on: turns, sessions or texts.
    public var units: Int
    /// Why it is undefined, in words.
    public var undefined: String?
    /// Why a figure that is defined has no interval, in words.
    public var withoutInterval: String?

    /// - Parameter undefined: why the figure is undefined where there is something to compare.
    init(
        _ name: String, _ statistic: (some ResampledStatistic)?, units: Int, seed: UInt64,
        resamples: Int, undefined: String = "only one value occurs"
    ) {
        self.name = name
        self.units = units
        // What is not finite is no figure, and JSON has no word for it.
        value = units > 0 ? statistic?.value.flatMap { $0.isFinite ? $0 : nil } : nil
        guard value != nil, let statistic else {
            self.undefined = units == 0 ? "nothing to compare" : undefined
            return
        }
        draw(statistic, seed: seed, resamples: resamples)
    }

    /// An intraclass correlation. Its interval is from F where no two units are of one session, since F takes
    /// units as independent of each other; else over sessions.
    init(
        _ correlation: IntraclassCorrelation, _ form: IntraclassCorrelation.Form, seed: UInt64,
        resamples: Int
    ) {
        name = form.rawValue
        units = correlation.units
        value = correlation.value(form).flatMap { $0.isFinite ? $0 : nil }
        guard value != nil else {
            undefined =
                units < 2
                ? "fewer than two units were rated by the same number of raters"
                : correlation.raters < 2
                    ? "one rater alone"
                    : correlation.unitsDiffer || form == .oneWaySingle || form == .fixedSingle
                        ? "nothing varies" : "the means of the units do not differ"
            return
        }
        guard correlation.isOfIndependentUnits else {
            draw(correlation.statistic(form), seed: seed, resamples: resamples)
            return
        }
        if let found = correlation.interval(form) {
            (low, high) = (found.low, found.high)
            interval = "F"
        } else {
            withoutInterval = "F gives none here"
        }
    }

    private mutating func draw(
        _ statistic: some ResampledStatistic, seed: UInt64, resamples: Int
    ) {
        do throws(IntervalAbsence) {
            let found = try statistic.resampled(resamples: resamples, seed: seed)
            guard found.interval.hasWidth else {
                withoutInterval = "all draws of sessions give the same"
                return
            }
            (low, high) = (found.interval.low, found.interval.high)
            interval =
                found.resamples == resamples
                ? "bootstrap over sessions"
                : "bootstrap over sessions, \(found.resamples) of \(resamples) resamples defined"
        } catch {
            withoutInterval =
                switch error {
                case .undefined: "undefined"
                case .fewClusters: "one session alone can be compared"
                case .fewResamples: "undefined in most draws of sessions"
                }
        }
    }
}
