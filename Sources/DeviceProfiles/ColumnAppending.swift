import Timebase

extension SampleColumn {
    /// Gives the integers to change in place; nothing is done to a column of reals.
    @inline(__always)
    mutating func withIntegers(_ change: (inout [Int64]) -> Void) {
        // Taken out of the case first, so that the array is changed in place and not copied.
        guard case .integers(var values) = self else { return }
        self = .integers([])
        change(&values)
        self = .integers(values)
    }

    /// Gives the reals to change in place; nothing is done to a column of integers.
    @inline(__always)
    mutating func withReals(_ change: (inout [Double]) -> Void) {
        guard case .reals(var values) = self else { return }
        self = .reals([])
        change(&values)
        self = .reals(values)
    }
}
