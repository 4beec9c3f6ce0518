/// Gives each sample a time on its sender's clock: deduces those that are missing, and tells stamps that are damaged
/// from clocks that jumped.
///
/// A sample without a stamp comes one step after the one before; behind a damaged part of the file it is counted
/// back from the next stamp, since nobody knows how much is missing. A stamp far from what is due is held back
/// until others tell: where the next ones come when they were due, it was damaged; where they follow it, there was a
/// pause, or the clock began anew.
///
/// Pure; samples come out in their order, some of them later than they went in.
struct StampCleaner: Sendable {
    struct Stamp: Hashable, Sendable {
        /// On the sender's clock, in seconds.
        var time: Double
        /// Whether the file has this time for the sample.
        var isGiven: Bool
    }

    /// Seconds from one sample to the next; 0 where there is no rate.
    let step: Double
    /// Times over which the sender's clock is known to have gone on; more than one where it began anew in between:
    /// a stamp in another of them is no wrong one.
    private let lives: [ClosedRange<Double>]
    /// Times that are certain, in order, since they were taken last.
    private var settled: [Stamp] = []
    /// Stamps that were given, and are not used.
    private(set) var replaced = 0

    private var last: Double?
    /// Samples whose time is not certain; NaN where the file has no stamp.
    private var waiting: [Double] = []
    /// Places of those that wait, before which samples may be missing; what is beyond them counts for nothing.
    private var loose: [Int] = []
    /// Whether samples may be missing before those that wait.
    private var isLoose = true

    /// Stamps and offsets beyond this are none, in seconds: the year 2223.
    static let largest = 8e9
    private static let proof = 3
    private static let mostDoubted = 64
    private static let mostWaiting = 1 << 15

    init(step: Double, lives: [ClosedRange<Double>] = []) {
        self.step = step
        self.lives = lives
    }

    /// The last time that was taken, and whether no more samples come.
    private var taken: Double?
    private var isFinished = false
    /// Samples without a stamp that wait for the next one at most.
    private static let mostHeld = 1 << 12
    /// Seconds beyond which what comes behind a stamp says nothing of it.
    private static let pause = 3600.0
    /// Seconds by which a stamp that stands out of order is damaged for certain.
    private static let disorder = 0.05

    /// How many samples wait.
    var waitingCount: Int { waiting.count + held }

    /// How many of those that are settled the next stamp judges: the last stamp, and those that follow from it.
    private var held: Int {
        guard !isFinished else { return 0 }
        let deduced = settled.reversed().prefix(Self.mostHeld).prefix { !$0.isGiven }.count
        return min(settled.count, deduced < Self.mostHeld ? deduced + 1 : 1)
    }

    /// Takes the times that are certain by now.
    mutating func take() -> [Stamp] {
        replaceDisordered()
        let count = settled.count - held
        let times = Array(settled[..<count])
        settled.removeFirst(count)
        taken = times.last?.time ?? taken
        return times
    }

    /// A stamp that is later than the next one or earlier than the one before, which follow one another without it,
    /// was damaged: samples are stamped one after another. With it go those that followed from it.
    private mutating func replaceDisordered() {
        guard step > 0 else { return }
        var place = 0
        while place < settled.count {
            let end = settled[(place + 1)...].firstIndex(where: \.isGiven) ?? settled.count
            defer { place = end }
            guard settled[place].isGiven, end < settled.count,
                let before = place > 0 ? settled[place - 1].time : taken
            else { continue }
            let (own, after) = (settled[place].time, settled[end].time)
            guard after >= before, after - before < Self.pause,
                own < before || own > after || settled[end - 1].time > after + Self.disorder,
                abs(own - before - step) > max(2 * step, Self.disorder)
            else { continue }
            let steps = Double(end - place + 1)
            let isWhole = abs(after - before - steps * step) < max(step / 2, 2e-3)
            for number in place..<end {
                let back = Double(end - number)
                // Where samples are missing on one side, nothing tells on which: they are counted back, as others are.
                let time =
                    isWhole
                    ? after - back * (after - before) / steps : max(before, after - back * step)
                settled[number] = Stamp(time: time, isGiven: false)
            }
            replaced += 1
        }
    }

    /// Takes in the next sample.
    /// - Parameters:
    ///   - stamp: NaN where the file has none.
    ///   - isBehindDamage: whether samples may be missing before it.
    mutating func add(_ stamp: Double, isBehindDamage: Bool = false) {
        if isBehindDamage {
            isLoose = true
            if waiting.isEmpty { loose = [] } else { loose.append(waiting.count) }
        }
        let isSound = stamp.isFinite && abs(stamp) < Self.largest
        if !isSound, stamp.isFinite || stamp.isInfinite { replaced += 1 }
        guard isSound else {
            if waiting.isEmpty, !isLoose, let last {
                settle(last + step, false)
            } else {
                waiting.append(.nan)
                if waiting.count >= Self.mostWaiting { giveUp() }
            }
            return
        }
        if let last, !isLoose, isDue(stamp, after: last, steps: waiting.count + 1) {
            if isSpike(before: waiting + [stamp]) {
                replaceLast(by: waiting[0])
                for value in waiting { settle(value, true) }
                waiting = []
                settle(stamp, true)
                return
            }
            // What was doubted came while this was due: it was damaged.
            for value in waiting {
                if !value.isNaN { replaced += 1 }
                settle((self.last ?? last) + step, false)
            }
            waiting = []
            settle(stamp, true)
            return
        }
        if let last, isLoose, stamp >= last, stamp - last < 86_400,
            waiting.allSatisfy(\.isNaN)
        {
            settleBack(from: stamp)
            settle(stamp, true)
            return
        }
        if let last, !isLoose, waiting.isEmpty, isInAnotherLife(stamp, than: last) {
            settle(stamp, true)
            return
        }
        waiting.append(stamp)
        resolve()
    }

    /// There are no more samples.
    mutating func finish() {
        defer { isFinished = true }
        // One or two stamps at the very end that lie far from what was due are no proof of a jump.
        if let last, !isLoose, waiting.count(where: { !$0.isNaN }) < Self.proof,
            waiting.contains(where: { value in
                value < last
                    || value > last + 3600 && !lives.contains { $0.contains(value) }
            })
        {
            for value in waiting {
                if !value.isNaN { replaced += 1 }
                settle((self.last ?? last) + step, false)
            }
            waiting = []
        }
        giveUp()
    }

    private func isInAnotherLife(_ stamp: Double, than last: Double) -> Bool {
        guard lives.count > 1 else { return false }
        return lives.contains { $0.contains(stamp) && !$0.contains(last) }
            || lives.count { $0.contains(stamp) } > 1
    }

    /// Places of those that wait, before a time that is certain, whose stamps nothing contradicts: they lie in order
    /// between what was before and that time, as samples between two pauses do, or in an earlier life of the clock.
    private func credible(before time: Double) -> [Int] {
        var kept: [Int] = []
        var ordered: [Int] = []
        for (place, value) in waiting.enumerated() where !value.isNaN {
            let isEarlier = lives.contains { $0.contains(value) && !$0.contains(time) }
            if lives.count > 1, isEarlier {
                kept.append(place)
            } else if value <= time, last.map({ value >= $0 }) ?? isNear(value, before: time) {
                ordered.append(place)
            }
        }
        return (kept + Self.longestRise(ordered, waiting)).sorted()
    }

    /// Whether a stamp before which there is none can be one.
    private func isNear(_ stamp: Double, before time: Double) -> Bool {
        guard lives.isEmpty else { return lives.contains { $0.contains(stamp) } }
        // With a rate one step tells more than a stamp that stands alone.
        return step == 0 && time - stamp < 86_400
    }

    /// The most of some places whose values do not fall.
    private static func longestRise(_ places: [Int], _ values: [Double]) -> [Int] {
        var lengths: [Int] = []
        var before: [Int] = []
        for (number, place) in places.enumerated() {
            var best = (length: 1, before: -1)
            for earlier in 0..<number
            where values[places[earlier]] <= values[place] && lengths[earlier] >= best.length {
                best = (lengths[earlier] + 1, earlier)
            }
            lengths.append(best.length)
            before.append(best.before)
        }
        var rise: [Int] = []
        var number = lengths.indices.max { lengths[$0] < lengths[$1] } ?? -1
        while number >= 0 {
            rise.append(places[number])
            number = before[number]
        }
        return rise
    }

    /// Without a rate: whether it is the last stamp that was damaged, since several that were doubted beside it
    /// stand in order, and behind the one before.
    private func isSpike(before stamps: [Double]) -> Bool {
        guard step == 0, stamps.count > 2, let first = stamps.first, let last, first < last,
            settled.last?.isGiven == true, !stamps.contains(where: \.isNaN),
            zip(stamps, stamps.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return false }
        let before = settled.count > 1 ? settled[settled.count - 2].time : taken
        return before.map { $0 <= first } ?? true
    }

    private mutating func replaceLast(by time: Double) {
        replaced += 1
        settled[settled.count - 1] = Stamp(time: time, isGiven: false)
    }

    /// Whether a stamp is about when the sample was due.
    private func isDue(_ stamp: Double, after last: Double, steps: Int) -> Bool {
        if step > 0 {
            return abs(stamp - (last + Double(steps) * step)) <= max(1, 20 * step)
        }
        return stamp >= last - 0.5 && stamp <= last + 60
    }

    private mutating func settle(_ time: Double, _ isGiven: Bool) {
        settled.append(Stamp(time: time, isGiven: isGiven))
        last = time
        isLoose = false
    }

    /// Settles all that wait, which have no stamps that count, back from a time.
    private mutating func settleBack(from time: Double) {
        let floor = last ?? -.infinity
        for (place, value) in waiting.enumerated() {
            if !value.isNaN { replaced += 1 }
            settle(max(floor, time - Double(waiting.count - place) * step), false)
        }
        waiting = []
    }

    /// Settles all that wait before a time that is certain: by their stamps where those are credible, else back from
    /// the next one that is.
    private mutating func settleWaiting(before time: Double) {
        let values = waiting
        let breaks = loose
        var first = 0
        for place in credible(before: time) {
            settleBetween(values, first, place, breaks, before: values[place])
            settle(values[place], true)
            first = place + 1
        }
        settleBetween(values, first, values.count, breaks, before: time)
        loose = []
    }

    /// Settles those that wait between two stamps that count. Behind the first they are counted on from it, as the
    /// file means it, up to where one is doubted or samples may be missing; from there back from the second.
    private mutating func settleBetween(
        _ values: [Double], _ first: Int, _ end: Int, _ breaks: [Int], before time: Double
    ) {
        var next = first
        while first > 0, next < end, values[next].isNaN, !breaks.contains(next), let last {
            settle(min(max(last, time), last + step), false)
            next += 1
        }
        waiting = Array(values[next..<end])
        settleBack(from: time)
    }

    /// Where enough stamps in a row follow one another, they are right.
    private mutating func resolve() {
        var first = waiting.count - 1
        var count = 1
        var earlier = first - 1
        while earlier >= 0, count < Self.proof {
            if !waiting[earlier].isNaN {
                guard isDue(waiting[first], after: waiting[earlier], steps: first - earlier) else {
                    break
                }
                first = earlier
                count += 1
            }
            earlier -= 1
        }
        if count >= Self.proof {
            let run = Array(waiting[first...])
            // A clock that began anew would show by its comparisons.
            if run.count == waiting.count, lives.count < 2, isSpike(before: run) {
                replaceLast(by: run[0])
            }
            waiting.removeLast(run.count)
            settleWaiting(before: run[0])
            for value in run {
                settle(value.isNaN ? (last ?? value) + step : value, !value.isNaN)
            }
        } else if waiting.count(where: { !$0.isNaN }) >= Self.mostDoubted {
            giveUp()
        }
    }

    /// Takes what waits as it is.
    private mutating func giveUp() {
        let values = waiting
        if let place = values.firstIndex(where: { !$0.isNaN }) {
            waiting = Array(values[..<place])
            settleBack(from: values[place])
            for value in values[place...] {
                settle(value.isNaN ? (last ?? value) + step : value, !value.isNaN)
            }
        } else {
            waiting = []
            for _ in values { settle(last.map { $0 + step } ?? 0, false) }
        }
    }
}
