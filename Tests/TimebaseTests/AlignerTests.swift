import TestSupport
import Testing

@testable import Timebase

/// The two-sided estimator against streams whose truth is known.
@Suite struct AlignerTests {
    private func align(
        _ stream: SimulatedStream, seed: UInt64, _ model: ClockModel? = nil
    ) -> (made: SimulatedStream.Made, alignment: Alignment) {
        let made = stream.make(seed: seed)
        return (made, Aligner(model ?? stream.model).align(made.readings))
    }

    @Test("A clock that drifts is found to some microseconds", arguments: [1, 2, 3])
    func drift(seed: UInt64) {
        let (made, alignment) = align(SimulatedStream(), seed: seed)
        #expect(made.error(alignment.times) < 0.01)
        #expect(alignment.lines.count == 1)
        let isRegular = alignment.isRegular
        #expect(isRegular)
        let drift = alignment.driftPPM ?? 0
        #expect(abs(drift - 50) < 0.1, "\(drift)")
        #expect(abs(alignment.jitter - 3_000_000) < 200_000)
    }

    @Test(
        "Losses shift nothing, whether they are counted or not", arguments: [true, false],
        [1, 2, 3])
    func losses(isCounted: Bool, seed: UInt64) {
        for stream in [
            SimulatedStream(losses: [(40, 1.5)], isCounted: isCounted),
            SimulatedStream(
                losses: (0..<10).map { (Double($0) * 11 + 5, 0.2) }, isCounted: isCounted),
            SimulatedStream(rate: 130, losses: [(55, 3.5)], isCounted: isCounted),
            SimulatedStream(
                rate: 4, seconds: 1800, losses: [(600, 30)], isCounted: isCounted),
        ] {
            let (made, alignment) = align(stream, seed: seed)
            #expect(made.error(alignment.times) < 0.05)
            let lost = alignment.losses.reduce(0) { $0 + $1.lost }
            let missing = Int(stream.seconds * stream.rate) - made.truth.count
            #expect(lost == (isCounted ? 0 : Int64(missing)))
            #expect(alignment.losses.count == (isCounted ? 0 : stream.losses.count))
            #expect(alignment.losses.allSatisfy { $0.lostBound == 0 })
            // Each begins where the arrivals jump.
            for loss in alignment.losses {
                let step =
                    made.readings.arrival[loss.reading] - made.readings.arrival[loss.reading - 1]
                #expect(step > 150_000_000)
            }
            #expect(Set(alignment.segments) == [0])
        }
    }

    @Test("Packets of many samples are placed by the device's times, or by the index alone")
    func batches() {
        var stream = SimulatedStream(rate: 130, seconds: 300, batch: 73)
        #expect(made(stream, 4) < 0.2)
        stream.device = { _, clock, _ in 599_616_000_000_000_000 + Int64(clock) }
        #expect(made(stream, 4) < 0.2)
    }

    private func made(_ stream: SimulatedStream, _ seed: UInt64) -> Double {
        let (made, alignment) = align(stream, seed: seed)
        return made.error(alignment.times)
    }

    @Test("A slow wander is followed", arguments: 1...3)
    func wander(seed: UInt64) {
        let stream = SimulatedStream(rate: 50, seconds: 1500, wander: (20, 600))
        let (made, alignment) = align(stream, seed: seed)
        #expect(made.error(alignment.times) < 0.05)
        #expect(alignment.lines.count > 10)
        for (place, error) in zip(alignment.times, made.truth).enumerated() {
            let isNear =
                abs(Double(error.0) - error.1) < 20 * Double(alignment.bounds[place]) + 1_000
            #expect(isNear, "reading \(place)")
            if !isNear { break }
        }
    }

    @Test("A line's times are those of its readings")
    func lines() {
        let stream = SimulatedStream(
            rate: 50, seconds: 900, losses: [(100, 2)], isCounted: false, wander: (20, 600))
        let (made, alignment) = align(stream, seed: 8)
        var next = 0
        for line in alignment.lines {
            #expect(line.firstReading == next)
            next = line.lastReading + 1
            for reading in [
                line.firstReading, (line.firstReading + line.lastReading) / 2, line.lastReading,
            ] {
                let time = line.time(of: made.readings.index[reading])
                #expect(abs(time - alignment.times[reading]) <= 2)
            }
        }
        #expect(next == made.truth.count)
        #expect(zip(alignment.times.dropFirst(), alignment.times).allSatisfy { $0 >= $1 })
    }

    @Test("A device clock that is set anew begins a segment")
    func reset() {
        let half = Int(60 * 250)
        let stream = SimulatedStream(device: { number, clock, _ in
            number < half
                ? 900_000_000_000_000 + Int64(clock)
                : 1_546_300_800_000_000_000 + Int64(clock) - 60_000_000_000
        })
        let (made, alignment) = align(stream, seed: 3)
        #expect(alignment.resets == [half])
        #expect(Set(alignment.segments) == [0, 1])
        #expect(made.error(alignment.times) < 0.05)
    }

    @Test("A count that begins anew is another segment")
    func countReset() {
        var made = SimulatedStream().make(seed: 5)
        for place in made.readings.index.indices where place >= 9_000 {
            made.readings.index[place] -= 9_000
        }
        let alignment = Aligner(SimulatedStream().model).align(made.readings)
        #expect(alignment.resets == [9_000])
        #expect(made.error(alignment.times) < 0.05)
        #expect(alignment.losses.allSatisfy { $0.reading == 9_000 && $0.lost == 0 })
    }

    @Test("Wrong device times are named and not used")
    func faults() {
        var marked: [Int: Alignment.Fault] = [:]
        var stream = SimulatedStream(seconds: 60)
        stream.device = { _, clock, _ in 1_000_000_000_000 + Int64(clock) }
        var made = stream.make(seed: 6)
        for place in stride(from: 100, to: made.truth.count - 100, by: 97) {
            switch place % 3 {
            case 0:
                made.readings.device[place] = made.readings.device[place - 1]
                marked[place] = .duplicated
            case 1:
                made.readings.device[place] -= 12_000_000
                marked[place] = .reordered
            default:
                made.readings.device[place] = Int64(place) &* 0x5DEE_CE66D &* 104_729
                marked[place] = .corrupt
            }
        }
        let alignment = Aligner(stream.model).align(made.readings)
        #expect(alignment.faults == marked)
        #expect(made.error(alignment.times) < 0.01)
        #expect(alignment.resets.isEmpty)
    }

    @Test("Device times that mean nothing are passed over")
    func garbage() {
        var stream = SimulatedStream(seconds: 60)
        stream.device = { _, _, random in Int64.random(in: 0..<1 << 50, using: &random) }
        let (made, alignment) = align(stream, seed: 7)
        #expect(made.error(alignment.times) < 0.01)
    }

    @Test("Losses that only device times show are counted")
    func deviceLoss() {
        var stream = SimulatedStream(rate: 130, losses: [(40, 0.5), (70, 2)], isCounted: false)
        stream.device = { _, clock, _ in 1_000_000_000_000 + Int64(clock) }
        let (made, alignment) = align(stream, seed: 7)
        #expect(alignment.losses.map(\.lost) == [65, 260])
        #expect(alignment.resets.isEmpty)
        #expect(made.error(alignment.times) < 0.05)
    }

    @Test("Without a known rate it is never worse than the arrivals")
    func unknownRate() {
        let stream = SimulatedStream()
        let model = ClockModel(kind: .arrival, period: 0, typicalDelay: stream.delay)
        let (made, alignment) = align(stream, seed: 9, model)
        #expect(made.error(alignment.times) < 0.01)
        #expect(abs(alignment.period - 4_000_200) < 1)

        // A device that samples when it likes.
        var random = SeededGenerator(seed: 4)
        var time = 5e12
        var readings = ClockReadings(index: [], arrival: [])
        var truth: [Double] = []
        for number in 0..<3000 {
            time += Double.random(in: 1e6..<200e6, using: &random)
            truth.append(time)
            readings.index.append(Int64(number))
            readings.arrival.append(Int64(time + Double.random(in: 0..<6e6, using: &random)))
        }
        let raw = Aligner(ClockModel(kind: .arrival, period: 0)).align(readings)
        let isRegular = raw.isRegular
        #expect(!isRegular)
        #expect(raw.times == readings.arrival)
        #expect(raw.lines.isEmpty)
    }

    @Test("What was only held up is no loss")
    func stalls() {
        var made = SimulatedStream().make(seed: 11)
        // Nobody read for 0.4 s, again and again; then all came at once.
        for start in stride(from: 500, to: made.truth.count - 500, by: 700) {
            let end = made.readings.arrival[start + 100]
            for place in start..<(start + 100) {
                made.readings.arrival[place] = max(made.readings.arrival[place], end)
            }
        }
        // And once everything was 50 ms slower for ten seconds.
        for place in 20_000..<22_500 { made.readings.arrival[place] += 50_000_000 }
        let alignment = Aligner(SimulatedStream().model).align(made.readings)
        #expect(alignment.losses.isEmpty)
        #expect(alignment.resets.isEmpty)
        #expect(made.error(alignment.times) < 0.01)
    }

    @Test("What stays late by part of a sample is no loss", arguments: 1...4)
    func slightlyLate(seed: UInt64) {
        var stream = SimulatedStream(rate: 1440, seconds: 12, isCounted: false)
        for (share, jitter) in [(0.55, 0.05), (0.6, 0.03), (0.9, 0.03)] {
            stream.jitter = jitter
            for length in [300 + Int(seed) * 200, 5_000] {
                // More than a second of a whole sample can only be a loss.
                if share > 0.65, length > 1_440 { continue }
                var made = stream.make(seed: seed)
                let first = made.truth.count - length
                for place in first..<made.truth.count {
                    made.readings.arrival[place] += Int64(share * 1e9 / 1440)
                }
                let alignment = Aligner(stream.model).align(made.readings)
                #expect(alignment.losses.isEmpty, "\(share), \(length): \(alignment.losses)")
                #expect(Set(alignment.segments) == [0])
                let wrong = made.truth.indices.count {
                    abs(Double(alignment.times[$0]) - made.truth[$0])
                        > Double(alignment.bounds[$0]) + 0.1e6
                }
                #expect(wrong * 20 < made.truth.count, "\(share), \(length): \(wrong)")
                // The same, and the reader was started again there: then nobody knows.
                made.readings.restarts = [first]
                let restarted = Aligner(stream.model).align(made.readings)
                #expect(restarted.losses.map(\.reading) == [first])
            }
        }
    }

    @Test("What is late by less than a turn of the counter is no loss", arguments: 1...8)
    func lateWithinTurn(seed: UInt64) {
        // A turn is 16 ms; a busy machine holds up all that comes for a while, and then no longer.
        let stream = SimulatedStream(rate: 1000, seconds: 12, jitter: 0.5)
        var model = stream.model
        model.kind = .counter
        model.modulus = 16
        for (late, length) in [(8.5e6, 300), (9e6, 2_000), (10e6, 150)] {
            for end in [9_000, 12_000] {
                var made = stream.make(seed: seed)
                for place in (end - length)..<min(end, made.truth.count) {
                    made.readings.arrival[place] += Int64(late)
                }
                for place in made.readings.arrival.indices.dropFirst() {
                    made.readings.arrival[place] = max(
                        made.readings.arrival[place], made.readings.arrival[place - 1])
                }
                let alignment = Aligner(model).align(made.readings)
                #expect(alignment.losses.isEmpty, "\(late), \(length): \(alignment.losses)")
                #expect(Set(alignment.segments) == [0])
            }
        }
    }

    @Test("A sample that is missing is found a second before the end, and doubted behind that")
    func lateLoss() {
        var stream = SimulatedStream(rate: 1440, seconds: 12, isCounted: false, jitter: 0.03)
        stream.losses = [(10.5, 0.0006)]
        let early = Aligner(stream.model).align(stream.make(seed: 3).readings)
        #expect(early.losses.map(\.lost) == [1])
        stream.losses = [(11.5, 0.0006)]
        let made = stream.make(seed: 3)
        let late = Aligner(stream.model).align(made.readings)
        #expect(late.losses.isEmpty)
        let right = made.truth.indices.allSatisfy {
            abs(Double(late.times[$0]) - made.truth[$0]) <= Double(late.bounds[$0]) + 0.1e6
        }
        #expect(right)
    }

    /// A port that is asked every 2.08 ms, for lines that come every 0.69 ms: how late they are rises and falls.
    @Test("What beats with the device's own times is no loss", arguments: 1...40)
    func beat(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream = SimulatedStream(
            rate: 1440, seconds: Double.random(in: 0.4...4, using: &random), isCounted: false,
            jitter: 0)
        var made = stream.make(seed: seed)
        let pause = 3e9 / 1440 * (1 + Double.random(in: -5e-3...5e-3, using: &random))
        var asked = 7e12 + Double.random(in: 0...2e6, using: &random)
        for place in made.truth.indices {
            while asked < made.truth[place] {
                asked += pause
            }
            made.readings.arrival[place] = max(
                Int64(asked) + stream.delay, (made.readings.arrival[max(0, place - 1)]) + 20_000)
        }
        let alignment = Aligner(stream.model).align(made.readings)
        #expect(alignment.losses.isEmpty, "\(alignment.losses)")
    }

    @Test("A silence beyond the stream's own tolerance needs less to be a loss")
    func tolerance() {
        let stream = SimulatedStream(rate: 4, seconds: 121.5, losses: [(100, 20)], isCounted: false)
        let made = stream.make(seed: 14)
        var model = stream.model
        for (tolerance, lost) in [(Int64(2_000_000_000), [Int64(80)]), (60_000_000_000, [])] {
            model.gapTolerance = tolerance
            let alignment = Aligner(model).align(made.readings)
            #expect(alignment.losses.map(\.lost) == lost)
        }
    }

    @Test("Whole turns of a counter that are missing are found")
    func turns() {
        let stream = SimulatedStream(rate: 1000, seconds: 60)
        var made = stream.make(seed: 12)
        let missing = 20_000..<20_048
        made.readings.index.removeSubrange(missing)
        made.readings.arrival.removeSubrange(missing)
        made.truth.removeSubrange(missing)
        for place in 20_000..<made.truth.count { made.readings.index[place] -= 48 }
        var model = stream.model
        model.kind = .counter
        model.modulus = 16
        let alignment = Aligner(model).align(made.readings)
        #expect(alignment.losses.map(\.lost) == [48])
        #expect(alignment.losses.first?.reading == 20_000)
        #expect(made.error(alignment.times) < 0.01)
    }

    @Test("Where a restart was told, the time that passed counts what is missing")
    func restart() {
        var made = SimulatedStream(losses: [(60, 10)], isCounted: false).make(seed: 13)
        let first = made.truth.indices.first { made.truth[$0] > 7e12 + 65e9 } ?? 0
        made.readings.restarts = [first]
        var model = SimulatedStream().model
        model.kind = .counter
        let alignment = Aligner(model).align(made.readings)
        #expect(alignment.losses.map(\.reading) == [first])
        let lost = alignment.losses.first.map { abs($0.lost - 2500) <= $0.lostBound } ?? false
        #expect(lost)
        #expect(made.error(alignment.times) < 0.05)
        #expect(Set(alignment.segments) == [0, 1])
    }

    @Test("What is late to the end for too short a time to say is told", arguments: [0.6, 1.6])
    func undecided(behind: Double) {
        // A counter of 16 shows 3 of 19, and soon behind that nobody counts any more.
        let stream = SimulatedStream(
            rate: 1000, seconds: 40, losses: [(20, 0.019)], isCounted: true, jitter: 0.2)
        var made = stream.make(seed: 3)
        var model = stream.model
        model.kind = .counter
        model.modulus = 16
        let first = made.truth.indices.first { made.truth[$0] > 7e12 + 20.0005e9 } ?? 0
        for place in first..<made.readings.index.count { made.readings.index[place] -= 16 }
        made.readings.breaks = [first]
        made.readings.restarts = [first + Int(behind * 1000)]
        let alignment = Aligner(model).align(made.readings)
        let losses = alignment.losses.filter { $0.reading == first }.map(\.lost)
        #expect(losses == (behind < 1 ? [] : [16]), "\(alignment.losses)")
        #expect(alignment.undecided.map(\.lost) == (behind < 1 ? [16] : []))
        #expect(alignment.undecided.allSatisfy { $0.reading == first })
    }

    @Test("A stretch too short to tell its rate has that of the others", arguments: 1...8)
    func shortStretch(seed: UInt64) {
        let stream = SimulatedStream(
            rate: 500, seconds: 42, losses: [(40, 1.4)], isCounted: false)
        var made = stream.make(seed: seed)
        let first = made.truth.indices.first { made.truth[$0] > 7e12 + 41e9 } ?? 0
        made.readings.restarts = [first]
        let alignment = Aligner(stream.model).align(made.readings)
        #expect(alignment.lines.count >= 2)
        for line in alignment.lines {
            let drift = (line.period / 2_000_000 - 1) * 1e6
            #expect(abs(drift - stream.driftPPM) < 60, "seed \(seed): \(drift) ppm")
        }
        let isCovered = alignment.times.indices.allSatisfy {
            abs(Double(alignment.times[$0]) - made.truth[$0]) <= 2 * Double(alignment.bounds[$0])
        }
        #expect(isCovered)
    }

    @Test("Readings that all waited are no later than those behind them")
    func waited() {
        var made = SimulatedStream(rate: 1000, seconds: 20).make(seed: 15)
        // Between two restarts a reader got one burst alone, 400 ms after its last sample.
        for place in 8_000..<8_300 {
            made.readings.arrival[place] = Int64(made.truth[8_299]) + 405_000_000
        }
        made.readings.restarts = [8_000, 8_300]
        var model = SimulatedStream(rate: 1000).model
        model.kind = .counter
        let alignment = Aligner(model).align(made.readings)
        #expect(zip(alignment.times.dropFirst(), alignment.times).allSatisfy { $0 >= $1 })
        #expect(made.error(alignment.times) < 1)
        for place in 8_000..<8_300 {
            let error = abs(Double(alignment.times[place]) - made.truth[place])
            #expect(error <= Double(alignment.bounds[place]))
        }
        #expect(alignment.bounds[8_100] > 100_000_000)
    }

    @Test(
        "Readings that came behind later ones are put where they belong", arguments: [true, false])
    func reordered(hasDevice: Bool) {
        var stream = SimulatedStream(seconds: 60)
        if hasDevice { stream.device = { _, clock, _ in 1_000_000_000_000 + Int64(clock) } }
        var made = stream.make(seed: 22)
        var swapped: [Int] = []
        for place in stride(from: 50, to: made.truth.count - 50, by: 41) {
            let other = place + 1 + place % 5
            // The reading at `place` comes five or less later.
            made.readings.index.insert(made.readings.index.remove(at: place), at: other)
            made.truth.insert(made.truth.remove(at: place), at: other)
            let arrival = max(made.readings.arrival[other], made.readings.arrival.remove(at: place))
            made.readings.arrival.insert(arrival, at: other)
            if hasDevice {
                made.readings.device.insert(made.readings.device.remove(at: place), at: other)
            }
            swapped.append(other)
        }
        // And once a reading came twice.
        made.readings.index[30] = made.readings.index[29]
        if hasDevice { made.readings.device[30] = made.readings.device[29] }
        made.truth[30] = made.truth[29]
        let alignment = Aligner(stream.model).align(made.readings)
        #expect(made.error(alignment.times) < 0.05)
        let resets = alignment.resets
        #expect(resets.isEmpty)
        let late = alignment.faults.filter { $0.value == .reordered }.keys.sorted()
        #expect(late == swapped)
    }

    @Test("Lateness in stretches is no irregular rate")
    func stretches() {
        var made = SimulatedStream(rate: 10, seconds: 60, jitter: 0.1).make(seed: 21)
        for place in made.truth.indices where place / 20 % 3 == 0 {
            made.readings.arrival[place] += 4_000_000
        }
        let model = ClockModel(kind: .arrival, period: 5e7, typicalDelay: 5_000_000)
        for model in [model, ClockModel(kind: .arrival, period: 0, typicalDelay: 5_000_000)] {
            let alignment = Aligner(model).align(made.readings)
            let isRegular = alignment.isRegular
            #expect(isRegular)
            #expect(made.error(alignment.times) < 0.1)
            #expect(alignment.losses.isEmpty)
        }
    }

    @Test("Coarse stamps shift nothing by more than their step")
    func coarse() {
        var made = SimulatedStream(losses: [(50, 1.5)], isCounted: false).make(seed: 16)
        for place in made.readings.arrival.indices {
            made.readings.arrival[place] =
                (made.readings.arrival[place] + 500_000) / 1_000_000 * 1_000_000
        }
        let alignment = Aligner(SimulatedStream().model).align(made.readings)
        #expect(made.error(alignment.times) < 0.6)
        #expect(alignment.losses.map(\.lost) == [375])
    }

    @Test("Batches keep an unknown rate; where samples are missing within one, its bound says so")
    func batchesAlone() {
        var stream = SimulatedStream(rate: 130, seconds: 200, batch: 73)
        let (made, alignment) = align(
            stream, seed: 17, ClockModel(kind: .arrival, period: 0, typicalDelay: stream.delay))
        let isRegular = alignment.isRegular
        #expect(isRegular)
        #expect(made.error(alignment.times) < 0.5)

        stream.losses = [(100, 3.5)]
        stream.isCounted = false
        let (other, aligned) = align(stream, seed: 18)
        #expect(aligned.losses.map(\.lost) == [455])
        let isCovered = aligned.times.indices.allSatisfy {
            abs(Double(aligned.times[$0]) - other.truth[$0]) <= 4 * Double(aligned.bounds[$0])
        }
        #expect(isCovered)
    }

    @Test("A device's times may be noisy")
    func noisyDevice() {
        var stream = SimulatedStream(seconds: 60)
        stream.device = { _, clock, random in
            1_000_000_000_000 + Int64(clock) + Int64.random(in: -500_000...500_000, using: &random)
        }
        let (made, alignment) = align(stream, seed: 19)
        #expect(made.error(alignment.times) < 0.05)
        #expect(alignment.faults.isEmpty)
        #expect(alignment.resets.isEmpty)
    }

    @Test("Many losses of a sample each, and one near the end")
    func smallLosses() {
        let stream = SimulatedStream(
            losses: (0..<38).map { (Double($0) * 3 + 2, 0.004) } + [(119, 0.5)], isCounted: false)
        let (made, alignment) = align(stream, seed: 20)
        #expect(made.error(alignment.times) < 2)
        let missing = Int64(120 * 250 - made.truth.count)
        #expect(abs(alignment.losses.reduce(0) { $0 + $1.lost } - missing) <= 1)
    }

    @Test("95 of 100 times are within their bound", arguments: [0, 1_000_000])
    func calibration(uncertainty: Int64) {
        var within = 0
        var errors: [Double] = []
        var bounds: [Double] = []
        for seed in 0..<400 as Range<UInt64> {
            var stream = SimulatedStream(rate: 100, seconds: 8)
            var random = SeededGenerator(seed: seed &+ 1_000)
            var model = stream.model
            model.delayUncertainty = uncertainty
            // A sum of twelve is nearly normal.
            let normal = (0..<12).reduce(-6.0) { sum, _ in
                sum + Double.random(in: 0..<1, using: &random)
            }
            stream.delay += Int64(normal / 1.96 * Double(uncertainty))
            let (made, alignment) = align(stream, seed: seed, model)
            let place = Int.random(in: made.truth.indices, using: &random)
            let error = abs(Double(alignment.times[place]) - made.truth[place])
            if error <= Double(alignment.bounds[place]) { within += 1 }
            errors.append(error)
            bounds.append(Double(alignment.bounds[place]))
        }
        // 380 are expected; chance alone moves that by 9 in two of three runs.
        #expect((362...395).contains(within), "\(within) of 400")
        #expect(bounds.sorted()[200] < 3 * errors.sorted()[380])
    }

    @Test("Few or strange readings give times, and never a trap", arguments: 0..<200)
    func strange(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...60, using: &random)
        func any(_ usual: Range<Int64>) -> Int64 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: Int64.random(in: .min ... .max, using: &random)
            case 1: [Int64.min, .max, 0, -1].randomElement(using: &random) ?? 0
            default: Int64.random(in: usual, using: &random)
            }
        }
        var readings = ClockReadings(index: [], arrival: [])
        for place in 0..<count {
            readings.index.append(seed % 3 == 0 ? Int64(place) : any(0..<100))
            readings.arrival.append(any(0..<1_000_000_000))
            if seed % 2 == 0 { readings.device.append(any(0..<1_000_000_000)) }
        }
        readings.restarts = [3, 4, 70, -2]
        let model = ClockModel(
            kind: seed % 5 == 0 ? .counter : .arrival, period: seed % 7 == 0 ? 0 : 1e7,
            modulus: seed % 5 == 0 && seed % 2 == 0 ? 16 : nil)
        let alignment = Aligner(model).align(readings)
        #expect(alignment.times.count == count)
        #expect(alignment.bounds.count == count)
        #expect(alignment.segments.count == count)
        #expect(alignment.bounds.allSatisfy { $0 > 0 })
    }
}
