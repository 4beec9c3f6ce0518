/// The mean squares of n units by k raters, and the intraclass correlations that follow from them.
struct MeanSquares {
    var n: Double
    var k: Double
    /// Between units, within units, among raters, and what neither explains.
    var between: Double
    var within: Double
    var raters: Double
    var error: Double

    /// nil where nothing varies.
    func value(_ form: IntraclassCorrelation.Form) -> Double? {
        let (above, below): (Double, Double) =
            switch form {
            case .oneWaySingle: (between - within, between + (k - 1) * within)
            case .randomSingle:
                (between - error, between + (k - 1) * error + k * (raters - error) / n)
            case .fixedSingle: (between - error, between + (k - 1) * error)
            case .oneWayMean: (between - within, between)
            case .randomMean: (between - error, between + (raters - error) / n)
            case .fixedMean: (between - error, between)
            }
        // What rounding leaves of no variance is none.
        return below > 1e-12 * max(between, within, 1e-300) ? above / below : nil
    }

    /// The 95% interval (Shrout and Fleiss, 1979, pages 424 to 426); nil where it has no finite ends, or ends
    /// that do not hold the figure between them.
    func interval(_ form: IntraclassCorrelation.Form) -> Interval? {
        guard let found = formula(form), found.low.isFinite, found.high.isFinite,
            let figure = value(form), found.low <= figure, figure <= found.high
        else { return nil }
        return found
    }

    private func formula(_ form: IntraclassCorrelation.Form) -> Interval? {
        switch form {
        case .oneWaySingle, .oneWayMean:
            return ratio(between, within, n - 1, n * (k - 1), form.isMean)
        case .fixedSingle, .fixedMean:
            return ratio(between, error, n - 1, (n - 1) * (k - 1), form.isMean)
        case .randomSingle, .randomMean:
            guard let single = random() else { return nil }
            guard form.isMean else { return single }
            func stepped(_ figure: Double) -> Double { k * figure / (1 + (k - 1) * figure) }
            return Interval(low: stepped(single.low), high: stepped(single.high))
        }
    }

    private func ratio(
        _ above: Double, _ below: Double, _ first: Double, _ second: Double, _ isMean: Bool
    ) -> Interval? {
        guard below > 0, above > 0 else { return nil }
        let low = above / below / Distributions.f(0.975, first, second)
        let high = above / below * Distributions.f(0.975, second, first)
        return isMean
            ? Interval(low: 1 - 1 / low, high: 1 - 1 / high)
            : Interval(low: (low - 1) / (low + k - 1), high: (high - 1) / (high + k - 1))
    }

    private func random() -> Interval? {
        guard error > 0, let figure = value(.randomSingle) else { return nil }
        let ratio = raters / error
        let share = n * (1 + (k - 1) * figure) - k * figure
        let above = (k * figure * ratio + share) * (k * figure * ratio + share)
        let below = (n - 1) * k * k * figure * figure * ratio * ratio + share * share
        let freedom = (k - 1) * (n - 1) * above / below
        guard freedom.isFinite, freedom > 0 else { return nil }
        let upper = Distributions.f(0.975, n - 1, freedom)
        let lower = Distributions.f(0.975, freedom, n - 1)
        let others = k * raters + (k * n - k - n) * error
        // With few degrees of freedom a quantile is beyond all numbers; divided by, it leaves the limit.
        return Interval(
            low: n * (between / upper - error) / (others + n * between / upper),
            high: n * (between - error / lower) / (others / lower + n * between))
    }
}
