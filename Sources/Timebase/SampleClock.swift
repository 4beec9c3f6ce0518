/// The clock of one stream: takes arrivals and what the counter says, and gives segments and gaps.
///
/// A **part** is a run of samples without a gap; parts between which the loss is known exactly share
/// one **fit**, because the device's own clock went on. Where nobody knows how much was lost, a new
/// fit begins. A sample's index is its ordinal; its position is the ordinal plus what was lost
/// before it.
///
/// Arrivals that stay late show a loss that no counter could: a turn of the counter, or any sample
/// of a device without one. They are set aside until it is decided. If they catch up, nothing was
/// lost (the host was busy, the data waited in the kernel). Lateness alone proves nothing: a busy host
/// reads 20–500 ms late for seconds. What is really lost makes arrivals late by the same from there on,
/// and behind a lost turn by whole turns (see `Lateness`); what is late in any other way waits, however
/// long, and at the end it is left open by bounds.
///
/// A device that tells losses by its own time and not by a number may have its clock set. Then nothing
/// tells what was lost, and a new fit begins.
///
/// Not safe to share between threads. Restoring a saved state continues exactly.
public struct SampleClock: Hashable, Sendable {
    /// Name and version of this estimator, as it stands in the segments.
    public static let method = "least-delay/2"
    /// Parts of the current fit whose segments can still change.
    static let openParts = 64
    static let confirmationTime = 1e9
    static let confirmationPackets = 8

    struct Part: Hashable, Sendable {
        var firstIndex: Int64
        /// Position minus index.
        var offset: Int64
        /// The gap before this part; nil at the start of the stream.
        var gap: Loss?
        /// Nanoseconds by which the times of this part may be off beyond the line's own bound.
        var doubt: Int64 = 0
    }

    struct Loss: Hashable, Sendable {
        var cause: Gap.Cause
        var lost: Int64
        var lostBound: Int64
        /// Time of the last sample before it where that belongs to an earlier fit, else nil.
        var start: Instant?
    }

    /// A new fit behind a loss whose extent the first packets tell: what waited in the kernel comes
    /// in pieces, and each of them is late but the last.
    struct Reopening: Hashable, Sendable {
        /// Time of the last sample before the loss, and the rate then.
        var start: Instant
        var period: Double
        var firstArrival: Instant
        var packets: Int64 = 0
        /// Largest error of the count once enough packets have told it.
        var spread: Int64
    }

    public let model: ClockModel
    /// Ordinal of the sample that comes next.
    public internal(set) var nextIndex: Int64 = 0
    var fit = LeastDelayFit()
    /// Arrival that the fit's times count from.
    var epoch = Instant(nanoseconds: 0)
    var parts: [Part] = []
    var late: Lateness?
    /// What interrupted the stream, until it is known what that cost.
    var interruption: Gap.Cause?
    /// Where interruptions were told, oldest first, as long as no arrival showed that all is well: one loss
    /// may be decided when the next has come.
    var interruptions: [Interruption] = []
    /// Nanoseconds from sample to sample as earlier stretches showed them, where the nominal rate
    /// says little.
    var learnedPeriod: Double?
    /// An interruption after which the device's own position is not known.
    var restartsFit = false
    /// Nanoseconds that the machine slept since the last sample.
    var slept: Int64 = 0
    /// Until when what arrives may have waited because nobody was reading, and for how long.
    var waited: Waited?
    /// The loss before the current fit while its extent is not yet certain.
    var reopening: Reopening?
    /// When the last packet came.
    public internal(set) var lastArrival: Instant?
    var outbox = ClockUpdate()
    /// 95% bound of the arrivals themselves, where another machine told them.
    var arrivalBound: Int64 = 0
    /// Something came since the last update.
    var isChanged = false
    var sinceFullReport = 0

    public init(_ model: ClockModel) { self.model = model }

    /// Takes in a packet.
    /// - Parameters:
    ///   - count: samples that it completed.
    ///   - arrival: when it came.
    ///   - breaks: places where the counter skipped, by rising offset.
    public mutating func observe(count: Int, arrival: Instant, breaks: [CounterBreak] = []) {
        guard count > 0 else { return }
        isChanged = true
        guard model.hasLine else { return observeStamped(count, arrival, breaks) }
        if let cut = unnumbered(breaks, count) {
            // What came before it in the same packet belongs to the old line.
            observe(
                count: cut, arrival: arrival, breaks: breaks.filter { $0.beforeOffset < cut })
            interrupt(.inferred, keepsPosition: false)
            return observe(
                count: count - cut, arrival: arrival,
                breaks: breaks.filter { $0.beforeOffset > cut }.map { $0.moved(by: -cut) })
        }
        // How much a counter went on in sleep is in the bound of the loss already, whole turns included.
        let breaks = slept > 0 ? breaks.filter { $0.beforeOffset > 0 } : breaks
        if parts.isEmpty || restartsFit { beginFit(count, arrival) }
        // Where bytes are missing but no number is, whole turns may be.
        var suspect: Int64?
        for skip in breaks where skip.beforeOffset >= 0 && skip.beforeOffset < count {
            if skip.missing > 0 { enter(skip, count: count, arrival: arrival) }
            suspect = skip.missing == 0 ? nextIndex + Int64(skip.beforeOffset) : nil
        }
        let lastIndex = nextIndex + Int64(count) - 1
        nextIndex += Int64(count)
        lastArrival = arrival
        narrowLoss(arrival)
        let point = LowerHull.Point(x: Double(position(of: lastIndex)), y: relative(arrival))
        judge(
            Lateness.Arrival(index: lastIndex, samples: Int64(count), point: point),
            suspect: suspect)
    }

    /// Where a device without a number says that it does not know what is missing: its clock was set.
    private func unnumbered(_ breaks: [CounterBreak], _ count: Int) -> Int? {
        guard model.kind == .counter, model.modulus == nil, !restartsFit else { return nil }
        return breaks.first {
            $0.missing == 0 && $0.beforeOffset >= 0 && $0.beforeOffset < count
                && nextIndex + Int64($0.beforeOffset) > 0
        }?.beforeOffset
    }

    /// Says that bytes or packets may have been lost here, or that nobody was reading.
    /// - Parameter keepsPosition: the device's counter goes on, or whatever arrives next continues
    ///   the stream; false where the device started anew.
    public mutating func interrupt(_ cause: Gap.Cause, keepsPosition: Bool) {
        guard nextIndex > 0 else { return }
        // The first cause counts: a restart that also finds the device started anew is a restart.
        if interruption == nil { interruption = cause }
        note(cause)
        isChanged = true
        // A device without a counter may have begun anew (opening its port resets many a board), and
        // nothing would show it: the time that passed has to tell what was lost.
        if !keepsPosition || model.kind != .counter {
            settleLateness(force: true)
            restartsFit = true
        }
    }

    /// Says that the machine slept, and for how long. The session's clock stood still, so no stored time
    /// moves; the device may have gone on all the while, or have been without power.
    public mutating func sleep(_ duration: Int64) {
        guard nextIndex > 0, duration > 0 else { return }
        settleLateness(force: true)
        switch interruption {
        case .restart, .disconnect, .pause: break
        default: interruption = .sleep
        }
        note(.sleep)
        restartsFit = true
        slept = min(slept &+ duration, 1 << 60)
        isChanged = true
    }

    /// What was told to have interrupted the stream since its last sample; nil where nothing was.
    public var openInterruption: Gap.Cause? {
        guard let last = interruptions.last, last.index == nextIndex else { return nil }
        return last.cause
    }

    struct Interruption: Hashable, Sendable {
        /// Of the first sample after it.
        var index: Int64
        var cause: Gap.Cause
    }

    private mutating func note(_ cause: Gap.Cause) {
        if interruptions.last?.index == nextIndex { return }
        if interruptions.count >= 16 { interruptions.removeFirst() }
        interruptions.append(Interruption(index: nextIndex, cause: cause))
    }

    /// Why samples are missing before an index, if anything told.
    func toldCause(at index: Int64) -> Gap.Cause? {
        interruptions.first { $0.index == index }?.cause ?? interruption
    }

    struct Waited: Hashable, Sendable {
        var until: Instant
        var nanoseconds: Int64
    }

    /// Says that the device stayed open while nobody was reading: what arrives until a moment may have
    /// waited that long. Where samples have no rate that would tell when they were made, their bound does.
    public mutating func samplesWaited(_ nanoseconds: Int64, until: Instant) {
        guard !model.hasLine, nanoseconds > 0 else { return }
        waited = Waited(until: until, nanoseconds: min(nanoseconds, 1 << 50))
        isChanged = true
    }

    /// Says that arrivals are known only so well, because another machine told them and its clock had
    /// to be mapped. The largest such bound counts.
    public mutating func arrivalsAreUncertain(by bound: Int64) {
        arrivalBound = max(arrivalBound, min(bound, 1 << 50))
    }

    /// The rows that changed since the last call. Called at each commit.
    public mutating func update() -> ClockUpdate {
        guard isChanged else { return ClockUpdate() }
        isChanged = false
        refit()
        sinceFullReport += 1
        let count = sinceFullReport >= 40 ? Self.openParts : 2
        if sinceFullReport >= 40 { sinceFullReport = 0 }
        return report(count)
    }

    /// The rows that changed, when the stream ends: an undecided lateness is decided with what there
    /// is, and all open segments are given in their final form.
    public mutating func close() -> ClockUpdate {
        settleLateness(force: true)
        refit()
        return report(Self.openParts + 1)
    }

    /// The causal estimate of a sample's time; nil before the first packet.
    public func time(of index: Int64) -> Instant? {
        guard let part = parts.last(where: { $0.firstIndex <= index }) ?? parts.first else {
            return nil
        }
        guard model.hasLine else { return lastArrival }
        guard let line = fit.line else { return lastArrival }
        return absolute(line.value(at: Double(index + part.offset)))
    }

    /// Current nanoseconds from sample to sample.
    public var period: Double {
        if model.kind == .arrival && fit.count < packetsToJudge {
            return learnedPeriod ?? fit.line?.slope ?? model.period
        }
        return fit.line?.slope ?? learnedPeriod ?? model.period
    }

    var packetsToJudge: Int { model.packetsToJudge(isRateLearned: learnedPeriod != nil) }

    /// Current 95% bound in nanoseconds.
    public var bound: Int64 {
        model.delayUncertainty + arrivalBound + 1_000 + Int64(clamping: fit.deviation.rounded(.up))
    }

    // MARK: - Lines

    mutating func refit() {
        guard model.hasLine else { return }
        fit.refit(slopes: model.slopes(packets: fit.count, learned: learnedPeriod))
        if model.kind == .arrival, learnedPeriod == nil, fit.count >= packetsToJudge {
            learnedPeriod = fit.line?.slope
        }
    }

    func relative(_ arrival: Instant) -> Double {
        Double(arrival - epoch) - Double(model.typicalDelay)
    }

    func absolute(_ y: Double) -> Instant { epoch + Int64(clamping: y.rounded()) }

    func position(of index: Int64) -> Int64 { index + (parts.last?.offset ?? 0) }

    private mutating func beginFit(_ count: Int, _ arrival: Instant) {
        var loss: Loss?
        if let previous = lastTime() {
            report(all: true)
            let elapsed = Double(arrival - previous) + Double(slept) - Double(model.typicalDelay)
            let missing = max(0, Int64(clamping: (elapsed / period).rounded() - Double(count)))
            let spread = (fit.jitter * 3 + Double(bound)) / period
            // If the fit that ends here had hardly begun, all its packets may have been late, by at
            // most what was taken for a loss before it; then more was lost here, and less there.
            let doubtful = reopening == nil ? 0 : parts.first?.gap?.lost ?? 0
            let certain = max(1, Int64(clamping: spread.rounded(.up))) + doubtful
            loss = Loss(
                cause: interruption ?? .inferred, lost: missing,
                lostBound: Gap.uncountedBound(max(missing, certain), modulus: model.modulus),
                start: previous)
            // After sleep no arrival can tell more: nobody knows how long the device was on.
            reopening =
                slept > 0
                ? nil
                : Reopening(
                    start: previous, period: period, firstArrival: arrival, spread: certain)
        } else {
            reopening = nil
        }
        epoch = arrival
        fit = LeastDelayFit()
        parts = [Part(firstIndex: nextIndex, offset: -nextIndex, gap: loss)]
        interruption = nil
        restartsFit = false
        slept = 0
        late = nil
    }

    /// Estimates the loss before the current fit from the packet that was least late. As long as
    /// there are few, all of them may have been late, and then less was lost or nothing.
    private mutating func narrowLoss(_ arrival: Instant) {
        guard var opening = reopening, let gap = parts.first?.gap, gap.start == opening.start
        else { return }
        let elapsed = Double(arrival - opening.start) - Double(model.typicalDelay)
        // Positions count from the fit's start, lost samples included.
        let missing = (elapsed / opening.period).rounded() - Double(position(of: nextIndex))
        let lost = min(gap.lost, max(0, Int64(clamping: missing)))
        opening.packets += 1
        let isCertain =
            Double(arrival - opening.firstArrival) > Self.confirmationTime
            && opening.packets >= Self.confirmationPackets
        parts[0].gap?.lost = lost
        parts[0].gap?.lostBound = Gap.uncountedBound(
            isCertain ? opening.spread : max(lost, opening.spread), modulus: model.modulus)
        reopening = isCertain ? nil : opening
    }

    /// Time of the last sample so far.
    func lastTime() -> Instant? { nextIndex > 0 ? time(of: nextIndex - 1) : nil }

    /// Enters a loss that the counter shows.
    private mutating func enter(_ skip: CounterBreak, count: Int, arrival: Instant) {
        let index = nextIndex + Int64(skip.beforeOffset)
        // What was lost before the first sample was never part of the stream.
        guard index > 0 else { return }
        var missing = skip.missing
        var bound: Int64 = 0
        if !skip.isWhole, let modulus = model.modulus, let line = fit.line,
            fit.count >= packetsToJudge
        {
            // Nothing arrives before it was sampled. A count that would need that comes from a
            // damaged frame that looked whole: take turns off until it is possible.
            let turn = Double(modulus) * model.period
            let last = Double(position(of: nextIndex + Int64(count) - 1) + missing)
            var lateness = relative(arrival) - line.value(at: last)
            while lateness < -turn / 2 && missing > -modulus {
                missing -= modulus
                lateness += turn
                bound = modulus
            }
        }
        let cause = toldCause(at: index) ?? .counter
        if !skip.isWhole { bound += openTurn(cause) }
        bound += settleBeforeBreak()
        let loss = Loss(
            cause: cause, lost: max(0, missing), lostBound: bound, start: nil)
        split(at: index, adding: missing, loss)
    }

    /// What a count by numbers and lateness leaves open, in samples: of what a full ring lost, a bound of nothing says
    /// that its bytes were counted.
    func openTurn(_ cause: Gap.Cause) -> Int64 { cause == .overflow ? model.modulus ?? 0 : 0 }

    /// Begins a part at an index; one that begins there already gets the additional loss.
    mutating func split(at index: Int64, adding missing: Int64, _ loss: Loss) {
        if let last = parts.last, last.firstIndex == index, last.gap != nil {
            parts[parts.count - 1].offset += missing
            parts[parts.count - 1].gap?.lost += loss.lost
            parts[parts.count - 1].gap?.lostBound += loss.lostBound
            return
        }
        let offset = (parts.last?.offset ?? 0) + missing
        if parts.last?.firstIndex == index { parts.removeLast() }
        parts.append(Part(firstIndex: index, offset: offset, gap: loss))
        closeOldParts()
    }

    /// Gives up the oldest parts, whose rows are then final.
    mutating func closeOldParts() {
        while parts.count > Self.openParts + 1 {
            refit()
            outbox.segments.append(contentsOf: segments(parts.indices.prefix(1)))
            outbox.gaps.append(contentsOf: gaps(parts.indices.prefix(1)))
            let second = parts[1].firstIndex
            let end = absolute(
                fit.line?.value(at: Double(second - 1 + parts[0].offset)) ?? relative(epoch))
            if parts[1].gap != nil, parts[1].gap?.start == nil { parts[1].gap?.start = end }
            parts.removeFirst()
        }
    }
}

extension SampleClock {
    /// Begins a new stretch at an index, when nothing is known of what was before.
    public mutating func startAnew(at index: Int64) {
        self = SampleClock(model)
        nextIndex = index
        isChanged = true
    }
}
