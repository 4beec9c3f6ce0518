import Foundation

/// Butterworth filters of any order as sections of second order, by the bilinear transform with the cut-offs
/// in their places: the same filters as `scipy.signal.butter(order, cutoff, kind, output="sos", fs=rate)`.
public enum Butterworth {
    /// - Parameters:
    ///   - cutoff: Hz, where the power is halved; above 0 and below half of `rate`.
    ///   - rate: samples a second.
    /// - Returns: nil where these do not fit.
    public static func lowPass(
        order: Int, cutoff: Double, rate: Double
    ) -> [SecondOrderSection]? {
        guard let k = warped(cutoff, rate), order > 0 else { return nil }
        var sections = dampings(order).map { damping in
            let norm = 1 + damping * k + k * k
            let gain = k * k / norm
            return SecondOrderSection(
                b0: gain, b1: 2 * gain, b2: gain, a1: 2 * (k * k - 1) / norm,
                a2: (1 - damping * k + k * k) / norm)
        }
        if order % 2 == 1 {
            sections.append(
                SecondOrderSection(
                    b0: k / (1 + k), b1: k / (1 + k), b2: 0, a1: (k - 1) / (k + 1), a2: 0))
        }
        return sections
    }

    /// As `lowPass`.
    public static func highPass(
        order: Int, cutoff: Double, rate: Double
    ) -> [SecondOrderSection]? {
        guard let k = warped(cutoff, rate), order > 0 else { return nil }
        var sections = dampings(order).map { damping in
            let norm = 1 + damping * k + k * k
            return SecondOrderSection(
                b0: 1 / norm, b1: -2 / norm, b2: 1 / norm, a1: 2 * (k * k - 1) / norm,
                a2: (1 - damping * k + k * k) / norm)
        }
        if order % 2 == 1 {
            sections.append(
                SecondOrderSection(
                    b0: 1 / (1 + k), b1: -1 / (1 + k), b2: 0, a1: (k - 1) / (k + 1), a2: 0))
        }
        return sections
    }

    /// A band pass of order 2 (four poles): `butter(2, [low, high], "bandpass")`.
    public static func bandPass(
        low: Double, high: Double, rate: Double
    ) -> [SecondOrderSection]? {
        guard low < high, let first = warped(low, rate), let last = warped(high, rate) else {
            return nil
        }
        let width = last - first
        // The prototype's upper pole, half the band's width wide: p = width/2 · (−1 + i)/√2. Its two
        // images are p ± √(p² − w²), w² the product of both ends; their conjugates belong to the lower.
        let half = width / 2 / 2.0.squareRoot()
        let (real, imaginary) = (-half, half)
        let squared = (
            real: real * real - imaginary * imaginary - first * last,
            imaginary: 2 * real * imaginary
        )
        let size = (squared.real * squared.real + squared.imaginary * squared.imaginary)
            .squareRoot()
        let rootReal = ((size + squared.real) / 2).squareRoot()
        let rootImaginary =
            ((size - squared.real) / 2).squareRoot()
            * (squared.imaginary < 0 ? -1 : 1)
        return [1.0, -1].map { sign in
            let poleReal = real + sign * rootReal
            let poleImaginary = imaginary + sign * rootImaginary
            let a = -2 * poleReal
            let b = poleReal * poleReal + poleImaginary * poleImaginary
            let norm = 1 + a + b
            return SecondOrderSection(
                b0: width / norm, b1: 0, b2: -width / norm, a1: (2 * b - 2) / norm,
                a2: (1 - a + b) / norm)
        }
    }

    private static func warped(_ cutoff: Double, _ rate: Double) -> Double? {
        guard cutoff > 0, rate.isFinite, cutoff < rate / 2 else { return nil }
        return tan(Double.pi * cutoff / rate)
    }

    /// Of each pair of poles the coefficient of s in s² + d·s + 1.
    private static func dampings(_ order: Int) -> [Double] {
        (0..<order / 2).map { 2 * sin(Double(2 * $0 + 1) * .pi / Double(2 * order)) }
    }
}
