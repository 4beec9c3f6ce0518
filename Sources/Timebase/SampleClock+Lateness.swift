/// Losses that only lateness shows.
extension SampleClock {
    /// Puts an arrival into the fit, or aside if it is late.
    /// - Parameter suspect: where within the arrival bytes are known to be missing.
    mutating func judge(_ arrival: LatePoint, suspect: Int64?) {
        guard let line = fit.line, fit.count >= packetsToJudge else {
            fit.add(arrival.point, period: model.period)
            // Early on every packet moves the line; later once a commit is enough.
            if fit.count <= packetsToJudge { refit() }
            return
        }
        let limit = model.latenessLimit(interrupted: interruption != nil, jitter: fit.jitter)
        let lateness = arrival.point.y - line.value(at: arrival.point.x)
        if lateness <= limit {
            release()
            interruption = nil
            fit.add(arrival.point, period: model.period)
            return
        }
        let begun = parts.last?.firstIndex ?? 0
        let isCertain = begun > arrival.index - arrival.samples && parts.last?.gap != nil
        var waiting =
            late
            ?? Lateness(
                firstIndex: suspect ?? max(arrival.index - arrival.samples + 1, begun),
                isCertain: isCertain || suspect != nil,
                firstArrival: arrival.point.y, least: .infinity)
        waiting.least = min(waiting.least, lateness)
        if waiting.points.count < Self.lateCapacity { waiting.points.append(arrival) }
        late = waiting
        settleLateness(force: false)
    }

    /// The late arrivals have caught up: they were only late.
    private mutating func release() {
        guard let waiting = late else { return }
        for arrival in waiting.points { fit.add(arrival.point, period: model.period) }
        late = nil
    }

    /// Decides whether late arrivals mean a loss.
    /// - Parameter force: decide with what there is, because nothing more will come to this place.
    mutating func settleLateness(force: Bool) {
        guard let waiting = late, let last = waiting.points.last else { return }
        let long =
            last.point.y - waiting.firstArrival >= Self.confirmationTime
            && waiting.points.count >= Self.confirmationPackets
        guard long || force else { return }
        // A single late packet at the end is more likely a busy host than a loss.
        guard waiting.least.isFinite, waiting.points.count >= Self.confirmationPackets else {
            return release()
        }
        late = nil
        if let modulus = model.modulus {
            enterTurns(waiting, modulus)
        } else {
            enterInferred(waiting)
        }
    }

    /// Whole turns of the counter are missing: the device's position is known all the same, and the
    /// fit goes on.
    private mutating func enterTurns(_ waiting: Lateness, _ modulus: Int64) {
        let turn = Double(modulus) * model.period
        let turns = Int64(clamping: (waiting.least / turn).rounded())
        guard turns > 0 else {
            for arrival in waiting.points { fit.add(arrival.point, period: model.period) }
            return
        }
        let error = abs(waiting.least - Double(turns) * turn)
        let lost = turns.multipliedReportingOverflow(by: modulus)
        let missing = lost.overflow ? modulus : lost.partialValue
        let index = waiting.place(period: model.period)
        let cause = interruption ?? .inferred
        var loss = Loss(
            cause: cause, lost: missing,
            lostBound: (error < turn / 4 ? 0 : modulus) + waiting.carried, start: nil)
        let isBurst = index > waiting.firstIndex
        if isBurst {
            // The counter cannot tell whether the turns were lost before what waited in the kernel
            // or behind it: a kernel's buffer loses what comes last, but a port may lose what came
            // first. Both ends are gaps, both bounds say so, and so do the times in between.
            split(
                at: waiting.firstIndex, adding: 0,
                Loss(cause: cause, lost: 0, lostBound: missing, start: nil))
            parts[parts.count - 1].doubt = Int64(
                clamping: (Double(missing) * model.period).rounded(.up))
            loss.lostBound += missing
        }
        split(at: index, adding: missing, loss)
        interruption = nil
        for arrival in waiting.points {
            let moved = arrival.index < index ? 0 : Double(missing)
            fit.add(
                LowerHull.Point(x: arrival.point.x + moved, y: arrival.point.y),
                period: model.period)
        }
        refit()
    }

    /// Samples without a number are missing: their count is an estimate, and a new fit begins.
    private mutating func enterInferred(_ waiting: Lateness) {
        let index = waiting.place(period: model.period)
        let jitter = fit.jitter
        let lost = max(1, Int64(clamping: (waiting.least / period).rounded()))
        let spread = (3 * jitter + Double(bound)) / period
        let before = waiting.points.filter { $0.index < index }
        for arrival in before { fit.add(arrival.point, period: model.period) }
        refit()
        let end = nextIndex
        nextIndex = index
        let start = lastTime()
        report(all: true)
        nextIndex = end
        parts = [
            Part(
                firstIndex: index, offset: -index,
                gap: Loss(
                    cause: interruption ?? .inferred, lost: lost,
                    lostBound: max(1, Int64(clamping: spread.rounded(.up))), start: start))
        ]
        interruption = nil
        let after = waiting.points.filter { $0.index >= index }
        let shift = after.first?.point.y ?? 0
        let oldOffset = after.first.map { $0.point.x - Double($0.index) } ?? 0
        // Times count from the new epoch; the typical delay is in both.
        epoch = epoch + Int64(clamping: (shift + Double(model.typicalDelay)).rounded())
        fit = LeastDelayFit()
        let correction = shift + Double(model.typicalDelay)
        for arrival in after {
            fit.add(
                LowerHull.Point(
                    x: arrival.point.x - oldOffset - Double(index),
                    y: arrival.point.y - correction.rounded()), period: model.period)
        }
        refit()
    }
}

extension SampleClock.Lateness {
    /// Index of the first sample after the loss.
    ///
    /// What waited in the kernel while nobody read arrives in one burst, faster than the device
    /// samples; it continues what was before, and the loss lies behind it.
    func place(period: Double) -> Int64 {
        guard var previous = points.first, !isCertain else { return firstIndex }
        let typical = Double(points.last?.samples ?? 1)
        guard Double(previous.samples) > 2 * typical, previous.index >= firstIndex else {
            return firstIndex
        }
        for next in points.dropFirst() {
            let room = Double(next.samples) * period
            if Double(next.samples) <= 2 * typical { break }
            if next.point.y - previous.point.y > room / 2 { break }
            previous = next
        }
        return previous.index + 1
    }
}
