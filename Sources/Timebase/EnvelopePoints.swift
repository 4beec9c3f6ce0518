/// The readings that can matter to a clock's course under them: those that are least late.
///
/// Whatever the course is, its rate has limits, so that no part of it lies higher than each reading
/// together with those limits allows. Readings far above that border touch no line, and are no part
/// of the density next to one; they are counted, and left out. Nothing changes by that but the time
/// it takes.
struct EnvelopePoints: Sendable {
    private(set) var x: [Double] = []
    private(set) var y: [Double] = []
    /// Of each of them, among all readings.
    private(set) var places: [Int] = []
    /// Sums of all readings' x, from the first one's, up to each.
    private var sums: [Double] = []
    let first: Double
    let last: Double
    /// How many readings there are in all.
    let total: Int

    /// - Parameters:
    ///   - x: never falling; not empty.
    ///   - y: arrivals less `x`.
    ///   - slopes: what the slope of y over x can be.
    init(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>, _ slopes: ClosedRange<Double>) {
        let x = Array(x)
        let y = Array(y)
        total = x.count
        first = x[0]
        last = x[x.count - 1]
        let limit: Double
        var border = y
        if x.count < 1024 {
            limit = .infinity
        } else {
            for place in 1..<x.count {
                border[place] = min(
                    border[place],
                    border[place - 1] + slopes.upperBound * (x[place] - x[place - 1]))
            }
            for place in stride(from: x.count - 2, through: 0, by: -1) {
                border[place] = min(
                    border[place],
                    border[place + 1] - slopes.lowerBound * (x[place + 1] - x[place]))
            }
            let some = stride(from: 0, to: x.count, by: x.count / 1024).map { y[$0] - border[$0] }
            limit = some.sorted()[some.count / 4]
        }
        var sum = 0.0
        for place in x.indices {
            sum += x[place] - first
            guard y[place] - border[place] <= limit else { continue }
            self.x.append(x[place])
            self.y.append(y[place])
            places.append(place)
            sums.append(sum)
        }
    }

    /// Readings from the first of these to the last, those between them that were left out too.
    func count(_ range: Range<Int>) -> Int {
        if range.count == x.count { return total }
        return places[range.upperBound - 1] - places[range.lowerBound] + 1
    }

    /// Mean x of the same.
    func mean(_ range: Range<Int>) -> Double {
        let low = range.lowerBound
        let sum = sums[range.upperBound - 1] - sums[low] + x[low] - first
        let count = places[range.upperBound - 1] - places[low] + 1
        return first + sum / Double(count)
    }

    /// The lower hull, by rising x.
    func hull(_ range: Range<Int>) -> [LowerHull.Point] {
        var hull: [LowerHull.Point] = []
        for place in range {
            LowerHull.extend(&hull, by: LowerHull.Point(x: x[place], y: y[place]))
        }
        return hull
    }
}
