import SessionStore
import Timebase

/// Puts a stream's samples on the file's grid, record by record.
///
/// **Regular streams**: a point of the grid has the value of the sample that is nearest in time, where one is
/// within half a period. **Irregular ones**: a sample's value stands from the point nearest to it until the
/// next sample's, and not across a gap. Everywhere else there is no value. Used by one thread.
final class EDFGrid {
    /// What became of the samples.
    struct Outcome {
        /// Largest distance of a sample from the point that has its value first, in nanoseconds.
        var largestError: Int64 = 0
        var samples: Int64 = 0
        /// Points that have the value of a sample that another point has as well; of regular streams only.
        var repeated: Int64 = 0
        /// Samples whose value no point has.
        var leftOut: Int64 = 0
        /// Stretches without a value, in nanoseconds since the file's start.
        var missing: [Range<Int64>] = []
    }

    /// How samples are put on points.
    struct Rule {
        /// Points in a record.
        var count: Int
        /// Nanoseconds of a record.
        var record: Int64
        var isRegular: Bool
        /// Nanoseconds from one sample to the next by the stream's own rate; of regular streams.
        var period: Double
    }

    let signals: [EDFSignal]
    let rule: Rule
    private(set) var outcome = Outcome()
    private let export: SessionExport
    private let cursor: SampleCursor
    /// When the file begins, on the monotonic clock.
    private let origin: Instant
    private let gaps: [Gap]
    private var gap = 0
    private var times: [Int64] = []
    private var columns: [[Int32]] = []
    private var place = 0
    /// The sample that points have now, and whether one has it already.
    private var current: Sample?
    private var isTaken = false
    private var following: Sample?
    private var missingFrom: Int64?

    private struct Sample {
        var time: Int64
        var values: [Int32]
    }

    init(
        _ export: SessionExport, _ stream: StreamDescription, _ signals: [EDFSignal], _ rule: Rule,
        origin: Instant
    ) throws {
        self.export = export
        self.signals = signals
        self.rule = rule
        self.origin = origin
        gaps = try export.reader.gaps(stream.id).map(\.gap)
        cursor = try SampleCursor(export, stream: stream.id)
        current = try pull()
        following = try pull()
    }

    /// The next sample.
    private func pull() throws -> Sample? {
        while place >= times.count {
            guard let window = try cursor.next() else { return nil }
            times = window.times.map { $0 - origin }
            columns = signals.map { $0.scale.digits(window.columns[$0.channel], $0.form) }
            place = 0
        }
        defer { place += 1 }
        outcome.samples += 1
        return Sample(time: times[place], values: columns.map { $0[place] })
    }

    private func advance() throws {
        if !isTaken { outcome.leftOut += 1 }
        current = following
        following = try pull()
        isTaken = false
    }

    /// The digits of a record: all points of the first signal, then all of the next.
    func record(_ number: Int64) throws -> [Int32] {
        var digits = [Int32](repeating: 0, count: rule.count * signals.count)
        let period = Double(rule.record) / Double(rule.count)
        for point in 0..<rule.count {
            let offset = (Double(point) * period).rounded()
            let time = number * rule.record + Int64(offset)
            let sample = try value(at: time, period)
            if let sample {
                if let from = missingFrom { outcome.missing.append(from..<time) }
                missingFrom = nil
                for (signal, value) in sample.values.enumerated() {
                    digits[signal * rule.count + point] = value
                }
            } else {
                if missingFrom == nil { missingFrom = time }
                for (signal, known) in signals.enumerated() {
                    digits[signal * rule.count + point] = known.scale.missing
                }
            }
        }
        return digits
    }

    /// Ends the last stretch, and counts the samples that no point got.
    /// - Parameter end: of the file, in nanoseconds since its start.
    func close(at end: Int64) throws {
        if let from = missingFrom { outcome.missing.append(from..<end) }
        missingFrom = nil
        while current != nil { try advance() }
    }

    private func value(at time: Int64, _ period: Double) throws -> Sample? {
        let sample = try rule.isRegular ? nearest(to: time, period) : held(at: time, period)
        guard let sample, export.takes(origin + time) else { return nil }
        if isTaken {
            if rule.isRegular { outcome.repeated += 1 }
        } else {
            isTaken = true
            outcome.largestError = max(outcome.largestError, abs(sample.time - time))
        }
        return sample
    }

    private func nearest(to time: Int64, _ period: Double) throws -> Sample? {
        // Of two at the same distance the earlier one. At a seam of two lines times may go back by less
        // than their bound; what lies behind is not waited for.
        while let next = following, let now = current,
            next.time <= now.time || abs(next.time - time) < abs(now.time - time)
        {
            try advance()
        }
        // Half a period, and one per cent for clocks that are off.
        let limit = Int64(0.505 * max(period, rule.period)) + 1
        guard let now = current, abs(now.time - time) <= limit else { return nil }
        if isTaken { outcome.largestError = max(outcome.largestError, abs(now.time - time)) }
        return now
    }

    private func held(at time: Int64, _ period: Double) throws -> Sample? {
        let reach = time + Int64(period / 2)
        while let next = following, next.time <= reach { try advance() }
        guard let now = current, now.time <= reach else { return nil }
        // Nothing follows the last sample that it could stand until.
        guard following != nil || !isTaken else { return nil }
        let from = origin + now.time
        while gap < gaps.count, gaps[gap].end <= from { gap += 1 }
        if isTaken, gap < gaps.count, gaps[gap].start < origin + time { return nil }
        return now
    }
}

/// One signal of the file.
struct EDFSignal {
    var label: String
    var unit: String
    /// The place of the channel in its stream.
    var channel: Int
    var form: SampleForm
    var scale: EDFScale
}
