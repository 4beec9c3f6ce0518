import Foundation

/// A filter of second order, as its coefficients: `b0, b1, b2` of the input, `a1, a2` of the output
/// (`a0` is 1).
public struct SecondOrderSection: Hashable, Sendable {
    public var b0: Double
    public var b1: Double
    public var b2: Double
    public var a1: Double
    public var a2: Double

    public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
        self.b0 = b0
        self.b1 = b1
        self.b2 = b2
        self.a1 = a1
        self.a2 = a2
    }

    /// The Butterworth low pass of order 2, by the bilinear transform with the cut-off in its place:
    /// `scipy.signal.butter(2, cutoff, "low", fs=rate)`.
    /// - Parameters:
    ///   - cutoff: Hz, where the power is halved; above 0 and below half of `rate`.
    ///   - rate: samples a second.
    /// - Returns: nil where the two do not fit.
    public static func lowPass(cutoff: Double, rate: Double) -> SecondOrderSection? {
        guard let (k, norm) = prototype(cutoff, rate) else { return nil }
        let gain = k * k / norm
        return section(k, norm, gain, 2 * gain, gain)
    }

    /// The Butterworth high pass of order 2: `scipy.signal.butter(2, cutoff, "high", fs=rate)`.
    public static func highPass(cutoff: Double, rate: Double) -> SecondOrderSection? {
        guard let (k, norm) = prototype(cutoff, rate) else { return nil }
        return section(k, norm, 1 / norm, -2 / norm, 1 / norm)
    }

    private static func prototype(_ cutoff: Double, _ rate: Double) -> (k: Double, norm: Double)? {
        guard cutoff > 0, rate.isFinite, cutoff < rate / 2 else { return nil }
        let k = tan(Double.pi * cutoff / rate)
        return (k, 1 + 2.0.squareRoot() * k + k * k)
    }

    private static func section(
        _ k: Double, _ norm: Double, _ b0: Double, _ b1: Double, _ b2: Double
    ) -> SecondOrderSection {
        SecondOrderSection(
            b0: b0, b1: b1, b2: b2, a1: 2 * (k * k - 1) / norm,
            a2: (1 - 2.0.squareRoot() * k + k * k) / norm)
    }

    /// What a constant is multiplied by.
    var gain: Double { (b0 + b1 + b2) / (1 + a1 + a2) }

    /// Filters values in their order, in place.
    /// - Parameter level: the filter begins as if this value had always been there.
    func filter(_ values: inout [Double], from level: Double) {
        // Direct form II, transposed, and its steady state for a constant input.
        let gain = gain
        var second = (b2 - a2 * gain) * level
        var first = (b1 - a1 * gain) * level + second
        for place in values.indices {
            let value = values[place]
            let result = b0 * value + first
            first = b1 * value - a1 * result + second
            second = b2 * value - a2 * result
            values[place] = result
        }
    }
}
