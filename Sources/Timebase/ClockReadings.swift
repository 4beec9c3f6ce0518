/// What came of one stream, for alignment: columns of equal length, in the order in which it came.
///
/// A reading is a sample, or a packet of several, of which only the last one's index and device time
/// are told (those before it were sampled earlier and arrived at the same moment, so that they say
/// nothing more).
public struct ClockReadings: Hashable, Sendable {
    /// The `device` of readings without a device time.
    public static let none = Int64.min

    /// The sample that each reading speaks of. Jumps where the device's own numbers show a loss; where
    /// nothing shows it, it goes on as if nothing had happened.
    public var index: [Int64]
    /// What the device's clock said, in nanoseconds from wherever it counts; `none` where it said
    /// nothing. Empty for a stream without such a clock.
    public var device: [Int64]
    /// Arrival, in nanoseconds of the station's clock.
    public var arrival: [Int64]
    /// Readings (by their place in the columns) before which the device may have begun anew, so that
    /// neither its count nor its clock need go on: a disconnection, a restart.
    public var restarts: [Int]
    /// Readings before which the device's own numbers show that samples are missing, if only as the rest of a
    /// division by the turn of its counter.
    public var breaks: [Int]

    public init(
        index: [Int64], device: [Int64] = [], arrival: [Int64], restarts: [Int] = [],
        breaks: [Int] = []
    ) {
        self.index = index
        self.device = device
        self.arrival = arrival
        self.restarts = restarts
        self.breaks = breaks
    }

    /// Those of `breaks`, which are in order, that lie in a range.
    func breaks(in range: ClosedRange<Int>) -> ArraySlice<Int> {
        var (low, high) = (0, breaks.count)
        while low < high {
            let middle = (low + high) / 2
            if breaks[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return breaks[low...].prefix { $0 <= range.upperBound }
    }

    /// How many steps of the index lie between two readings, lost ones included.
    func steps(from first: Int, to last: Int) -> Double {
        Double(index[last].subtractingReportingOverflow(index[first]).partialValue)
    }
}
