import Glibc

/// Quantiles of F and of Student's t, by the incomplete beta function.
///
/// Source: Abramowitz, M., and Stegun, I. A., 1964, Handbook of mathematical functions, 26.5 to 26.7; the
/// continued fraction by Lentz's method as in Press et al., 2007, Numerical recipes, 3rd edition, 6.4.
enum Distributions {
    /// The value below which F lies with a probability, for degrees of freedom above and below.
    static func f(_ probability: Double, _ above: Double, _ below: Double) -> Double {
        let share = betaQuantile(probability, above / 2, below / 2)
        return share >= 1 ? .infinity : below * share / (above * (1 - share))
    }

    /// The value below which Student's t lies with a probability of at least one half.
    static func t(_ probability: Double, _ freedom: Double) -> Double {
        f(2 * probability - 1, 1, freedom).squareRoot()
    }

    /// The share at which the incomplete beta function has a value, by halving.
    private static func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if beta(middle, a, b) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function.
    static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / kept(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...500 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / kept(1 + even * d)
            c = kept(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / kept(1 + odd * d)
            c = kept(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return result
    }

    /// Lanczos' approximation, good to about 15 digits (g = 7, 9 terms; Godfrey's coefficients).
    private static func logGamma(_ x: Double) -> Double {
        if x < 0.5 { return log(.pi / sin(.pi * x)) - logGamma(1 - x) }
        let terms = [
            676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
            -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
            9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
        ]
        let x = x - 1
        var sum = 0.999_999_999_999_809_93
        for (place, term) in terms.enumerated() { sum += term / (x + Double(place) + 1) }
        let t = x + 7.5
        return 0.5 * log(2 * .pi) + (x + 0.5) * log(t) - t + log(sum)
    }
}
