/// Losses that only lateness shows.
extension SampleClock {
    /// Windows of lateness by whole turns, a quarter of a second each, after which a loss of turns is
    /// certain: fewer where the counter itself shows that something was lost there.
    private static let steadyWindows = (unprompted: 6, prompted: 4)
    /// Windows of the same lateness after which a loss without a counter is certain.
    private static let levelWindows = 3
    /// Nanoseconds that these last at least.
    private static let levelTime = 2e9

    /// Puts an arrival into the fit, or aside if it is late.
    /// - Parameter suspect: where within the arrival bytes are known to be missing.
    mutating func judge(_ arrival: Lateness.Arrival, suspect: Int64?) {
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
            interruptions.removeAll()
            fit.add(arrival.point, period: model.period)
            return
        }
        let begun = parts.last?.firstIndex ?? 0
        let isCertain = begun > arrival.index - arrival.samples && parts.last?.gap != nil
        var waiting =
            late
            ?? Lateness(
                firstIndex: suspect ?? max(arrival.index - arrival.samples + 1, begun),
                isCertain: isCertain || suspect != nil, firstArrival: arrival.point.y)
        let isWindowComplete = waiting.add(arrival, lateness: lateness)
        late = waiting
        if isWindowComplete { settleLateness(force: false) }
    }

    /// The late arrivals have caught up: they were only late.
    private mutating func release() {
        guard let waiting = late else { return }
        for arrival in waiting.arrivals { fit.add(arrival.point, period: model.period) }
        late = nil
    }

    /// Decides whether late arrivals mean a loss.
    /// - Parameter force: decide with what there is, because nothing more will come to this place.
    mutating func settleLateness(force: Bool) {
        guard let waiting = late else { return }
        if let modulus = model.modulus { return settleTurns(waiting, modulus, force: force) }
        let spread = max(1.5 * period, 4 * fit.jitter)
        let isLevel = waiting.isLevel(
            needed: force ? 2 : Self.levelWindows, lasting: force ? 0 : Self.levelTime,
            within: spread)
        guard isLevel || force else { return }
        // A single late packet at the end is more likely a busy host than a loss.
        guard waiting.arrivals.count >= Self.confirmationPackets else { return release() }
        guard isLevel else {
            return leaveOpen(waiting, missing: max(1, (waiting.newest / period).rounded()))
        }
        late = nil
        enterInferred(waiting)
    }

    /// The counter shows a loss while arrivals are late. Turns that are already evident belong before
    /// it; otherwise it stays open on which side they went missing.
    /// - Returns: samples that were put before it without much evidence, and may be missing here instead.
    mutating func settleBeforeBreak() -> Int64 {
        guard let waiting = late, let modulus = model.modulus else { return 0 }
        guard waiting.isCertain,
            let steady = waiting.steady(turn: Double(modulus) * model.period, needed: 1),
            steady.firstIndex <= waiting.firstIndex
        else {
            late?.breakWindow()
            return 0
        }
        enterTurns(waiting, modulus, steady)
        return steady.windows >= Self.steadyWindows.prompted
            ? 0 : Int64(clamping: min(Double(steady.turns) * Double(modulus), 0x1p40))
    }

    private mutating func settleTurns(_ waiting: Lateness, _ modulus: Int64, force: Bool) {
        let turn = Double(modulus) * model.period
        let needed = Self.steadyWindows
        let count = waiting.isCertain ? needed.prompted : needed.unprompted
        if let steady = waiting.steady(turn: turn, needed: count) {
            return enterTurns(waiting, modulus, steady)
        }
        guard force else { return }
        guard waiting.arrivals.count >= Self.confirmationPackets else { return release() }
        if let steady = waiting.steady(turn: turn, needed: waiting.isCertain ? 1 : count / 2) {
            return enterTurns(waiting, modulus, steady)
        }
        let turns = max(1, (waiting.newest / turn).rounded())
        leaveOpen(waiting, missing: turns * Double(modulus))
    }

    /// Nothing can tell any more whether samples went missing or the host was busy to the end: no loss is
    /// entered, but its bound and those of the times allow for one.
    private mutating func leaveOpen(_ waiting: Lateness, missing: Double) {
        let missing = Int64(clamping: min(missing, 0x1p40))
        let cause = toldCause(at: waiting.firstIndex) ?? .inferred
        let isLong = waiting.duration >= Self.confirmationTime
        insert(
            at: waiting.firstIndex, adding: 0,
            isLong || waiting.isCertain
                ? Loss(cause: cause, lost: 0, lostBound: missing, start: nil) : nil)
        doubt(from: waiting.firstIndex, to: nextIndex, samples: missing)
        release()
    }

    /// Whole turns of the counter are missing: the device's position is known all the same, and the
    /// fit goes on.
    private mutating func enterTurns(
        _ waiting: Lateness, _ modulus: Int64, _ steady: Lateness.Steadiness
    ) {
        let missing = Int64(clamping: min(Double(steady.turns) * Double(modulus), 0x1p40))
        // Behind a burst out of the kernel, and behind a stall; where the counter shows a loss on the
        // way, at the last such place.
        var index = max(waiting.place(period: model.period), waiting.firstIndex)
        index = max(index, parts.first?.firstIndex ?? index)
        if steady.firstIndex > index {
            index =
                parts.last {
                    $0.gap != nil && $0.firstIndex >= waiting.firstIndex
                        && $0.firstIndex <= steady.firstIndex
                }?.firstIndex ?? steady.firstIndex
        }
        let cause = toldCause(at: index) ?? .inferred
        let needed = waiting.isCertain ? Self.steadyWindows.prompted : Self.steadyWindows.unprompted
        let isEvident = steady.windows >= needed
        var loss = Loss(
            cause: cause, lost: missing, lostBound: isEvident ? openTurn(cause) : missing,
            start: nil)
        if index > waiting.firstIndex {
            // The counter cannot tell whether the turns were lost before what waited in the kernel
            // or behind it: a kernel's buffer loses what comes last, but a port may lose what came
            // first. Both ends are gaps, both bounds say so, and so do the times in between.
            let isCounted = parts.contains { $0.firstIndex == index && $0.gap != nil }
            insert(
                at: waiting.firstIndex, adding: 0,
                isCounted && !waiting.isCertain
                    ? nil : Loss(cause: cause, lost: 0, lostBound: missing, start: nil))
            loss.lostBound += missing
            // Each loss that the counter shows on the way may be the one with whole turns more.
            for place in parts.indices
            where parts[place].firstIndex > waiting.firstIndex && parts[place].firstIndex < index {
                parts[place].gap?.lostBound += missing
            }
        }
        if let last = doubtRivals(of: index, waiting, missing: missing, needed: needed) {
            loss.lostBound = max(loss.lostBound, missing)
            doubt(from: index, to: last, samples: missing)
        }
        insert(at: index, adding: missing, loss)
        doubt(from: waiting.firstIndex, to: index, samples: missing)
        if !isEvident { doubt(from: index, to: nextIndex, samples: missing) }
        interruption = nil
        late = nil
        for arrival in waiting.arrivals {
            let moved = arrival.index < index ? 0 : Double(missing)
            fit.add(
                LowerHull.Point(x: arrival.point.x + moved, y: arrival.point.y),
                period: model.period)
        }
        refit()
    }

    /// Losses that the counter shows soon behind a place may be the ones with whole turns more: what came
    /// in between can have been late for another reason.
    /// - Returns: the first sample behind the last of them; nil where there is none.
    private mutating func doubtRivals(
        of index: Int64, _ waiting: Lateness, missing: Int64, needed: Int
    ) -> Int64? {
        var last: Int64?
        for place in parts.indices where parts[place].gap != nil && parts[place].firstIndex > index
        {
            let between = waiting.windows.count {
                $0.firstIndex >= index && $0.firstIndex < parts[place].firstIndex
            }
            guard between < needed else { break }
            parts[place].gap?.lostBound += missing
            last = parts[place].firstIndex
        }
        return last
    }

    /// Says that the times of samples may be off by so many samples.
    private mutating func doubt(from first: Int64, to end: Int64, samples: Int64) {
        let doubt = Int64(clamping: (Double(samples) * model.period).rounded(.up))
        for place in parts.indices
        where parts[place].firstIndex >= first && parts[place].firstIndex < end {
            parts[place].doubt = max(parts[place].doubt, doubt)
        }
    }

    /// Begins a part at an index among the parts there are, with a loss before it or none; what comes
    /// after moves with it.
    private mutating func insert(at index: Int64, adding missing: Int64, _ loss: Loss?) {
        guard let place = parts.lastIndex(where: { $0.firstIndex <= index }) else { return }
        if parts[place].firstIndex == index {
            if let loss {
                parts[place].gap?.lost += loss.lost
                parts[place].gap?.lostBound += loss.lostBound
                if parts[place].gap == nil, place > 0 { parts[place].gap = loss }
            }
        } else {
            let part = Part(firstIndex: index, offset: parts[place].offset, gap: loss)
            parts.insert(part, at: place + 1)
        }
        for later in parts.indices where parts[later].firstIndex >= index {
            parts[later].offset += missing
        }
        closeOldParts()
    }

    /// Samples without a number are missing: their count is an estimate, and a new fit begins.
    private mutating func enterInferred(_ waiting: Lateness) {
        let index = waiting.place(period: model.period)
        let jitter = fit.jitter
        let lost = max(1, Int64(clamping: (waiting.least / period).rounded()))
        let spread = (3 * jitter + Double(bound)) / period
        let before = waiting.arrivals.filter { $0.index < index }
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
                    cause: toldCause(at: index) ?? .inferred, lost: lost,
                    lostBound: max(1, Int64(clamping: spread.rounded(.up))), start: start))
        ]
        interruption = nil
        let after = waiting.arrivals.filter { $0.index >= index }
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
