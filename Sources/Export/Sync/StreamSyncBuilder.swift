import SessionStore
import Timebase

/// Reads one stream of a session for the report.
struct StreamSyncBuilder {
    let reader: SessionReader
    let stream: StreamDescription
    let gaps: [Gap]
    let from: Instant
    let to: Instant
    private var segments: [ClockSegment] = []
    private var residuals: [Int64] = []
    private var bins: ResidualBins
    /// The newest packet: a chunk may end in the middle of one, whose rest then comes in the next.
    private var open: (arrival: Instant, time: Instant)?
    private var early: Int64 = 0
    private var place = 0

    init(
        reader: SessionReader, stream: StreamDescription, gaps: [Gap], from: Instant, to: Instant
    ) {
        self.reader = reader
        self.stream = stream
        self.gaps = gaps
        self.from = from
        self.to = to
        bins = ResidualBins(from: from, to: to)
    }

    /// - Parameter observations: those of this stream; and so the events.
    mutating func build(
        observations: [ClockObservation], events: [SessionEvent]
    ) throws(SessionStoreError) -> StreamSync {
        segments = try reader.clockSegments(stream.id)
        let keys = stream.channels.isEmpty ? try reader.keystrokes(stream.id) : []
        let isSampled = !stream.channels.isEmpty
        var sync = StreamSync(
            name: stream.name,
            source: isSampled ? .samples : stream.kind == "keys" ? .keys : .events,
            clock: stream.clock.rawValue)
        sync.gaps = gaps
        sync.delay = stream.typicalDelay
        sync.delayUncertainty = stream.delayUncertainty
        sync.hasProfile = !stream.profileName.isEmpty
        if isSampled {
            try addSamples(&sync)
        } else {
            let times = keys.map { ($0.pressed, $0.bound) } + events.map { ($0.time, $0.bound) }
            sync.count = Int64(times.count)
            // A client's clock has segments; its events' own bounds are nearer to what is asked.
            if let first = segments.first, !first.isStamped { addBounds(&sync) }
            sync.setBounds(times.map { (time: $0.0, bound: $0.1) })
        }
        addClock(observations, &sync)
        return sync
    }

    // MARK: Samples

    private mutating func addSamples(_ sync: inout StreamSync) throws(SessionStoreError) {
        sync.count = try reader.sampleCount(of: stream.id)
        if segments.isEmpty || segments[0].isStamped {
            // Each time is the stamp itself: nothing lies between arrival and time.
            if sync.count > 0 {
                let bound = segments.first?.bound ?? stream.delayUncertainty
                sync.boundMedian = bound
                sync.boundWorst = bound
                sync.boundSteps = [(from, bound)]
            }
            return
        }
        addBounds(&sync)
        do {
            try reader.forEachChunk(of: stream.id) { window in
                take(window)
                return true
            }
        } catch let error as SessionStoreError {
            throw error
        } catch {
            throw SessionStoreError(code: .other, message: "\(error)")
        }
        closePacket()
        guard !residuals.isEmpty else { return }
        sync.residuals = bins
        sync.arrivals = Int64(residuals.count)
        sync.early = early
        // In parts, so that no sum leaves 64 bits.
        let mean = residuals.reduce(0.0) { $0 + Double($1) } / Double(residuals.count)
        residuals.sort()
        sync.jitterMean = Int64(clamping: mean.rounded())
        sync.jitter95 = residuals[min(residuals.count - 1, residuals.count * 95 / 100)]
    }

    private mutating func take(_ window: SampleWindow) {
        var next = 0
        for packet in window.packets {
            next += packet.count
            guard next >= 1, next <= window.times.count else { return }
            if let open, open.arrival != packet.arrival { closePacket() }
            open = (packet.arrival, window.times[next - 1])
        }
    }

    private mutating func closePacket() {
        guard let (arrival, time) = open else { return }
        open = nil
        let residual = (arrival - time) &- stream.typicalDelay
        residuals.append(residual)
        bins.add(residual, at: time)
        while place + 1 < segments.count, segments[place + 1].origin <= time { place += 1 }
        if residual < -segments[place].bound { early += 1 }
    }

    /// Medians over samples, not over segments: a segment may hold two samples or two million.
    private func addBounds(_ sync: inout StreamSync) {
        var weights: [(bound: Int64, samples: Int64)] = []
        for (index, segment) in segments.enumerated() {
            let end =
                index + 1 < segments.count
                ? segments[index + 1].firstIndex : max(sync.count, segment.lastIndex + 1)
            guard end > segment.firstIndex else { continue }
            weights.append((segment.bound, end - segment.firstIndex))
            if segment.bound != sync.boundSteps.last?.bound {
                sync.boundSteps.append((segment.origin, segment.bound))
            }
        }
        weights.sort { $0.bound < $1.bound }
        let half = weights.reduce(0) { $0 + $1.samples } / 2
        var sum: Int64 = 0
        for weight in weights {
            sum += weight.samples
            if sum > half {
                sync.boundMedian = weight.bound
                break
            }
        }
        sync.boundWorst = weights.last?.bound
        var time = 0.0
        var weighted = 0.0
        for segment in segments {
            guard let drift = segment.driftPPM else { continue }
            let length = Double(segment.lastIndex - segment.firstIndex) * segment.period
            time += length
            weighted += length * drift
        }
        if time > 0 { sync.driftPPM = weighted / time }
    }

    // MARK: The device's clock

    private func addClock(_ observations: [ClockObservation], _ sync: inout StreamSync) {
        var readings: [(time: Instant, device: Int64)] = []
        var onTheWay: [Int64] = []
        for observation in observations {
            guard let device = observation.deviceTime else { continue }
            if let index = observation.index {
                let time = time(of: index) ?? observation.arrival + -stream.typicalDelay
                readings.append((time, device))
            } else if let sent = observation.sent {
                // Asked: its clock was read in the middle, to within half the way there and back.
                onTheWay.append(observation.arrival - sent)
                readings.append((sent + (observation.arrival - sent) / 2, device))
            } else {
                readings.append((observation.arrival + -stream.typicalDelay, device))
            }
        }
        let offsets = DeviceClockOffsets(readings)
        sync.offset = offsets.offset
        sync.resets = offsets.resets
        sync.strays = offsets.strays
        if sync.driftPPM == nil { sync.driftPPM = offsets.driftPPM }
        onTheWay.sort()
        sync.roundTripLeast = onTheWay.first
        sync.roundTripMedian = onTheWay.isEmpty ? nil : onTheWay[onTheWay.count / 2]
    }

    /// The time of a sample on its segment's line; nil where there is none.
    private func time(of index: Int64) -> Instant? {
        guard let first = segments.first, !first.isStamped, index >= first.firstIndex else {
            return nil
        }
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].firstIndex <= index { low = middle + 1 } else { high = middle }
        }
        return segments[low - 1].time(of: index)
    }
}
