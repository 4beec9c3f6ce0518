import Timebase

/// A channel's smallest and largest value in each of many equal stretches of time (columns).
public struct SignalWindow: Hashable, Sendable {
    /// Start of the first column.
    public var from: Instant
    /// Nanoseconds of a column.
    public var columnWidth: Int64
    /// One a column, in the track's unit; NaN where there is nothing, and never made up in a gap.
    public var minimum: [Double]
    public var maximum: [Double]
    /// Whether the column lies in a gap.
    public var isGap: [Bool]

    /// A window with nothing in it.
    public init(from: Instant, columnWidth: Int64, columns: Int) {
        self.from = from
        self.columnWidth = max(1, columnWidth)
        minimum = [Double](repeating: .nan, count: max(0, columns))
        maximum = minimum
        isGap = [Bool](repeating: false, count: max(0, columns))
    }

    public var count: Int { minimum.count }

    /// The smallest and largest value of all columns; nil where there is none.
    public var extremes: ClosedRange<Double>? {
        var low = Double.infinity
        var high = -Double.infinity
        for column in minimum.indices where minimum[column] <= maximum[column] {
            low = min(low, minimum[column])
            high = max(high, maximum[column])
        }
        return low <= high ? low...high : nil
    }

    /// Takes a value into the column that holds its time.
    mutating func add(_ value: Double, at time: Instant) {
        guard let column = column(of: time), value.isFinite else { return }
        if !(minimum[column] <= value) { minimum[column] = value }
        if !(maximum[column] >= value) { maximum[column] = value }
    }

    /// Carries a value over all columns that begin in `from..<to`, as for a value that holds until
    /// the next one.
    mutating func hold(_ value: Double, from: Instant, to: Instant) {
        guard value.isFinite, from < to, count > 0 else { return }
        add(value, at: from)
        let first = max(0, (from - self.from + columnWidth - 1) / columnWidth)
        let end = min(Int64(count), (to - self.from + columnWidth - 1) / columnWidth)
        guard first < end else { return }
        for column in Int(first)..<Int(end) {
            add(value, at: self.from + Int64(column) * columnWidth)
        }
    }

    /// Marks the columns of a gap: those without a value that it touches.
    mutating func mark(_ gap: Gap) {
        guard count > 0, gap.end > from, gap.start < gap.end else { return }
        let first = max(0, (gap.start - from) / columnWidth)
        let last = min(Int64(count) - 1, (gap.end - from - 1) / columnWidth)
        guard first <= last else { return }
        for column in Int(first)...Int(last) where minimum[column].isNaN { isGap[column] = true }
    }

    /// Where columns are finer than samples, carries a value on to the next sample, unless a gap lies
    /// between or more than `limit` nanoseconds.
    mutating func join(limit: Int64) {
        let longest = limit / columnWidth
        var last: Int?
        for column in 0..<count {
            if isGap[column] {
                last = nil
            } else if !minimum[column].isNaN {
                if let last, column - last > 1, Int64(column - last) <= longest {
                    for between in last + 1..<column {
                        minimum[between] = minimum[last]
                        maximum[between] = maximum[last]
                    }
                }
                last = column
            }
        }
    }

    /// Part of the columns.
    func columns(_ range: Range<Int>) -> SignalWindow {
        var part = SignalWindow(
            from: from + Int64(range.lowerBound) * columnWidth, columnWidth: columnWidth, columns: 0
        )
        part.minimum = Array(minimum[range])
        part.maximum = Array(maximum[range])
        part.isGap = Array(isGap[range])
        return part
    }

    /// Adds columns that follow these.
    mutating func append(_ next: SignalWindow, _ range: Range<Int>) {
        minimum += next.minimum[range]
        maximum += next.maximum[range]
        isGap += next.isGap[range]
    }

    private func column(of time: Instant) -> Int? {
        guard time >= from else { return nil }
        let column = (time - from) / columnWidth
        return column < Int64(count) ? Int(column) : nil
    }
}
