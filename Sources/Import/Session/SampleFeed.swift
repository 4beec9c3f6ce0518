import Link
import SessionStore
import Timebase

/// Brings the samples of one stream into a session: gives each a time, finds where samples are missing, and hands
/// them on in packets.
///
/// Memory holds what waits for its time, and a few thousand samples more. Used by one thread.
final class SampleFeed {
    /// Columns, or rows of texts, of samples that wait.
    enum Values {
        case columns([SampleColumn])
        case texts([[String]])
    }

    /// What begins with a sample.
    enum Cut {
        /// Samples are missing before it.
        case gap(
            Gap.Cause, lost: Int64, bound: Int64, from: Int64? = nil, until: Int64? = nil)
        /// Times are known to another bound from it on.
        case bound(Int64)
    }

    let stream: Int64
    private let clock: StreamClock
    private let recorder: RecorderTime
    private let step: Double
    private let builder: SessionBuilder
    /// Whether the sender's own stamps are kept as a channel.
    private let keepsStamps: Bool
    /// Whether times are as right as they can be, so that each sample keeps its own.
    private let isAligned: Bool
    /// Samples in a packet, where there are too many for each to be one.
    private let grouping: Int
    private var cleaner: StampCleaner
    /// What is known of aligned times beforehand: gaps behind moments, and other bounds from moments on; by time.
    private var known: ArraySlice<(time: Int64, cut: Cut)>
    private var raw: [Double] = []
    /// Where in the file each of them stands.
    private var positions: [Int64] = []
    private var values: Values
    /// Losses before samples that wait, by their place among them.
    private var losses: [(place: Int, lost: Int)] = []
    private var stretch = 0
    private var before: (stamp: Double, time: Int64)?
    /// Whether something is missing before the next sample.
    private var isBehindDamage = false
    /// What is added because a clock jumped and nothing tells by how much.
    private var unexplained: Int64 = 0
    private var deviation = 0.0
    /// Whether samples without a stamp go into the packet of the next one that has one: right where a line
    /// carries the times, since what was counted on tells nothing of the clock, and makes delays look alike.
    private let groupsDeduced: Bool
    private let longestDeduced: Int
    /// Whether there are packets of several samples.
    private(set) var hasGroups = false
    private(set) var samples: Int64 = 0
    /// Some samples of a stream with a rate, by their ordinals, and the times that their stamps give.
    private(set) var checkpoints: [(index: Int64, time: Int64)] = []
    private var checkpointStep = 8
    private static let mostCheckpoints = 8192
    private var waits = (count: 0, sum: 0.0)
    private(set) var resets = 0
    private(set) var unexplainedJumps = 0
    /// Samples from before the sender's clock was compared, which then began anew.
    private(set) var guesses = 0
    /// Samples that are not where their stamps are, since their neighbours' contradict that.
    private(set) var disordered = 0

    private static let atOnce = 1 << 13
    /// Nanoseconds by which a stamp may be late that is still one.
    private static let latest: Int64 = 1_000_000_000
    /// Seconds, and samples, without a stamp that are put into one packet at most.
    private static let longestGroup = (seconds: 5.0, samples: 4096)

    init(
        stream: Int64, values: Values, clock: StreamClock, recorder: RecorderTime,
        step: Double, isAligned: Bool = false,
        known: [(time: Int64, cut: Cut)] = [], keepsStamps: Bool, grouping: Int,
        groupsDeduced: Bool = true, builder: SessionBuilder
    ) {
        self.stream = stream
        self.values = values
        self.clock = clock
        self.recorder = recorder
        self.step = step
        self.isAligned = isAligned
        self.known = known[...]
        self.keepsStamps = keepsStamps
        self.grouping = max(1, grouping)
        self.builder = builder
        self.groupsDeduced = groupsDeduced
        longestDeduced =
            step > 0
            ? min(Self.longestGroup.samples, Int(Self.longestGroup.seconds / step)) : 0
        cleaner = StampCleaner(step: step, lives: clock.lives)
    }

    /// Stamps that were given, and were not used.
    var replaced: Int { cleaner.replaced + tooEarly }
    private var tooEarly = 0

    /// 95% bound of what the clocks' relation is off, in nanoseconds.
    var bound: Int64 { Int64(clamping: (1.96 * deviation * 1e9).rounded(.up)) }

    /// Takes in samples.
    /// - Parameters:
    ///   - stamps: on the sender's clock in seconds; NaN where there is none.
    ///   - position: where in the file they stand.
    ///   - losses: places before which samples are missing, and how many; -1 where nobody knows.
    func add(
        _ stamps: [Double], _ more: Values, at position: Int64 = 0,
        losses: [(before: Int, lost: Int)] = []
    ) throws(ImportError) {
        var next = losses[...]
        for (place, stamp) in stamps.enumerated() {
            var isBehindDamage = self.isBehindDamage
            self.isBehindDamage = false
            while let loss = next.first, loss.before <= place {
                isBehindDamage = true
                if loss.lost > 0 { self.losses.append((raw.count, loss.lost)) }
                next = next.dropFirst()
            }
            cleaner.add(stamp, isBehindDamage: isBehindDamage)
            raw.append(stamp)
            positions.append(position)
        }
        if let loss = next.first { behind(loss.lost) }
        append(more)
        if raw.count - cleaner.waitingCount >= Self.atOnce { try flush() }
    }

    /// Something is missing before the next sample.
    func behind(_ lost: Int) {
        isBehindDamage = true
        if lost > 0 { losses.append((raw.count, lost)) }
    }

    private func append(_ more: Values) {
        switch (values, more) {
        case (.columns(var own), .columns(let other)):
            values = .columns([])
            for channel in own.indices { own[channel].add(other[channel]) }
            values = .columns(own)
        case (.texts(var own), .texts(let other)):
            values = .texts([])
            own += other
            values = .texts(own)
        default: break
        }
    }

    /// There are no more samples.
    func finish() throws(ImportError) {
        cleaner.finish()
        try flush()
        for (time, cut) in known {
            // Behind the last sample.
            guard case .gap(let cause, let lost, let bound, let start, let end) = cut else {
                continue
            }
            try builder.gap(
                stream, cause, lost: lost, bound: bound, from: start, until: end ?? time)
        }
        builder.widen(stream, to: bound)
    }

    // MARK: - Handing on

    private func flush() throws(ImportError) {
        var stamps = cleaner.take()
        guard !stamps.isEmpty else { return }
        let count = stamps.count
        var times: [Int64] = []
        times.reserveCapacity(count)
        /// Places before which something is missing.
        var cuts: [(place: Int, cut: Cut)] = []
        var loss = losses[...]
        let last = before?.time
        for (place, stamp) in stamps.enumerated() {
            let (time, isCut) = moved(stamp.time, at: positions[place])
            var lost: Int64 = 0
            while let first = loss.first, first.place <= place {
                lost += Int64(first.lost)
                loss = loss.dropFirst()
            }
            if isCut {
                cuts.append((place, .gap(.restart, lost: 0, bound: .max)))
            } else if lost > 0, step > 0, let before, agrees(lost, stamp.time - before.stamp) {
                cuts.append((place, .gap(.corrupt, lost: lost, bound: 0)))
            }
            while let next = known.first, Self.begins(next.cut, next.time, by: time) {
                cuts.append((place, next.cut))
                known = known.dropFirst()
            }
            before = (stamp.time, time)
            times.append(time)
        }
        if step > 0, !isAligned {
            for early in EarlyStampFinder(step: step).early(times)
            where stamps[early.place].isGiven {
                let floor = times[early.place - 1]
                times[early.place] = min(max(floor, early.due), max(floor, times[early.place + 1]))
                stamps[early.place].isGiven = false
                tooEarly += 1
            }
            let found = SilenceFinder(step: step).silences(times, behind: last)
            let taken = Set(cuts.map(\.place))
            for silence in found where !taken.contains(silence.place) {
                cuts.append(
                    (
                        silence.place,
                        .gap(
                            .disconnect, lost: silence.lost ?? 0,
                            bound: silence.lost == nil ? .max : 0)
                    ))
            }
            cuts.sort { $0.place < $1.place }
        }
        losses = loss.map { ($0.place - count, $0.lost) }
        try hand(times, stamps, cuts)
        raw.removeFirst(count)
        positions.removeFirst(count)
    }

    /// Whether what is known beforehand lies before a sample of this time.
    private static func begins(_ cut: Cut, _ moment: Int64, by time: Int64) -> Bool {
        if case .gap = cut { return time > moment }
        return time >= moment
    }

    /// Whether a count of lost samples is what the time between two stamps says.
    private func agrees(_ lost: Int64, _ passed: Double) -> Bool {
        abs(passed / step - Double(lost + 1)) <= max(0.75, 0.02 / step)
    }

    /// A moment of the sender's clock on the session's, and whether the sender's clock began anew right before.
    private func moved(_ stamp: Double, at position: Int64) -> (time: Int64, isCut: Bool) {
        if clock.isUnknown(at: position) {
            guesses += 1
            let time = recorder.nanoseconds(clock.guess(stamp))
            return (max(time, before?.time ?? time), false)
        }
        // The first sample that was compared.
        var isCut = guesses > 0 && resets == 0
        if isCut { resets = 1 }
        let passed = before.map { stamp - $0.stamp - step } ?? 0
        let next = clock.stretch(of: stamp, after: stretch, step: passed, at: position)
        if next != stretch {
            stretch = next
            resets += 1
            unexplained = 0
            isCut = true
        }
        let (seconds, deviation) = clock.map(stamp, in: stretch)
        self.deviation = max(self.deviation, min(deviation, 1e6))
        var time = recorder.nanoseconds(seconds) &+ unexplained
        if let before, time < before.time - 1_000_000_000 {
            // The sender's clock went back, and no offset tells by how much: samples go on behind one another.
            let due = before.time &+ max(1, Int64(clamping: step * 1e9))
            if isCut { unexplained = 0 }
            unexplained = unexplained &+ (due &- time)
            time = due
            unexplainedJumps += 1
            isCut = true
        }
        return (min(max(time, -RecorderTime.largest), RecorderTime.largest), isCut)
    }

    private func hand(
        _ times: [Int64], _ stamps: [StampCleaner.Stamp],
        _ cuts: [(place: Int, cut: Cut)]
    ) throws(ImportError) {
        var ordered = times
        var start = 0
        if step > 0, !isAligned { check(times, stamps) }
        for (number, end) in (cuts.map(\.place) + [times.count]).enumerated() {
            if start < end {
                order(&ordered, start..<end)
                try hand(ordered, stamps, start..<end)
            }
            if number < cuts.count {
                let time = times[cuts[number].place]
                switch cuts[number].cut {
                case .gap(let cause, let lost, let bound, let start, _):
                    try builder.gap(
                        stream, cause, lost: lost, bound: bound, from: start, until: time)
                case .bound(let bound): builder.begin(stream, bound: bound, at: time)
                }
            }
            start = end
        }
        switch values {
        case .columns(var columns):
            values = .columns([])
            for channel in columns.indices { columns[channel].removeFirst(times.count) }
            values = .columns(columns)
        case .texts(var rows):
            values = .texts([])
            rows.removeFirst(times.count)
            values = .texts(rows)
        }
        samples += Int64(times.count)
    }

    /// 95% bound of what stamps that come at a rate are late, in nanoseconds: delays that are distributed exponentially lie
    /// below three times their mean, which is that of the differences of two.
    var jitter: Int64 {
        waits.count == 0 ? 0 : Int64(clamping: (3 * waits.sum / Double(waits.count)).rounded(.up))
    }

    private func check(_ times: [Int64], _ stamps: [StampCleaner.Stamp]) {
        for place in times.indices.dropFirst() where stamps[place].isGiven {
            let off = abs(Double(times[place] &- times[place - 1]) - step * 1e9)
            // Pauses are none.
            guard off < 1e9, off < 20e9 * step else { continue }
            waits = (waits.count + 1, waits.sum + off)
        }
        for place in times.indices
        where stamps[place].isGiven && (samples + Int64(place)) % Int64(checkpointStep) == 0 {
            checkpoints.append((samples + Int64(place), times[place]))
        }
        guard checkpoints.count > Self.mostCheckpoints else { return }
        checkpointStep *= 2
        checkpoints.removeAll { $0.index % Int64(checkpointStep) != 0 }
    }

    /// Later samples do not come earlier: one that came late shows by those behind it how late it was. Events stay as
    /// they are, since they need no order.
    private func order(_ times: inout [Int64], _ range: Range<Int>) {
        if case .texts = values { return }
        if !isAligned {
            for place in range.dropLast().reversed() where times[place] > times[place + 1] {
                // Without a rate, one that is far earlier tells nothing of those before.
                guard step > 0 || times[place] &- times[place + 1] < Self.latest else { continue }
                times[place] = times[place + 1]
                // At a rate that is what jitter is.
                if step <= 0 { disordered += 1 }
            }
        }
        for place in range {
            let floor =
                place > range.lowerBound
                ? times[place - 1] : (builder.streams[stream]?.last ?? .min)
            if times[place] < floor {
                times[place] = floor
                disordered += 1
            }
        }
    }

    private func hand(
        _ times: [Int64], _ stamps: [StampCleaner.Stamp], _ range: Range<Int>
    ) throws(ImportError) {
        switch values {
        case .texts(let rows):
            for place in range { try event(rows[place], times[place], raw[place]) }
        case .columns(let columns):
            var kept = columns.map { $0.part(range) }
            if keepsStamps { kept.append(.reals(Array(raw[range]))) }
            let most = max(1, min(Self.atOnce, (1 << 20) / max(1, kept.count)))
            var first = 0
            while first < range.count {
                let part = first..<min(range.count, first + most)
                let within =
                    (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound)
                try builder.append(
                    stream, packets(times, stamps, within), kept.map { $0.part(part) })
                first = part.upperBound
            }
        }
    }

    /// The packets in which samples came: one each, or some together where there are too many.
    private func packets(
        _ times: [Int64], _ stamps: [StampCleaner.Stamp], _ range: Range<Int>
    ) -> [SamplePacket] {
        var packets: [SamplePacket] = []
        guard step > 0, !isAligned else {
            for place in range {
                let arrival = Instant(nanoseconds: times[place])
                if let last = packets.last, last.arrival == arrival {
                    packets[packets.count - 1].count += 1
                } else {
                    packets.append(SamplePacket(count: 1, arrival: arrival))
                }
            }
            return packets
        }
        var first = range.lowerBound
        /// The next one with a stamp.
        var given = first
        while first < range.upperBound {
            // Those that nobody stamped say nothing of the clock that the next stamped one does not.
            while given < range.upperBound, given < first || !stamps[given].isGiven { given += 1 }
            var last = first
            if groupsDeduced, given > first, given - first <= longestDeduced {
                last = given - 1
                // What was lost before the stamped one was not lost before those. Where none is left, the next
                // samples to be handed on have it.
                if given < range.upperBound {
                    let wait = Double(times[given] - times[given - 1]) / 1e9
                    if abs(wait - step) < max(1.5 * step, 2e-3) { last = given }
                }
            }
            last = min(range.upperBound - 1, max(last, first + grouping - 1))
            if last > first { hasGroups = true }
            var arrival = times[last]
            for place in first..<last where stamps[place].isGiven {
                // Of many, the least late one tells the clock.
                let way = (Double(last - place) * step * 1e9).rounded()
                arrival = min(arrival, times[place] &+ Int64(clamping: way))
            }
            arrival = max(arrival, packets.last?.arrival.nanoseconds ?? .min)
            packets.append(
                SamplePacket(count: last - first + 1, arrival: Instant(nanoseconds: arrival)))
            first = last + 1
        }
        return packets
    }

    private func event(
        _ texts: [String], _ time: Int64, _ stamp: Double
    ) throws(ImportError) {
        var payload: [String: JSONValue] = ["value": .string(texts.first ?? "")]
        if texts.count > 1 { payload["values"] = .array(texts.map(JSONValue.string)) }
        if keepsStamps, stamp.isFinite { payload["lsl_time_s"] = .real(stamp) }
        try builder.event(
            stream, kind: "marker", at: time, bound: bound, JSONValue.object(payload).text)
    }
}
