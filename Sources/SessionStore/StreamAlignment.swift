import Timebase

/// A stream's clock segments and gaps, out of what the estimator found.
struct StreamAlignment {
    private(set) var segments: [ClockSegment] = []
    private(set) var gaps: [Gap] = []

    private let readings: StreamReadings
    private let alignment: Alignment
    private let stream: StreamDescription
    private let sleeps: [MachineSleep]

    /// - Throws: where the result is impossible; then what was there before stays.
    init(
        _ stream: StreamDescription, _ readings: StreamReadings, _ alignment: Alignment,
        _ sleeps: [MachineSleep]
    ) throws(AlignmentRefusal) {
        self.stream = stream
        self.readings = readings
        self.alignment = alignment
        self.sleeps = sleeps
        try checkShape()
        gaps = gapsWithoutTimes()
        segments = alignment.isRegular ? try lineSegments() : stampedSegments()
        let open = openTurns()
        for turns in open { believeRecording(turns) }
        try checkSegments()
        giveGapsTheirTimes()
        doubtMovedTurns()
        for turns in open { doubt(by: turns.samples, from: turns.gap, to: turns.end) }
    }

    /// Whole turns of the counter that may be missing at a gap, or not: what came behind it was late by so much to the
    /// end of its stretch, and for too short a time.
    private struct OpenTurns {
        var gap: Int
        /// The next gap that nobody counted; nil where there is none to the end.
        var end: Int?
        var samples: Int64
    }

    /// Nanoseconds of arrival between a gap and what was late behind it, at most.
    private static let longestWait: Int64 = 1_000_000_000

    private func openTurns() -> [OpenTurns] {
        guard stream.counterModulus != nil, alignment.isRegular else { return [] }
        return alignment.undecided.compactMap { loss in
            let reading = loss.reading
            guard
                let gap = gaps.lastIndex(where: { $0.afterIndex < readings.ordinals[reading] }),
                gaps[gap].afterIndex >= 0, !readings.uncounted.contains(gaps[gap].afterIndex),
                // The bytes that a full ring lost are counted, whole turns among them.
                gaps[gap].cause != .overflow
            else { return nil }
            let waited =
                readings.clock.arrival[reading]
                &- readings.clock.arrival[place(of: gaps[gap].afterIndex + 1)]
            guard waited <= Self.longestWait else { return nil }
            let end = gaps[(gap + 1)...].firstIndex {
                readings.uncounted.contains($0.afterIndex)
            }
            return OpenTurns(gap: gap, end: end, samples: loss.lost)
        }
    }

    /// Where the recording counted these very turns, they are taken to be missing.
    private mutating func believeRecording(_ turns: OpenTurns) {
        let after = gaps[turns.gap].afterIndex
        guard readings.counts[after] == gaps[turns.gap].lost &+ turns.samples else { return }
        gaps[turns.gap].lost &+= turns.samples
        for place in places(from: turns.gap, to: turns.end) {
            let segment = segments[place]
            segments[place].origin =
                segment.origin
                + Int64(clamping: (Double(turns.samples) * segment.period).rounded())
        }
    }

    /// Where whole turns of the counter are now told at another gap than while recording, nobody knows
    /// which is right: both counts say so, and so do the times in between.
    private mutating func doubtMovedTurns() {
        var moved: Int64 = 0
        var open: [(gap: Int, moved: Int64)] = []
        for place in gaps.indices {
            guard let recorded = readings.counts[gaps[place].afterIndex] else { continue }
            let difference = gaps[place].lost &- recorded
            if difference == 0, moved == 0 { continue }
            moved &+= difference
            open.append((place, moved))
            // What never comes back is a loss that the recording did not find, or that was none.
            guard moved == 0 else { continue }
            for (entry, next) in zip(open, open.dropFirst()) {
                doubt(by: entry.moved, from: entry.gap, to: next.gap)
            }
            open = []
        }
    }

    private mutating func doubt(by moved: Int64, from first: Int, to last: Int?) {
        let samples = Int64(clamping: moved.magnitude)
        gaps[first].lostBound = max(gaps[first].lostBound, samples)
        if let last {
            // What nobody counted was estimated by the times that are in doubt.
            let isEstimate = readings.uncounted.contains(gaps[last].afterIndex)
            gaps[last].lostBound =
                isEstimate
                ? Gap.uncountedBound(
                    gaps[last].lostBound &+ samples, modulus: stream.counterModulus)
                : max(gaps[last].lostBound, samples)
        }
        for place in places(from: first, to: last) {
            segments[place].bound &+= Int64(
                clamping: (Double(samples) * segments[place].period).rounded(.up))
        }
    }

    /// The segments between two gaps; from the first to the end where there is no second.
    private func places(from first: Int, to last: Int?) -> [Int] {
        let end = last.map { gaps[$0].afterIndex } ?? .max
        return segments.indices.filter {
            segments[$0].firstIndex > gaps[first].afterIndex && segments[$0].lastIndex <= end
        }
    }

    // MARK: - Gaps

    private func gapsWithoutTimes() -> [Gap] {
        var found: [Int64: Gap] = [:]
        for fact in readings.facts { found[fact.afterIndex] = fact }
        for loss in alignment.losses where loss.reading > 0 {
            let after = readings.ordinals[loss.reading - 1]
            if var known = found[after] {
                // A counter's turns on top of what it shows; or the first count of a break.
                let isCounted = !readings.uncounted.contains(after)
                known.lost = (isCounted ? known.lost : 0) &+ loss.lost
                known.lostBound =
                    isCounted ? max(known.lostBound, loss.lostBound) : loss.lostBound
                found[after] = known
            } else {
                found[after] = gap(readings.causes[after] ?? .inferred, after, loss)
            }
        }
        return found.values.sorted { $0.afterIndex < $1.afterIndex }
    }

    private func gap(_ cause: Gap.Cause, _ after: Int64, _ loss: Alignment.Loss) -> Gap {
        let distant = Instant(nanoseconds: 0)
        return Gap(
            cause: cause, afterIndex: after, start: distant, end: distant, lost: loss.lost,
            lostBound: loss.lostBound)
    }

    /// Gaps begin and end at the times of their neighbours; the time that passed also tells what
    /// nobody counted.
    private mutating func giveGapsTheirTimes() {
        var before = 0
        for place in gaps.indices {
            let after = gaps[place].afterIndex
            while before + 1 < segments.count, segments[before + 1].firstIndex <= after {
                before += 1
            }
            guard !segments.isEmpty else { return }
            let previous = segments[before]
            let next = segments[min(before + 1, segments.count - 1)]
            if after >= 0, after < readings.sampleCount {
                gaps[place].start = time(of: after, in: previous)
            }
            if after < 0, let first = segments.first {
                gaps[place].end = first.origin
            } else if next.firstIndex == after + 1 {
                gaps[place].end = time(of: after + 1, in: next)
            }
            gaps[place].end = max(gaps[place].start, gaps[place].end)
            guard readings.uncounted.contains(after) else { continue }
            if after >= 0, next.firstIndex == after + 1 {
                estimate(&gaps[place], previous, next)
            }
            gaps[place].lostBound = Gap.uncountedBound(
                gaps[place].lostBound, modulus: stream.counterModulus)
        }
    }

    private func estimate(_ gap: inout Gap, _ before: ClockSegment, _ after: ClockSegment) {
        // What the device would have sent while the machine slept, if it was on, and nobody knows that.
        let slept = Double(slept(in: gap))
        let elapsed = Double(gap.end - gap.start) + slept
        let period = max(before.period, after.period)
        guard period > 0 else { return }
        gap.lost = max(0, Int64(clamping: (elapsed / period).rounded()) - 1)
        gap.lostBound = Int64(
            clamping: ((Double(before.bound &+ after.bound) + slept) / period).rounded(.up))
    }

    /// Nanoseconds that the machine slept between the samples beside a gap. The readings of its clocks are
    /// some time apart, so that a sleep may count for a gap close to it as well: its bound says so.
    private func slept(in gap: Gap) -> Int64 {
        switch gap.cause {
        case .sleep, .restart, .disconnect, .pause: break
        default: return 0
        }
        let before = readings.clock.arrival[place(of: gap.afterIndex)]
        let after = readings.clock.arrival[place(of: gap.afterIndex + 1)]
        return sleeps.reduce(0) { sum, sleep in
            guard sleep.after.nanoseconds < after, sleep.until.nanoseconds > before else {
                return sum
            }
            return min(sum &+ sleep.nanoseconds, 1 << 61)
        }
    }

    private func time(of ordinal: Int64, in segment: ClockSegment) -> Instant {
        guard segment.isStamped else { return segment.time(of: ordinal) }
        return Instant(nanoseconds: readings.clock.arrival[place(of: ordinal)])
    }

    /// The reading that brought a sample.
    private func place(of ordinal: Int64) -> Int {
        var (low, high) = (0, readings.ordinals.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if readings.ordinals[middle] >= ordinal { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: - Segments

    /// First samples behind a gap, in order.
    private func starts() -> [Int64] {
        gaps.map { $0.afterIndex + 1 }.filter { $0 > 0 && $0 < readings.sampleCount }
    }

    private func lineSegments() throws(AlignmentRefusal) -> [ClockSegment] {
        var segments: [ClockSegment] = []
        let starts = starts()
        var start = 0
        var fact = 0
        var lost: Int64 = 0
        var expected = 0
        for line in alignment.lines {
            guard line.firstReading == expected, line.lastReading >= line.firstReading,
                line.lastReading < readings.ordinals.count, line.period > 0, line.period < 1e15
            else { throw AlignmentRefusal(reason: "a line is impossible") }
            expected = line.lastReading + 1
            var first =
                line.firstReading == 0 ? 0 : readings.ordinals[line.firstReading - 1] + 1
            let last = readings.ordinals[line.lastReading]
            while first <= last {
                while start < starts.count, starts[start] <= first { start += 1 }
                let end = start < starts.count ? min(last, starts[start] - 1) : last
                // Within a piece no number is missing, so that index and ordinal go side by side.
                while fact < readings.facts.count, readings.facts[fact].afterIndex < first {
                    let known = readings.facts[fact]
                    if known.afterIndex >= 0, !readings.uncounted.contains(known.afterIndex) {
                        lost = lost &+ known.lost
                    }
                    fact += 1
                }
                segments.append(segment(first, end, lost, line))
                first = end + 1
            }
        }
        guard expected == readings.ordinals.count else {
            throw AlignmentRefusal(reason: "the lines do not reach the last sample")
        }
        return segments
    }

    private func segment(
        _ first: Int64, _ last: Int64, _ lost: Int64, _ line: Alignment.Line
    ) -> ClockSegment {
        let nominal = stream.clockModel.period
        return ClockSegment(
            firstIndex: first, lastIndex: last,
            // As the line's own `time(of:)`, but nothing can overflow.
            origin: Instant(nanoseconds: line.origin)
                + Int64(clamping: (Double(first &+ lost &- line.index) * line.period).rounded()),
            period: line.period, bound: line.bound, method: Aligner.method,
            driftPPM: nominal > 0 ? (line.period / nominal - 1) * 1e6 : nil, jitter: line.jitter)
    }

    /// Where times follow no line, a sample's time is its packet's arrival, and the constant delay
    /// is part of the bound.
    private func stampedSegments() -> [ClockSegment] {
        var segments: [ClockSegment] = []
        let bounds = starts() + [readings.sampleCount]
        var first: Int64 = 0
        var reading = 0
        for end in bounds where end > first {
            let origin = reading
            var bound: Int64 = 0
            while reading < readings.ordinals.count, readings.ordinals[reading] < end {
                bound = max(bound, alignment.bounds[reading])
                reading += 1
            }
            // A counter's gap within a packet shares its reading.
            if reading < readings.ordinals.count { bound = max(bound, alignment.bounds[reading]) }
            segments.append(
                ClockSegment(
                    firstIndex: first, lastIndex: end - 1,
                    origin: Instant(nanoseconds: readings.clock.arrival[origin]), period: 0,
                    bound: bound &+ stream.typicalDelay, method: ClockSegment.stampedMethod))
            first = end
        }
        return segments
    }

    // MARK: - Whether it can be

    private func checkShape() throws(AlignmentRefusal) {
        let count = readings.ordinals.count
        guard alignment.times.count == count, alignment.bounds.count == count,
            (alignment.losses + alignment.undecided).allSatisfy({
                (0..<count).contains($0.reading) && $0.lostBound >= 0
            })
        else { throw AlignmentRefusal(reason: "not every reading was aligned") }
        // Nothing arrives before it was sampled; a few may, by the 95% of a bound.
        var early = 0
        for place in 0..<count
        where alignment.times[place] &- alignment.bounds[place] > readings.clock.arrival[place] {
            early += 1
        }
        guard early * 5 <= count else {
            throw AlignmentRefusal(reason: "\(early) of \(count) times lie behind their arrival")
        }
    }

    private func checkSegments() throws(AlignmentRefusal) {
        var next: Int64 = 0
        for (place, segment) in segments.enumerated() {
            guard segment.isPossible, segment.bound >= 0, segment.firstIndex == next,
                segment.isStamped || segment.period > 0
            else {
                throw AlignmentRefusal(
                    reason: "the segment at sample \(segment.firstIndex) is impossible")
            }
            next = segment.lastIndex + 1
            guard place > 0 else { continue }
            let previous = segments[place - 1]
            let back =
                time(of: previous.lastIndex, in: previous)
                - time(of: segment.firstIndex, in: segment)
            guard back <= previous.bound &+ segment.bound else {
                throw AlignmentRefusal(
                    reason: "times go back by \(back) ns at sample \(segment.firstIndex)")
            }
        }
        guard next == readings.sampleCount else {
            throw AlignmentRefusal(reason: "\(readings.sampleCount - next) samples have no time")
        }
    }
}
