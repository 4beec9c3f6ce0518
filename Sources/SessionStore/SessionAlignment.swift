import Timebase

/// Puts all streams of a session on the station's clock anew, from what the file holds of packets,
/// known losses and the devices' own times.
///
/// One stream after the other, so that memory holds the readings of one: for an hour at 1000 Hz with
/// each sample a packet of its own about 150 MB, for the usual packets far less.
struct SessionAlignment {
    /// How a stream is aligned; tests put another in its place.
    typealias Estimate = @Sendable (ClockModel, ClockReadings) -> Alignment

    /// What came of one stream.
    struct Result {
        var stream: StreamDescription
        var segments: [ClockSegment]
        var gaps: [Gap]
        /// What changed; nil for streams that are not aligned (their samples have times of their
        /// own, or there are none), whose rows stay as they were.
        var change: AlignedStream?
    }

    static let estimate: Estimate = { model, readings in Aligner(model).align(readings) }

    let estimate: Estimate

    init(_ estimate: @escaping Estimate = SessionAlignment.estimate) { self.estimate = estimate }

    /// Aligns a stream.
    /// - Parameters:
    ///   - segments: those that readers take until now, and that stay where this fails.
    ///   - gaps: the same.
    ///   - recorded: the gaps of the session file, which hold what is known of losses.
    ///   - sleeps: those of the machine, in order.
    func align(
        _ stream: StreamDescription, _ samples: SampleRows, segments: [ClockSegment], gaps: [Gap],
        recorded: [Gap], observations: [(index: Int64, time: Int64)], sleeps: [MachineSleep]
    ) throws(SessionStoreError) -> Result {
        var result = Result(stream: stream, segments: segments, gaps: gaps)
        // Samples of no rate, such as the intervals between heartbeats, are as irregular as they came:
        // a line would smooth away what they tell.
        guard !stream.channels.isEmpty, stream.clock != .stamped, stream.clockModel.period > 0
        else {
            return result
        }
        let readings = try StreamReadings(
            stream, samples, gaps: recorded, observations: observations)
        guard !readings.ordinals.isEmpty else { return result }
        var change = AlignedStream(stream: stream.id, name: stream.name)
        change.samples = readings.sampleCount
        change.oldBound = segments.map(\.bound).max()
        do throws(AlignmentRefusal) {
            try readings.checkTimes()
            let alignment = estimate(stream.clockModel, readings.clock)
            let aligned = try StreamAlignment(stream, readings, alignment, sleeps)
            result.segments = aligned.segments
            result.gaps = aligned.gaps
            change.faults = alignment.faults.count
            change.resets = alignment.resets.count
            change.largestShift = readings.largestShift(from: segments, to: aligned.segments)
        } catch {
            change.refusal = error.reason
        }
        change.newBound = result.segments.map(\.bound).max()
        change.segments = result.segments.count
        change.gaps = result.gaps.count
        change.lost = result.gaps.reduce(0) { $0 &+ $1.lost }
        result.change = change
        return result
    }
}

extension StreamReadings {
    /// Numbers that only a damaged file has must not reach the estimator's arithmetic.
    fileprivate func checkTimes() throws(AlignmentRefusal) {
        let possible = -(Int64(1) << 61)...(Int64(1) << 61)
        guard clock.arrival.allSatisfy({ possible.contains($0) }),
            clock.device.allSatisfy({ $0 == ClockReadings.none || possible.contains($0) })
        else { throw AlignmentRefusal(reason: "an arrival or a device time is impossible") }
    }

    /// Nanoseconds by which the time of a reading's sample changes at most.
    fileprivate func largestShift(from old: [ClockSegment], to new: [ClockSegment]) -> Int64 {
        var largest: Int64 = 0
        var before = TimeWalk(old)
        var after = TimeWalk(new)
        for (place, ordinal) in ordinals.enumerated() {
            let arrival = Instant(nanoseconds: clock.arrival[place])
            let shift = before.time(of: ordinal, arrival) - after.time(of: ordinal, arrival)
            largest = max(largest, Int64(clamping: shift.magnitude))
        }
        return largest
    }

    /// Times of rising ordinals by a stream's segments.
    private struct TimeWalk {
        let segments: [ClockSegment]
        var place = 0

        init(_ segments: [ClockSegment]) { self.segments = segments }

        mutating func time(of ordinal: Int64, _ arrival: Instant) -> Instant {
            while place + 1 < segments.count, segments[place + 1].firstIndex <= ordinal {
                place += 1
            }
            guard place < segments.count, !segments[0].isStamped else { return arrival }
            return segments[place].time(of: ordinal)
        }
    }
}
