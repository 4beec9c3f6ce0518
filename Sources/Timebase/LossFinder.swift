import Glibc

/// Finds, in arrivals alone, where samples are missing that no number shows.
///
/// What is lost makes all that follows late, for good; what was only held up catches up. So the level
/// of a reading is the least lateness of all that follow it, with a slow clock's wander allowed for,
/// and a loss is where that level rises above the least lateness of all before, by half a unit at
/// least. A rise counts if chance would have brought a dozen of the later readings below it.
struct LossFinder: Sendable {
    struct Step: Hashable, Sendable {
        /// First reading behind it.
        var reading: Int
        /// How much later everything is behind it, in nanoseconds; negative where it is earlier.
        var size: Double
        /// Units that are missing; 0 where their number cannot be told from the size.
        var units: Int64
        /// What the size may be off.
        var error: Double
        /// The first reading that is certainly behind it: those in between came late themselves, as out of a
        /// buffer that nobody had read, and may lie on either side.
        var settled: Int
    }

    /// What the arrivals of a stretch tell.
    struct Finding {
        var steps: [Step] = []
        /// The first reading of those at the end that are late by too little for too short a time to say whether
        /// something is missing before them, and by how much; nil where there are none.
        var undecided: (reading: Int, size: Double)?
    }

    /// Nanoseconds of what is lost as a whole: a sample, or a turn of the counter.
    var unit: Double
    /// A silence longer than this, in nanoseconds, is a loss as soon as `fewest` later readings are no
    /// earlier: the stream's own gap tolerance.
    var tolerance: Double
    /// How much the clock may wander from its mean rate: 50 ppm.
    static let leak = 50e-6
    /// Readings that would have to be below a rise by chance, on average.
    private static let proof = 12.0
    private static let fewest = 3.0
    /// What is late must stay late for so long, in nanoseconds.
    private static let patience = 100e6
    /// What is late by less than the first must be so for the second, in nanoseconds: a busy machine is, and a
    /// port that is asked at times that beat with the device's own.
    private static let slight = (size: 20e6, time: 1e9)
    /// Parts of a unit: a size is a whole number of units where it is less than the first away from one and not off
    /// by more than the second.
    private static let whole = (within: 0.35, error: 0.3)

    /// - Parameters:
    ///   - x: the device's time of each reading as its numbers give it, never falling.
    ///   - lateness: arrivals less `x`, less the clock's mean drift.
    ///   - arrival: of each reading.
    ///   - jitter: typical height of a reading above the level.
    func find(x: [Double], lateness: [Double], arrival: [Double], jitter: Double) -> Finding {
        var found = Finding()
        let count = x.count
        guard count > 2 else { return found }
        var level = lateness
        for place in stride(from: count - 2, through: 0, by: -1) {
            level[place] = min(
                level[place], level[place + 1] + Self.leak * (x[place + 1] - x[place]))
        }
        let density = Double(count) / max(x[count - 1] - x[0], 1)
        let noise = 3 * (jitter * Self.leak / density).squareRoot()
        let threshold = max(unit / 2, noise)
        var shift = 0.0
        var past = lateness[0]
        var begin = 0
        var place = 1
        while place < count {
            past += Self.leak * (x[place] - x[place - 1])
            let rise = level[place] - shift - past
            if rise >= threshold,
                let step = step(
                    from: place, past: past, shift: shift, level, lateness, arrival, begin: begin,
                    threshold: threshold, jitter: jitter, noise: noise)
            {
                if isSlight(step.size, from: arrival[step.reading], to: arrival[count - 1]) {
                    found.undecided = (found.undecided?.reading ?? step.reading, step.size)
                    past = min(past, lateness[place] - shift)
                    place += 1
                    continue
                }
                if isBetweenUnits(step) {
                    past = level[step.reading] - shift
                    place = step.reading + 1
                    continue
                }
                found.undecided = nil
                found.steps.append(step)
                let moved = step.units > 0 ? Double(step.units) * unit : step.size
                shift += moved
                begin = step.reading
                if step.units == 0 { past = level[step.reading] - shift }
                // Readings on the way to the step are those before it.
                for passed in place..<max(step.reading, place) {
                    past = min(past, lateness[passed] - shift + moved)
                }
                place = step.reading
                past = min(past, lateness[place] - shift)
                place += 1
                continue
            }
            let fall = past - (lateness[place] - shift)
            if fall >= threshold, !isSlight(fall, from: arrival[begin], to: arrival[place]),
                Double(place - begin) * (1 - exp(-fall / jitter)) >= Self.proof
            {
                // Earlier than was possible: the count or the clock is another.
                found.steps.append(
                    Step(reading: place, size: -fall, units: 0, error: noise, settled: place))
                shift = lateness[place] - past
                begin = place
            }
            past = min(past, lateness[place] - shift)
            place += 1
        }
        return found
    }

    /// Whether so little a change says nothing where what is later lasted no longer: the machine may have been busy
    /// all the while.
    private func isSlight(_ size: Double, from begin: Double, to end: Double) -> Bool {
        size < Self.slight.size && end - begin < Self.slight.time
    }

    /// Whether a rise is more than none and less than one unit for certain. What is lost are whole units: samples, or
    /// turns of the counter.
    private func isBetweenUnits(_ step: Step) -> Bool {
        step.units == 0 && step.size <= (1 - Self.whole.within) * unit
            && step.error < Self.whole.error * unit
    }

    private func step(
        from start: Int, past: Double, shift: Double, _ level: [Double], _ lateness: [Double],
        _ arrival: [Double], begin: Int, threshold: Double, jitter: Double, noise: Double
    ) -> Step? {
        // The last readings before a loss can be late themselves, so that the level rises in several
        // steps: it counts when so many readings brought no further rise as prove one.
        let proof = Self.proof / (1 - exp(-threshold / jitter))
        let wanted = Int(min(64, max(8, proof.rounded(.up))))
        let slight = max(noise, threshold / 5)
        var reached = level[start]
        var quiet = 0
        var place = start + 1
        while place < level.count, quiet < wanted {
            if level[place] - reached > slight {
                reached = level[place]
                quiet = 0
            } else {
                quiet += 1
            }
            place += 1
        }
        let last = place - 1
        // What was lower than that came before the loss.
        var best = start
        while best < last, level[best] < level[last] - threshold / 2 { best += 1 }
        let size = level[last] - shift - past
        // How long does it stay so?
        var end = last
        while end + 1 < level.count, level[end + 1] < level[last] + threshold { end += 1 }
        let after = Double(end - best + 1)
        let isProved =
            after * (1 - exp(-size / jitter)) >= Self.proof
            && arrival[end] - arrival[best] >= Self.patience
        let isSilence =
            size >= tolerance && after >= Self.fewest
            && arrival[best] - arrival[best - 1] >= tolerance
        guard isProved || isSilence else { return nil }
        let error = max(noise, 4 * jitter / min(after, Double(max(1, best - begin))))
        let units = (size / unit).rounded()
        let isWhole =
            units >= 1 && abs(size - units * unit) < Self.whole.within * unit
            && error < Self.whole.error * unit
        var settled = best
        let late = level[last] + max(threshold, 4 * jitter)
        while settled < last, lateness[settled] > late { settled += 1 }
        return Step(
            reading: best, size: size, units: isWhole ? Int64(clamping: units) : 0, error: error,
            settled: settled)
    }
}
