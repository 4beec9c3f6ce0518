import Foundation

/// The first values of a discrete Fourier transform of any length, by Bluestein's chirp transform (Bluestein,
/// L. I., 1970, A linear filtering approach to the computation of discrete Fourier transform, IEEE
/// Transactions on Audio and Electroacoustics 18(4), 451–455): Σ x[n] · e^(−2πi·n·k/length), k = 0, 1, ….
///
/// Long signals go through it piece by piece, so that memory does not grow with them.
struct ChirpTransform {
    private let length: Int
    private let bins: Int
    /// Values of a piece.
    private let count: Int
    private let size: Int
    /// e^(−πi·n²/length), as many as the longer of both, and the transformed kernel of the convolution.
    private let chirp: [Complex]
    private let kernel: [Complex]
    private let roots: [Complex]

    struct Complex {
        var real: Double
        var imaginary: Double

        static func * (left: Complex, right: Complex) -> Complex {
            Complex(
                real: left.real * right.real - left.imaginary * right.imaginary,
                imaginary: left.real * right.imaginary + left.imaginary * right.real)
        }
    }

    private static let most = 1 << 16

    /// - Parameters:
    ///   - count: of values.
    ///   - length: of the transform; as if zeros stood behind the values.
    ///   - bins: how many are wanted.
    init(count: Int, length: Int, bins: Int) {
        let count = min(count, Self.most)
        self.count = count
        self.length = length
        self.bins = bins
        var size = 1
        while size < count + bins { size *= 2 }
        self.size = size
        // The square is taken modulo twice the length, since large angles lose their last digits.
        chirp = (0..<max(count, bins)).map { n in
            let angle = -Double.pi * Double(n * n % (2 * length)) / Double(length)
            return Complex(real: cos(angle), imaginary: sin(angle))
        }
        roots = (0..<size / 2).map {
            let angle = -2 * Double.pi * Double($0) / Double(size)
            return Complex(real: cos(angle), imaginary: sin(angle))
        }
        var kernel = [Complex](repeating: Complex(real: 0, imaginary: 0), count: size)
        for n in 0..<bins {
            kernel[n] = Complex(real: chirp[n].real, imaginary: -chirp[n].imaginary)
        }
        for n in 1..<max(2, count) where n < chirp.count {
            kernel[size - n] = Complex(real: chirp[n].real, imaginary: -chirp[n].imaginary)
        }
        Self.transform(&kernel, roots)
        self.kernel = kernel
    }

    /// The squared size of each value.
    func powers(of values: [Double]) -> [Double] {
        var sums = [Complex](repeating: Complex(real: 0, imaginary: 0), count: bins)
        var start = 0
        while start < values.count {
            add(values[start..<min(values.count, start + count)], to: &sums)
            start += count
        }
        return sums.map { $0.real * $0.real + $0.imaginary * $0.imaginary }
    }

    /// Adds the transform of a piece, turned by where it begins.
    private func add(_ values: ArraySlice<Double>, to sums: inout [Complex]) {
        var work = [Complex](repeating: Complex(real: 0, imaginary: 0), count: size)
        for (n, value) in values.enumerated() {
            work[n] = Complex(real: value * chirp[n].real, imaginary: value * chirp[n].imaginary)
        }
        Self.transform(&work, roots)
        // The inverse is the transform of the conjugate, conjugated.
        for n in 0..<size {
            let product = work[n] * kernel[n]
            work[n] = Complex(real: product.real, imaginary: -product.imaginary)
        }
        Self.transform(&work, roots)
        let scale = 1 / Double(size)
        for k in 0..<bins {
            let value =
                Complex(real: work[k].real * scale, imaginary: -work[k].imaginary * scale)
                * chirp[k]
            let turns = Double(values.startIndex % length * k % length)
            let angle = -2 * Double.pi * turns / Double(length)
            let turned = value * Complex(real: cos(angle), imaginary: sin(angle))
            sums[k].real += turned.real
            sums[k].imaginary += turned.imaginary
        }
    }

    /// A transform of a power of two, in place (Cooley, J. W., and Tukey, J. W., 1965).
    private static func transform(_ values: inout [Complex], _ roots: [Complex]) {
        let size = values.count
        var reversed = 0
        for place in 1..<max(1, size) {
            var bit = size >> 1
            while reversed & bit != 0 {
                reversed ^= bit
                bit >>= 1
            }
            reversed |= bit
            if place < reversed { values.swapAt(place, reversed) }
        }
        var width = 2
        while width <= size {
            let half = width / 2
            let step = size / width
            var start = 0
            while start < size {
                for n in 0..<half {
                    let turned = values[start + half + n] * roots[n * step]
                    let even = values[start + n]
                    values[start + n].real = even.real + turned.real
                    values[start + n].imaginary = even.imaginary + turned.imaginary
                    values[start + half + n].real = even.real - turned.real
                    values[start + half + n].imaginary = even.imaginary - turned.imaginary
                }
                start += width
            }
            width *= 2
        }
    }
}
