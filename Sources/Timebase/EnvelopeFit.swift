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
/// over it. Half of what the bend from window to window says of that is added, since noise hides
/// the other half, and as much is in the bound. Measured with a wander of 20 ppm and a period of 20 minutes at 250 Hz: errors of some µs.
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
    /// How far the readings stay off the clock beyond what chance explains.
    private(set) var misfit = 0.0
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
    ///   - shortest: nanoseconds within which the clock's rate does not change. What bends a clock
    ///     faster than that is no clock: delays that come in stretches look like it.
    init(
        x: ArraySlice<Double>, y: ArraySlice<Double>, slopes: ClosedRange<Double>,
        resolution: Double, reference: Double, shortest: Double
    ) {
        let facts = Facts(slopes: slopes, resolution: resolution, reference: reference)
        let points = EnvelopePoints(x, y, slopes)
        var best = Self.chain(1, points, facts)
        var misses = 0
        var count = 2
        let most = min(
            Double(Self.mostWindows), 2 * (points.last - points.first) / max(shortest, 1))
        while misses < 4, Double(count) <= most, x.count / count >= Self.fewest {
            let finer = Self.chain(count, points, facts)
            let gain = Self.gain(of: finer, over: best, points)
            let price = 2 * Double(finer.count - best.count) * (1 + log(Double(x.count)) / 2)
            if finer.count > best.count, gain > price {
                best = finer
                misses = 0
            } else {
                misses += 1
            }
            count *= 2
        }
        // The price is paid where a bend of several times the noise is left. Half as long windows have a
        // quarter of it, and twice the noise.
        if best.count > 1, Double(2 * best.count) <= 2 * most,
            x.count / best.count / 2 >= Self.fewest / 2
        {
            let finer = Self.chain(2 * best.count, points, facts)
            if finer.count > best.count { best = finer }
        }
        windows = best
        if let first = best.first, let last = best.last, best.count > 1 {
            reach = (last.center - first.center) / Double(best.count - 1)
        }
        misfit = misfit(points)
    }

    /// What is left between the clock and the readings, from the least height in each of some blocks: by
    /// chance that is an exponential whose mean is known. More of it comes from a clock that wobbles
    /// faster than lines can follow, and then the clock is off by as much.
    private func misfit(_ points: EnvelopePoints) -> Double {
        let blocks = max(16, 2 * windows.count)
        let size = points.x.count / blocks
        guard size >= 4 else { return 0 }
        var square = 0.0
        var expected = 0.0
        var place = 0
        for block in 0..<blocks {
            let range = (block * size)..<(block == blocks - 1 ? points.x.count : (block + 1) * size)
            var least = Double.infinity
            for number in range {
                least = min(least, points.y[number] - value(at: points.x[number]).value)
            }
            let density = Self.support(windows, points.x[range.lowerBound], &place).density
            let mean = 1 / (density * Double(points.count(range)))
            square += least * least
            expected += 2 * mean * mean
        }
        let excess = square - expected
        // The square of an exponential has a deviation of √20 for a mean of 2.
        let chance = expected * (5 / Double(blocks)).squareRoot()
        guard excess > 3 * chance else { return 0 }
        return (excess / Double(blocks)).squareRoot()
    }

    // MARK: Building

    /// What all windows share.
    private struct Facts {
        var slopes: ClosedRange<Double>
        var resolution: Double
        var reference: Double
    }

    private static func chain(_ count: Int, _ points: EnvelopePoints, _ facts: Facts) -> [Window] {
        let length = points.last - points.first
        guard count > 1, length > 0 else {
            let middle = (points.first + points.last) / 2
            return [window(points.x.indices, middle, points, facts)]
        }
        let step = length / Double(count + 1)
        var windows: [Window] = []
        var low = 0
        var high = 0
        for number in 1...count {
            let center = points.first + Double(number) * step
            while low < points.x.count, points.x[low] < center - step { low += 1 }
            if number == count {
                high = points.x.count
            } else {
                while high < points.x.count, points.x[high] <= center + step { high += 1 }
            }
            // Where little was read, the windows beside it speak.
            guard high > low, points.count(low..<high) >= fewest / 2 else { continue }
            windows.append(window(low..<high, center, points, facts))
        }
        return windows.isEmpty ? chain(1, points, facts) : windows
    }

    private static func window(
        _ range: Range<Int>, _ center: Double, _ points: EnvelopePoints, _ facts: Facts
    ) -> Window {
        let slopes = facts.slopes
        let hull = points.hull(range)
        let mean = points.mean(range)
        let count = points.count(range)
        let peak = LinePosterior.peak(hull, mean, slopes)
        let mass: Double
        if count < 16 {
            mass = Double(count) * facts.reference
        } else {
            let heights = range.map {
                max(0, points.y[$0] - peak.height - peak.slope * (points.x[$0] - mean))
            }
            mass = EnvelopeMass.estimate(
                heights, places: points.places[range], of: count, resolution: facts.resolution)
        }
        return Window(
            center: center,
            line: LinePosterior(hull: hull, center: mean, mass: mass, slopes: slopes),
            support: LowerHull.Line(
                intercept: peak.height - peak.slope * mean, slope: peak.slope),
            density: mass / Double(count))
    }

    /// What a finer chain gains, in units of the likelihood's logarithm.
    private static func gain(
        of finer: [Window], over coarser: [Window], _ points: EnvelopePoints
    ) -> Double {
        var fine = 0
        var coarse = 0
        var gain = 0.0
        for x in points.x {
            let (f, density) = support(finer, x, &fine)
            let (c, _) = support(coarser, x, &coarse)
            gain += density * (f - c)
        }
        return gain * Double(points.total) / Double(points.x.count)
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
            return (line.value(at: x), line.variance(at: x), 3 * misfit)
        }
        let place = place(of: x)
        let a = windows[place].line
        let b = windows[place + 1].line
        let span = windows[place + 1].center - windows[place].center
        let share = min(max((x - windows[place].center) / span, 0), 1)
        let deviation =
            a.variance(at: x).squareRoot() * (1 - share) + b.variance(at: x).squareRoot() * share
        let bend = bend(place, share)
        let sag =
            sag(x - windows[place].center, bend) * (1 - share)
            + sag(windows[place + 1].center - x, bend) * share
        // How long the windows are was chosen by the same readings, and a bend shifts where lines rest: with
        // 20 ppm of wander 93 of 100 errors were within the lines' own bound, and are 95 with this.
        return (
            a.value(at: x) * (1 - share) + b.value(at: x) * share + sag / 2,
            1.4 * deviation * deviation,
            max(0.4 * sag, 3 * misfit)
        )
    }

    /// How far a window's line lies under a bent clock, at a distance from the window's centre: one
    /// that bends upwards it touches at the centre, one that bends downwards at both ends.
    private func sag(_ distance: Double, _ bend: Double) -> Double {
        let square = min(distance * distance, reach * reach)
        return bend > 0 ? bend * square / 2 : -bend * (reach * reach - square) / 2
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
