import Timebase

/// How far an alignment lies from the truth, over one recording. Milliseconds.
struct AlignErrors: Sendable {
    var bias = 0.0
    /// Standard deviation within the recording.
    var deviation = 0.0
    var rms = 0.0
    /// The largest error of a sample.
    var worst = 0.0

    init(bias: Double, deviation: Double, rms: Double, worst: Double) {
        self.bias = bias
        self.deviation = deviation
        self.rms = rms
        self.worst = worst
    }

    /// - Parameter errors: of each sample, in nanoseconds.
    init(_ errors: some Sequence<Double>) {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0
        var largest = 0.0
        for error in errors {
            count += 1
            sum += error
            squares += error * error
            largest = max(largest, abs(error))
        }
        guard count > 0 else { return }
        let mean = sum / count
        bias = mean / 1e6
        deviation = max(0, squares / count - mean * mean).squareRoot() / 1e6
        rms = (squares / count).squareRoot() / 1e6
        worst = largest / 1e6
    }
}

extension AlignSimulation {
    /// Of arrival times as they are: each sample has its packet's.
    func errorsOfArrival() -> AlignErrors {
        AlignErrors(
            truth.indices.lazy.map { Double(readings.arrival[$0 / batch] - truth[$0]) })
    }

    /// - Throws: where the alignment is not one of these readings.
    func errors(of alignment: Alignment) throws -> AlignErrors {
        let times = try sampleTimes(alignment)
        return AlignErrors(truth.indices.lazy.map { Double(times[$0] - truth[$0]) })
    }

    /// The aligned time of each sample: those before a packet's last lie on its line, where there is
    /// one, and have its time where there is none.
    func sampleTimes(_ alignment: Alignment) throws -> [Int64] {
        let count = readings.index.count
        guard alignment.times.count == count, alignment.bounds.count == count else {
            throw BenchmarkError(
                "\(count) readings became \(alignment.times.count) times "
                    + "with \(alignment.bounds.count) bounds.")
        }
        guard batch > 1 else { return alignment.times }
        var times: [Int64] = []
        times.reserveCapacity(truth.count)
        var lines = alignment.lines[...]
        for reading in 0..<count {
            while let line = lines.first, line.lastReading < reading { lines.removeFirst() }
            for place in 0..<batch {
                let index = readings.index[reading] - Int64(batch - 1 - place)
                let time = place + 1 == batch ? nil : lines.first?.time(of: index)
                times.append(time ?? alignment.times[reading])
            }
        }
        return times
    }
}
