import Glibc

/// The clock of one device under its readings: a line, or a chain of lines that follows its wander.
///
/// A chain's windows overlap by half, and between the centres of two windows the clock goes over from
/// one line to the other in proportion to the way, so that it has no steps. How many windows it takes
/// is decided by the readings: a finer chain is taken if it lies higher under them by more than chance
/// would lift it (each nanosecond is worth the readings that are expected in it; a line's two numbers
/// cost what they cost in Bayes' information criterion).
///
/// A support line lies under a bent clock by up to κ·w² / 2 (κ its bend, w half the window), and never
/// over it. Half of that is added, and half stays in the bound.
struct EnvelopeFit: Sendable {
    struct Window: Sendable {
        var center: Double
        var line: LinePosterior
        /// The highest line under the readings, at x = 0, and its slope.
        var support: LowerHull.Line
        /// Readings expected in each unit above the line, for one reading.
        var density: Double
    }

    private(set) var windows: [Window] = []
    /// Half the distance that a window reaches.
    private(set) var reach = 0.0
    /// Smallest number of readings that a window of a chain has on average.
    private static let fewest = 32
    private static let mostWindows = 4096

    /// - Parameters:
    ///   - x: the device's time of each reading, never falling; not empty.
    ///   - y: its arrival less `x`.
    ///   - slopes: what the slope of y over x can be.
    ///   - resolution: of y; above 0.
    ///   - reference: density of readings just above the clock, for one reading, where there are too
    ///     few to tell it.
    init(
        x: ArraySlice<Double>, y: ArraySlice<Double>, slopes: ClosedRange<Double>,
        resolution: Double, reference: Double
    ) {
        let facts = Facts(slopes: slopes, resolution: resolution, reference: reference)
        var best = Self.chain(1, x, y, facts)
        var misses = 0
        var count = 2
        while misses < 2, count <= Self.mostWindows, x.count / count >= Self.fewest {
            let finer = Self.chain(count, x, y, facts)
            let gain = Self.gain(of: finer, over: best, x)
            let price = 2 * Double(finer.count - best.count) * (1 + log(Double(x.count)) / 2)
            if finer.count > best.count, gain > price {
                best = finer
                misses = 0
            } else {
                misses += 1
            }
            count *= 2
        }
        windows = best
        if best.count > 1 {
            reach = (best[best.count - 1].center - best[0].center) / Double(best.count - 1)
        }
    }

    // MARK: Building

    /// What all windows share.
    private struct Facts {
        var slopes: ClosedRange<Double>
        var resolution: Double
        var reference: Double
    }

    private static func chain(
        _ count: Int, _ x: ArraySlice<Double>, _ y: ArraySlice<Double>, _ facts: Facts
    ) -> [Window] {
        let first = x[x.startIndex]
        let length = x[x.endIndex - 1] - first
        guard count > 1, length > 0 else {
            return [
                window(x.indices, (first + x[x.endIndex - 1]) / 2, x, y, facts)
            ]
        }
        let step = length / Double(count + 1)
        var windows: [Window] = []
        var low = x.startIndex
        var high = x.startIndex
        for number in 1...count {
            let center = first + Double(number) * step
            while low < x.endIndex, x[low] < center - step { low += 1 }
            if number == count {
                high = x.endIndex
            } else {
                while high < x.endIndex, x[high] <= center + step { high += 1 }
            }
            // Where little was read, the windows beside it speak.
            guard high - low >= fewest / 2 else { continue }
            windows.append(window(low..<high, center, x, y, facts))
        }
        return windows.isEmpty ? chain(1, x, y, facts) : windows
    }

    private static func window(
        _ range: Range<Int>, _ center: Double, _ x: ArraySlice<Double>, _ y: ArraySlice<Double>,
        _ facts: Facts
    ) -> Window {
        let slopes = facts.slopes
        var hull: [LowerHull.Point] = []
        var sum = 0.0
        let origin = x[range.lowerBound]
        for place in range {
            let point = LowerHull.Point(x: x[place], y: y[place])
            sum += point.x - origin
            if let last = hull.last, point.x <= last.x {
                guard point.y < last.y else { continue }
                hull.removeLast()
            }
            while hull.count >= 2 {
                let a = hull[hull.count - 2]
                let b = hull[hull.count - 1]
                if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0 { break }
                hull.removeLast()
            }
            hull.append(point)
        }
        let mean = origin + sum / Double(range.count)
        let peak = LinePosterior.peak(hull, mean, slopes)
        var heights: [Double] = []
        heights.reserveCapacity(range.count)
        for place in range {
            heights.append(max(0, y[place] - peak.height - peak.slope * (x[place] - mean)))
        }
        let mass =
            range.count < 16
            ? Double(range.count) * facts.reference
            : EnvelopeMass.estimate(heights, resolution: facts.resolution)
        return Window(
            center: center,
            line: LinePosterior(hull: hull, center: mean, mass: mass, slopes: slopes),
            support: LowerHull.Line(
                intercept: peak.height - peak.slope * mean, slope: peak.slope),
            density: mass / Double(range.count))
    }

    /// What a finer chain gains, in units of the likelihood's logarithm.
    private static func gain(
        of finer: [Window], over coarser: [Window], _ x: ArraySlice<Double>
    ) -> Double {
        var fine = 0
        var coarse = 0
        var gain = 0.0
        for place in x.indices {
            let (f, density) = support(finer, x[place], &fine)
            let (c, _) = support(coarser, x[place], &coarse)
            gain += density * (f - c)
        }
        return gain
    }

    private static func support(
        _ windows: [Window], _ x: Double, _ place: inout Int
    ) -> (value: Double, density: Double) {
        while place + 2 < windows.count, windows[place + 1].center <= x { place += 1 }
        let a = windows[place]
        guard place + 1 < windows.count else { return (a.support.value(at: x), a.density) }
        let b = windows[place + 1]
        let share = min(max((x - a.center) / (b.center - a.center), 0), 1)
        return (
            a.support.value(at: x) * (1 - share) + b.support.value(at: x) * share,
            a.density * (1 - share) + b.density * share
        )
    }

    // MARK: Reading

    /// The clock at a place, the variance of its estimate, and how far off a bend may put it.
    func value(at x: Double) -> (value: Double, variance: Double, bias: Double) {
        guard windows.count > 1 else {
            let line = windows[0].line
            return (line.value(at: x), line.variance(at: x), 0)
        }
        let place = place(of: x)
        let a = windows[place].line
        let b = windows[place + 1].line
        let span = windows[place + 1].center - windows[place].center
        let share = min(max((x - windows[place].center) / span, 0), 1)
        let deviation =
            a.variance(at: x).squareRoot() * (1 - share) + b.variance(at: x).squareRoot() * share
        let sag = abs(bend(place, share)) * reach * reach / 4
        return (
            a.value(at: x) * (1 - share) + b.value(at: x) * share + sag, deviation * deviation,
            sag
        )
    }

    /// The bend at a share of the way from one window's centre to the next's: from their slopes and
    /// their neighbours', without what chance adds.
    private func bend(_ place: Int, _ share: Double) -> Double {
        func at(_ center: Int) -> Double {
            let low = max(center - 1, 0)
            let high = min(center + 1, windows.count - 1)
            guard high > low else { return 0 }
            return (windows[high].line.slope - windows[low].line.slope)
                / (windows[high].center - windows[low].center)
        }
        return at(place) * (1 - share) + at(place + 1) * share
    }

    private func place(of x: Double) -> Int {
        var (low, high) = (0, windows.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if windows[middle].center <= x { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// Places between `from` and `to` at which the clock's course is to be cut into straight pieces,
    /// so that none is off by more than `tolerance`.
    func knots(from: Double, to: Double, tolerance: Double) -> [Double] {
        guard windows.count > 1 else { return [] }
        var knots: [Double] = []
        for place in windows.indices.dropLast() {
            let start = windows[place].center
            let span = windows[place + 1].center - start
            guard start + span > from, start < to else { continue }
            let sag =
                abs(windows[place + 1].line.slope - windows[place].line.slope) * span / 4
            let pieces = min(16, max(1, (sag / max(tolerance, 1)).squareRoot().rounded(.up)))
            for piece in 0..<Int(pieces) {
                let knot = start + span * Double(piece) / pieces
                if knot > from, knot < to { knots.append(knot) }
            }
            let last = start + span
            if place == windows.count - 2, last > from, last < to { knots.append(last) }
        }
        return knots
    }
}
