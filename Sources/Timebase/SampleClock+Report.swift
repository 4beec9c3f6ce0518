/// Segments and gaps out of parts and lines.
extension SampleClock {
    /// Streams whose samples carry their own time have one segment from gap to gap.
    mutating func observeStamped(_ count: Int, _ arrival: Instant, _ breaks: [CounterBreak]) {
        let missing = breaks.reduce(0) { $0 + max(0, $1.missing) }
        if let waited, arrival > waited.until { self.waited = nil }
        let doubt = waited?.nanoseconds ?? 0
        if parts.isEmpty || restartsFit || missing > 0 || isSilence(until: arrival) {
            var loss: Loss?
            if let lastArrival {
                report(all: true)
                let (lost, bound) =
                    missing > 0 ? (missing, 0) : stampedLoss(until: arrival, after: lastArrival)
                loss = Loss(
                    cause: interruption ?? (missing > 0 ? .counter : .inferred), lost: lost,
                    lostBound: bound, start: lastArrival)
            }
            epoch = arrival
            parts = [Part(firstIndex: nextIndex, offset: -nextIndex, gap: loss)]
            parts[0].doubt = doubt
            interruption = nil
            restartsFit = false
            slept = 0
        } else if parts.last?.doubt != doubt {
            // Nothing is missing here; what follows is known better, or worse.
            report(all: true)
            epoch = arrival
            parts = [Part(firstIndex: nextIndex, offset: -nextIndex, gap: nil)]
            parts[0].doubt = doubt
        }
        nextIndex += Int64(count)
        lastArrival = arrival
    }

    /// Whether a stream with a rate was silent for longer than its tolerance, though nobody said why.
    private func isSilence(until arrival: Instant) -> Bool {
        guard model.period > 0, model.gapTolerance > 0, let lastArrival else { return false }
        let tolerance = max(Double(model.gapTolerance), 1.5 * model.period)
        return Double(arrival - lastArrival) > tolerance
    }

    /// What the time that passed tells of a loss, and its largest error.
    private func stampedLoss(until arrival: Instant, after last: Instant) -> (Int64, Int64) {
        let elapsed = max(0, arrival - last) + slept
        // Nobody can know how much a person would have moved; no device reports it more often than
        // each millisecond.
        guard model.period > 0 else { return (0, elapsed / 1_000_000 + 1) }
        // Nominal rates of streams that come over a network are right to a few percent.
        let lost = max(0, Int64(clamping: (Double(elapsed) / model.period).rounded()) - 1)
        return (lost, max(1, slept > 0 ? lost : lost / 20))
    }

    /// Puts all of the current fit's rows into the outbox, before the fit is given up.
    mutating func report(all: Bool) {
        refit()
        outbox.segments.append(contentsOf: segments(parts.indices))
        outbox.gaps.append(contentsOf: gaps(parts.indices))
    }

    /// Takes the outbox and the rows of the last parts.
    mutating func report(_ count: Int) -> ClockUpdate {
        var update = outbox
        outbox = ClockUpdate()
        let last = parts.indices.suffix(count)
        update.segments.append(contentsOf: segments(last))
        update.gaps.append(contentsOf: gaps(last))
        return update
    }

    func segments(_ indices: some Sequence<Int>) -> [ClockSegment] {
        indices.compactMap { index in
            let part = parts[index]
            let next = index + 1 < parts.count ? parts[index + 1].firstIndex : nextIndex
            guard next > part.firstIndex else { return nil }
            guard model.hasLine else {
                return ClockSegment(
                    firstIndex: part.firstIndex, lastIndex: next - 1, origin: epoch, period: 0,
                    bound: model.delayUncertainty + arrivalBound + part.doubt,
                    method: ClockSegment.stampedMethod
                )
            }
            guard let line = fit.line else { return nil }
            return ClockSegment(
                firstIndex: part.firstIndex, lastIndex: next - 1,
                origin: absolute(line.value(at: Double(part.firstIndex + part.offset))),
                period: line.slope, bound: bound + part.doubt, method: Self.method,
                driftPPM: (line.slope / model.period - 1) * 1e6,
                jitter: Int64(clamping: fit.jitter.rounded()))
        }
    }

    func gaps(_ indices: some Sequence<Int>) -> [Gap] {
        indices.compactMap { index in
            let part = parts[index]
            guard let loss = part.gap else { return nil }
            let start = loss.start ?? time(of: part.firstIndex - 1) ?? epoch
            let end = model.hasLine ? time(of: part.firstIndex) ?? epoch : epoch
            // The two are on different lines, each with its own error.
            return Gap(
                cause: loss.cause, afterIndex: part.firstIndex - 1, start: start,
                end: max(start, end), lost: loss.lost, lostBound: loss.lostBound)
        }
    }
}
