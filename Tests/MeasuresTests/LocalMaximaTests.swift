import TestSupport
import Testing

@testable import Measures

@Suite struct LocalMaximaTests {
    /// Of SciPy 1.17.1: `find_peaks`, `peak_prominences`.
    @Test func maximaAreThoseOfSciPy() {
        let values = [
            -0.8, -2.13, -2.37, -1.95, -0.82, -0.71, -1.26, -2.05, -1.3, 0.34, 0.61, -0.62, -1.58,
            0.02, 0.22, -1.51, -1.59, -2.76, -3.39, -3.87, -4.59, -4.59, -4.59, -4.59, -4.28, -3.45,
            -5.09, -5.35, -6.33, -6.5, -7.79, -7.77, -7.81, -8.11, -9.16, -9.56, -10.65, -12.0,
            -11.78, -12.89, -11.72, -11.0, -13.0, -12.73, -13.83, -13.79, -13.75, -15.74, -15.97,
            -16.23, -15.27, -16.45, -15.71, -16.81, -17.14, -17.98, -16.53, -15.96, -13.53, -12.89,
        ]
        let places = LocalMaxima.places(values)
        #expect(places == [5, 10, 14, 25, 31, 38, 41, 43, 46, 50, 52])
        let expected = [1.34, 2.98, 1.8, 1.14, 0.02, 0.22, 1.89, 0.27, 0.08, 0.96, 0.74]
        for (ours, theirs) in zip(LocalMaxima.prominences(of: places, in: values), expected) {
            #expect(abs(ours - theirs) < 1e-9)
        }
    }

    @Test(arguments: 0..<40)
    func prominencesAreThoseOfLookingAtEachPlace(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...60, using: &random)
        // Few levels, so that there are plateaus and equal peaks.
        let values = (0..<count).map { _ in Double(Int.random(in: 0...5, using: &random)) }
        let places = LocalMaxima.places(values)
        for place in places {
            var left = place
            while left > 0, values[left - 1] == values[place] { left -= 1 }
            var right = place
            while right < count - 1, values[right + 1] == values[place] { right += 1 }
            #expect(left > 0 && right < count - 1)
            #expect(values[left - 1] < values[place] && values[right + 1] < values[place])
            #expect(place == (left + right) / 2)
        }
        func lowest(_ places: some Sequence<Int>, _ peak: Int) -> Double {
            var lowest = values[peak]
            for place in places {
                if values[place] > values[peak] { break }
                lowest = min(lowest, values[place])
            }
            return lowest
        }
        for (place, height) in zip(places, LocalMaxima.prominences(of: places, in: values)) {
            let base = max(
                lowest(stride(from: place, through: 0, by: -1), place),
                lowest(place..<count, place))
            #expect(height == values[place] - base)
        }
    }
}
