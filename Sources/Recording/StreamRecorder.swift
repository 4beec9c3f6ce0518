import SessionStore
import Timebase

/// One stream of a session on its way to the store: its clock, and what has not been handed over.
///
/// Confined to the sequencer's thread.
final class StreamRecorder {
    let description: StreamDescription
    var clock: SampleClock
    private var columns: [SampleColumn]
    private var packets: [SamplePacket] = []
    private var firstIndex: Int64
    private var pending = 0
    /// Runs that became as long as a chunk may be while the store was far behind.
    private var full: [SampleRun] = []
    private var fullSamples = 0
    /// Something about the clock changed since its state was last saved.
    private(set) var isDirty = false

    /// Counts for the status, over the session's life.
    private(set) var lost: Int64 = 0
    private(set) var gapCount = 0
    private var gapLosses: [Int64: Int64] = [:]
    private(set) var events: Int64 = 0
    private(set) var lastArrival: Instant?
    private var lastObservation: Instant?
    /// When the newest of what was lost since the last sample came; nil where nothing was.
    private(set) var lostUntil: Instant?

    var id: Int64 { description.id }
    var samples: Int64 { clock.nextIndex }
    var pendingBytes: Int { (pending + fullSamples) * max(1, columns.count) * 8 }

    init(_ description: StreamDescription, model: ClockModel) {
        self.description = description
        clock = SampleClock(model)
        columns = Self.emptyColumns(description)
        firstIndex = 0
    }

    private static func emptyColumns(_ description: StreamDescription) -> [SampleColumn] {
        description.channels.map { $0.storage == .real ? .reals([]) : .integers([]) }
    }

    /// Restores the clock after a crash.
    func restore(_ state: [UInt8]) throws(StateError) {
        var reader = StateReader(state)
        try clock.restore(from: &reader)
        firstIndex = clock.nextIndex
    }

    /// Goes on without the clock's state, which could not be read: everything after this is a new
    /// stretch behind an unknown gap.
    func startAnew(at index: Int64) {
        clock.startAnew(at: index)
        firstIndex = index
        isDirty = true
    }

    /// Takes samples that arrived together.
    func take(
        _ arrived: [SampleColumn], count: Int, arrival: Instant, breaks: [CounterBreak]
    ) {
        guard count > 0, arrived.count == columns.count else { return }
        if (pending + count) * columns.count > SampleBounds.runValues { closeRun() }
        for index in columns.indices { columns[index].append(arrived[index]) }
        packets.append(SamplePacket(count: count, arrival: arrival))
        pending += count
        lastArrival = arrival
        lostUntil = nil
        clock.observe(count: count, arrival: arrival, breaks: breaks)
        isDirty = true
    }

    /// Something that may have cost samples happened to the source.
    func interrupt(_ cause: Gap.Cause, keepsPosition: Bool) {
        clock.interrupt(cause, keepsPosition: keepsPosition)
        isDirty = true
    }

    /// Records of the stream were lost, the last of them at a moment.
    func lost(until time: Instant) { lostUntil = max(lostUntil ?? time, time) }

    /// The machine slept, for so many nanoseconds.
    func sleep(_ duration: Int64) {
        clock.sleep(duration)
        isDirty = true
    }

    /// What arrives until a moment may have waited for so many nanoseconds.
    func waited(_ nanoseconds: Int64, until: Instant) {
        clock.samplesWaited(nanoseconds, until: until)
        isDirty = true
    }

    /// Whether a reading of the device's own clock is to be kept: five a second at most, and each
    /// that follows a loss. A device that stamps every sample would fill the file with them.
    func isObservationDue(at time: Instant, hasBreak: Bool) -> Bool {
        if !hasBreak, let lastObservation, time - lastObservation < 180_000_000 { return false }
        lastObservation = time
        return true
    }

    func countEvents(_ count: Int64, at time: Instant) {
        events += count
        lastArrival = time
    }

    func note(_ gap: Gap) {
        let known = gapLosses.updateValue(gap.lost, forKey: gap.afterIndex)
        if known == nil { gapCount += 1 }
        lost += gap.lost - (known ?? 0)
        // Gaps change only near the end of a stream; the old ones need not be remembered.
        if gapLosses.count > 256, let oldest = gapLosses.keys.min() {
            gapLosses.removeValue(forKey: oldest)
        }
    }

    private func closeRun() {
        guard pending > 0 else { return }
        full.append(
            SampleRun(
                stream: id, firstIndex: firstIndex, count: pending, columns: columns,
                packets: packets))
        fullSamples += pending
        firstIndex += Int64(pending)
        pending = 0
        columns = Self.emptyColumns(description)
        packets = []
    }

    /// Moves what is pending into a batch, with the clock's rows and state.
    func hand(over batch: inout SessionBatch, isLast: Bool) {
        closeRun()
        batch.samples.append(contentsOf: full)
        full.removeAll()
        fullSamples = 0
        let update = isLast ? clock.close() : clock.update()
        for segment in update.segments {
            batch.clockSegments.append(StreamClockSegment(stream: id, segment: segment))
        }
        for gap in update.gaps {
            note(gap)
            batch.gaps.append(StreamGap(stream: id, gap: gap))
        }
        if isDirty {
            var writer = StateWriter()
            clock.save(into: &writer)
            batch.savedStates["clock/\(id)"] = writer.bytes
            isDirty = false
        }
    }
}

extension SampleColumn {
    /// Appends another column's values in place; a column of the other kind is converted.
    mutating func append(_ other: SampleColumn) {
        // The array is taken out of the case, so that it grows in place and is not copied.
        switch consume self {
        case .integers(var values):
            switch other {
            case .integers(let more): values.append(contentsOf: more)
            case .reals(let more): values.append(contentsOf: more.map { Int64(clamping: $0) })
            }
            self = .integers(values)
        case .reals(var values):
            switch other {
            case .integers(let more): values.append(contentsOf: more.lazy.map(Double.init))
            case .reals(let more): values.append(contentsOf: more)
            }
            self = .reals(values)
        }
    }
}
