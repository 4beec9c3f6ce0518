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
    /// How the interval came about: `bootstrap over sessions` or `F`.
    public var interval: String?
    /// Units that it rests on: turns, sessions or texts.
    public var units: Int
    /// Why it is undefined, in words.
    public var undefined: String?

    init(
        _ name: String, _ statistic: (some ResampledStatistic)?, units: Int, seed: UInt64,
        resamples: Int, undefined: String = "only one value occurs"
    ) {
        self.name = name
        self.units = units
        value = units > 0 ? statistic?.value : nil
        if value != nil, let found = statistic?.interval(resamples: resamples, seed: seed) {
            (low, high) = (found.low, found.high)
            interval = "bootstrap over sessions"
        }
        if value == nil { self.undefined = units == 0 ? "nothing to compare" : undefined }
    }

    init(_ correlation: IntraclassCorrelation, _ form: IntraclassCorrelation.Form) {
        name = form.rawValue
        units = correlation.units
        value = correlation.value(form)
        if let found = correlation.interval(form), value != nil {
            (low, high) = (found.low, found.high)
            interval = "F"
        }
        if value == nil {
            undefined =
                units < 2
                ? "fewer than two units were rated by the same number of raters" : "nothing varies"
        }
    }
}
