import Glibc

/// One stream being aligned: stretches of one clock, their fits, and what comes of them.
struct AlignmentRun {
    let model: ClockModel
    let readings: ClockReadings
    var alignment = Alignment()
    /// Stretches over which the device's own clock, or count, went on.
    var groups: [Group] = []
    /// Nanoseconds of the device's clock from one index to the next.
    var period = 0.0
    /// Arrivals, in nanoseconds since the first.
    let arrival: [Double]
    /// Finest step of the arrivals.
    let resolution: Double
    /// Readings that may lie on either side of a loss, and how far off they are then.
    var doubts: [(range: Range<Int>, size: Double)] = []
    /// Where the rate had to be learned: how wide the middle half of delays can be if it is one.
    var spreadLimit: Double?

    /// Readings of one clock, and their times on it.
    struct Group {
        var range: Range<Int>
        var x: [Double]
        /// Whether `x` is the index times the period, shifted at losses.
        var isRegular = true
        /// Losses within, by reading: what they shift `x` by.
        var steps: [Int] = []
        var slopes: ClosedRange<Double>
        var fit: EnvelopeFit?
        /// How much later than possible the fit is, since all of its readings waited.
        var wait = 0.0

        /// The clock at a place, the variance of its estimate, and how far off it may be beside that.
        func value(at x: Double) -> (value: Double, variance: Double, bias: Double) {
            guard let fit else { return (0, 0, 0) }
            let (value, variance, bias) = fit.value(at: x)
            return (value - wait, variance, hypot(bias, wait))
        }
        /// Which clock it is; the same for groups between which only a count is unknown.
        var segment: Int
    }

    init(_ model: ClockModel, _ readings: ClockReadings) {
        self.model = model
        self.readings = readings
        let first = readings.arrival.first ?? 0
        arrival = readings.arrival.map {
            Double($0.subtractingReportingOverflow(first).partialValue)
        }
        var resolution = 1.0
        for unit: Int64 in [1_000, 1_000_000] where !readings.arrival.isEmpty {
            if readings.arrival.allSatisfy({ $0 % unit == 0 }) { resolution = Double(unit) }
        }
        self.resolution = resolution
    }

    mutating func result() -> Alignment {
        guard !readings.index.isEmpty, readings.index.count == readings.arrival.count else {
            return alignment
        }
        period = model.period
        for range in stretches() { add(range) }
        guard alignment.isRegular || !groups.isEmpty else { return arrivals() }
        fit()
        order()
        if let spreadLimit, isLoose(spreadLimit) { return arrivals() }
        report()
        return alignment
    }

    /// Stretches over which the index rises and nothing began anew as far as anybody said.
    private mutating func stretches() -> [Range<Int>] {
        let restarts = Set(readings.restarts)
        var ranges: [Range<Int>] = []
        var start = 0
        for place in readings.index.indices.dropFirst() {
            let isBack = readings.index[place] < readings.index[place - 1]
            guard isBack || restarts.contains(place) else { continue }
            if isBack, !restarts.contains(place) { alignment.resets.append(place) }
            ranges.append(start..<place)
            start = place
        }
        ranges.append(start..<readings.index.count)
        return ranges
    }

    private mutating func add(_ range: Range<Int>) {
        if let timeline = DeviceTimeline(
            readings, range, nominal: model.period, faults: &alignment.faults)
        {
            add(timeline, range)
        } else {
            addArrivals(range)
        }
    }

    // MARK: Device times

    private mutating func add(_ timeline: DeviceTimeline, _ range: Range<Int>) {
        alignment.resets += timeline.resets
        period = timeline.period
        let slack = max(model.tolerancePPM, 200) * 1e-6 + 100e-6
        let lost = Dictionary(timeline.losses.map { ($0.reading, $0.lost) }) { $0 + $1 }
        let borders = [range.lowerBound] + timeline.resets + [range.upperBound]
        for (start, end) in zip(borders, borders.dropFirst()) where start < end {
            var x: [Double] = []
            x.reserveCapacity(end - start)
            var steps: [Int] = []
            if timeline.isRegular {
                var shift = 0.0
                for place in start..<end {
                    if let count = lost[place] {
                        shift += Double(count) * period
                        steps.append(place)
                        alignment.losses.append(
                            Alignment.Loss(reading: place, lost: count, lostBound: 0))
                    }
                    x.append(readings.steps(from: start, to: place) * period + shift)
                }
            } else {
                let offset = range.lowerBound
                x = (start..<end).map {
                    timeline.times[$0 - offset] - timeline.times[start - offset]
                }
            }
            groups.append(
                Group(
                    range: start..<end, x: x, isRegular: timeline.isRegular, steps: steps,
                    slopes: -slack...slack, segment: nextSegment))
        }
    }

    private var nextSegment: Int { (groups.last?.segment ?? -1) + 1 }

    // MARK: Arrivals

    /// By how many typical delays the ends of a stretch move at most, one against the other, with the error of the rate
    /// that its arrivals tell. Measured with exponential delays: 1 to 4 over 64 to 300 readings, less over more.
    private static let rateError = 4.0

    private mutating func addArrivals(_ range: Range<Int>) {
        let index = range.map { readings.steps(from: range.lowerBound, to: $0) }
        let y = arrival[range]
        let known = model.period > 0 ? model.period : (period > 0 ? period : nil)
        let rate = RateEstimate(x: index[...], arrival: ArraySlice(Array(y)), expected: known)
        var step = known ?? rate.slope
        let drift = rate.slope / step - 1
        let slack = max(model.tolerancePPM, 1) * 1e-6
        var slopes = -slack...slack
        // A rate that is known and shows itself is believed; any other has to be kept to.
        let isLearned =
            known == nil
            || abs(drift) > slack + 20e-6 && range.count >= 64 && model.kind != .counter
        if isLearned {
            guard rate.isRegular || model.kind == .counter else {
                alignment.isRegular = false
                return
            }
            // The rate is what the readings say it is, and a crystal's away from that at most.
            step = known == nil ? rate.slope : step
            // A short stretch tells its rate to the jitter over its length: what it cannot tell, others of the same
            // device do.
            let middle = known == nil ? 0 : drift
            let span = (index[index.count - 1] - index[0]) * step
            let error = max(500e-6, span > 0 ? Self.rateError * rate.jitter / span : 0)
            slopes = (middle - error)...(middle + error)
        }
        if period <= 0 { period = step }
        let mean = known == nil ? 0 : min(max(drift, slopes.lowerBound), slopes.upperBound)
        var x = index.map { $0 * step }
        let unit =
            model.kind == .counter ? model.modulus.map { Double($0) * step } ?? 0 : step
        guard unit > 0 else {
            groups.append(Group(range: range, x: x, slopes: slopes, segment: nextSegment))
            return
        }
        // An exponential's middle half is ln 3 scales wide.
        if isLearned { spreadLimit = max(1.6 * 1.1 * rate.jitter, 0.1 * rate.slope) }
        let perUnit = unit / step
        let found = losses(
            x, Array(y), from: range.lowerBound, drift: mean, unit: unit, perUnit: perUnit,
            jitter: rate.jitter)
        // What is lost makes all later; only a rate that wanders about makes much of it earlier, too.
        let falls = found.count { $0.size < 0 }
        if model.kind != .counter, falls >= 3, falls * 8 >= found.count {
            alignment.isRegular = false
            return
        }
        var start = 0
        var steps: [Int] = []
        var shift = 0.0
        func close(_ end: Int, _ segment: Int) {
            guard end > start else { return }
            groups.append(
                Group(
                    range: (range.lowerBound + start)..<(range.lowerBound + end),
                    x: Array(x[start..<end]), steps: steps, slopes: slopes, segment: segment))
            start = end
            steps = []
        }
        var segment = nextSegment
        var next = found.map { placed($0, in: range, perUnit: perUnit) }
            .sorted { $0.reading < $1.reading }[...]
        for place in x.indices {
            while let step = next.first, step.reading == place {
                next = next.dropFirst()
                if step.units > 0 {
                    shift += Double(step.units) * unit
                    steps.append(range.lowerBound + place)
                } else {
                    close(place, segment)
                    segment += 1
                    shift = 0
                    if step.size < 0 { alignment.resets.append(range.lowerBound + place) }
                }
            }
            x[place] += shift
        }
        close(x.count, segment)
    }

    /// Puts a loss where it belongs among the readings that came late together, and says what is doubtful there.
    ///
    /// What waited in a buffer that ran full comes at once, the loss somewhere in the middle: its arrivals tell how
    /// much is missing, and nothing of where. Where the device's own numbers skip among them, turns of its
    /// counter are missing there, and not at the beginning. Where they skip several times, nobody knows how many of
    /// the turns belong to which. Where they skip nowhere, it is missing before what waited or behind it: a full
    /// buffer takes nothing more, but a device may have dropped what was oldest. It is told behind, and both ends say
    /// in their bound that it may be the other.
    /// - Parameters:
    ///   - step: counted from the range's beginning, as is what is given back.
    ///   - perUnit: samples of a unit.
    private mutating func placed(
        _ step: LossFinder.Step, in range: Range<Int>, perUnit: Double
    ) -> LossFinder.Step {
        var step = step
        var first = range.lowerBound + step.reading
        let settled = range.lowerBound + step.settled
        var last = max(settled, together(first, range.upperBound).upperBound - 1)
        if step.units > 0 {
            let lost = Int64(clamping: (Double(step.units) * perUnit).rounded())
            // A buffer that ran full takes nothing from the moment on from which its last reading is late: so late
            // that it seems to stand behind the loss, though it is the one before, and so may a few before it.
            let isCounter = model.kind == .counter
            while isCounter, last + 1 < range.upperBound, isHurried(last + 1) { last += 1 }
            let behind = min(last + 1, range.upperBound - 1)
            var places = Array(isCounter ? readings.breaks(in: first...behind) : [])
            if let begin = places.first, let end = places.last {
                first = begin
                last = end
            } else if isCounter, settled > first, behind > first {
                places = [first, behind]
                last = behind
            } else {
                places = [first]
            }
            for reading in places.dropLast() {
                alignment.losses.append(Alignment.Loss(reading: reading, lost: 0, lostBound: lost))
            }
            let place = places.last ?? first
            alignment.losses.append(
                Alignment.Loss(
                    reading: place, lost: lost, lostBound: places.count > 1 ? lost : 0))
            step.reading = place - range.lowerBound
        }
        doubt(first..<(last + 1), by: step.size)
        return step
    }

    /// Whether a reading came behind the one before faster than the device samples: out of a buffer.
    private func isHurried(_ reading: Int) -> Bool {
        let steps = readings.steps(from: reading - 1, to: reading)
        return arrival[reading] - arrival[reading - 1] < steps * period / 2
    }

    /// Losses that only arrivals show; each is before a reading that comes first in what came together.
    /// - Parameters:
    ///   - first: the reading that the others count from.
    ///   - perUnit: samples of a unit.
    private mutating func losses(
        _ x: [Double], _ arrival: [Double], from first: Int, drift: Double, unit: Double,
        perUnit: Double, jitter: Double
    ) -> [LossFinder.Step] {
        let places = RateEstimate.informative(x[...], arrival[...], 1 + drift)
        let times = places.map { arrival[$0] }
        let found = LossFinder(unit: unit, tolerance: Double(model.gapTolerance)).find(
            x: places.map { x[$0] }, lateness: places.map { arrival[$0] - x[$0] * (1 + drift) },
            arrival: times, jitter: jitter)
        if let undecided = found.undecided {
            doubts.append((first + places[undecided.reading]..<first + x.count, undecided.size))
            let samples = Int64(clamping: ((undecided.size / unit).rounded() * perUnit).rounded())
            if samples > 0 {
                alignment.undecided.append(
                    Alignment.Loss(
                        reading: first + places[undecided.reading], lost: samples,
                        lostBound: samples))
            }
        }
        return found.steps.map { step in
            var step = step
            step.reading = step.reading > 0 ? places[step.reading - 1] + 1 : 0
            step.settled = places[step.settled]
            return step
        }
    }

    /// Where samples are missing within what came together, nothing says before which of it.
    mutating func doubt(_ range: Range<Int>, by size: Double) {
        guard range.count > 1 else { return }
        doubts.append((range.lowerBound..<(range.upperBound - 1), abs(size)))
    }

    /// The readings from one on that came at the same moment as it.
    func together(_ first: Int, _ end: Int) -> Range<Int> {
        var last = first
        while last + 1 < end, arrival[last + 1] <= arrival[last] { last += 1 }
        return first..<(last + 1)
    }

    /// No rate and no times: arrivals are all there is.
    private mutating func arrivals() -> Alignment {
        alignment.isRegular = false
        let steps = zip(arrival.dropFirst(), arrival).map { max(0, $0 - $1) }.sorted()
        // Of many that come together, most steps are none.
        let mean = steps.isEmpty ? 0 : steps.reduce(0, +) / Double(steps.count)
        let usual = steps.isEmpty ? 0 : max(steps[steps.count / 2], mean)
        // How late they are nobody can tell: without a rate, a long step and a late reading look the
        // same. Half the usual time from one to the next is what their order is worth, and more than
        // 50 ms no transport is expected to take. Measured with delays of 3 ms in the mean at 100 Hz: 80
        // of 100 errors are within it. A profile that knows better says so by the delay's uncertainty.
        let own = min(usual / 2, 50e6)
        let bound = Int64(
            clamping: hypot(own, Double(model.delayUncertainty)).rounded(.up))
        alignment.times = readings.arrival.map {
            $0.subtractingReportingOverflow(model.typicalDelay).partialValue
        }
        alignment.bounds = alignment.times.map { _ in bound }
        alignment.segments = alignment.times.map { _ in 0 }
        alignment.losses = []
        alignment.undecided = []
        return alignment
    }
}
