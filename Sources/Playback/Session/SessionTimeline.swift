import SessionStore
import Timebase

/// A session's turns, keys, events, marks, phases and gaps in the order of time.
///
/// Turns, phases, gaps and clock segments, of which there are few, are held; keys and events are
/// read a window at a time. Works on finished files and on one that is being recorded, which
/// `refresh` looks at anew. Belongs to one thread.
public final class SessionTimeline {
    /// The file.
    public let path: String
    public private(set) var reader: SessionReader
    public private(set) var session: SessionRow
    public private(set) var streams: [StreamDescription] = []
    /// In the order in which they were sent.
    public private(set) var turns: [Turn] = []
    public private(set) var phases: [Phase] = []
    /// In the order of their start.
    public private(set) var gaps: [StreamGap] = []
    /// From the first to the last thing that the session holds.
    public private(set) var range: ClosedRange<Instant>
    /// Turns, phases and gaps in the order of time.
    public private(set) var notes: [Happening] = []
    /// The marks of the whole session, in the order of time.
    public private(set) var marks: [Happening] = []
    private let alignment: AlignmentChoice
    /// Nanoseconds of the shortest window in which marks are looked for.
    private static let marksWindow: Int64 = 600_000_000_000
    private var segments: [ClockSegment] = []
    /// Up to where `marks` will not change any more.
    private var marksKnown = Instant(nanoseconds: .min)

    /// Opens a session file.
    /// - Parameter alignment: whose times are played.
    public init(
        path: String, alignment: AlignmentChoice = .newest
    ) throws(SessionStoreError) {
        self.path = path
        self.alignment = alignment
        reader = try SessionReader.open(at: path, alignment: alignment)
        session = try reader.session()
        range = session.description.started...session.description.started
        try refresh()
    }

    /// Where times are counted from.
    public var start: Instant { session.description.started }
    /// Whether the session is still being recorded.
    public var isLive: Bool { session.state == .recording }

    /// Reads what may have changed since: for a file that is being recorded.
    public func refresh() throws(SessionStoreError) {
        session = try reader.session()
        streams = try reader.streams()
        turns = try reader.turns()
        phases = try reader.phases()
        gaps = try reader.gaps().sorted { ($0.gap.start, $0.gap.end) < ($1.gap.start, $1.gap.end) }
        segments = []
        for stream in streams where !stream.channels.isEmpty {
            segments += try reader.clockSegments(stream.id)
        }
        range = try wholeRange()
        notes = makeNotes().sorted(by: Happening.isBefore)
        try refreshMarks()
    }

    /// Opens the file again, as after its recording was replaced by its finished form.
    public func reopen() throws(SessionStoreError) {
        let opened = try SessionReader.open(at: path, alignment: alignment)
        try? reader.close()
        reader = opened
        try refresh()
    }

    /// The phase at a moment; nil between phases.
    public func phase(at time: Instant) -> Phase? {
        phases.last { $0.started <= time && ($0.ended.map { time < $0 } ?? true) }
    }

    /// The largest clock bound of the samples around a moment, in nanoseconds; nil where no stream
    /// has any.
    public func bound(at time: Instant) -> Int64? {
        segments.filter { $0.origin <= time && time <= $0.time(of: $0.lastIndex) + 1_000_000_000 }
            .map(\.bound).max()
    }

    /// Everything in `from..<to`, in the order of time.
    public func happenings(from: Instant, to: Instant) throws(SessionStoreError) -> [Happening] {
        var found = notes.filter { from <= $0.time && $0.time < to }
        found += try events(from: from, to: to)
        found += try reader.keystrokes(from: from, to: to).map {
            Happening(time: $0.pressed, kind: .key, subject: "", text: $0.keyClass, bound: $0.bound)
        }
        return found.sorted(by: Happening.isBefore)
    }

    /// Hands out everything in `from..<to` in the order of time, holding `window` nanoseconds of it
    /// at once.
    /// - Parameter body: returns false to end early.
    public func forEachHappening(
        from: Instant, to: Instant, window: Int64 = 60_000_000_000,
        _ body: (Happening) throws -> Bool
    ) throws {
        var next = from
        var length = max(window, 1)
        while next < to {
            let end = min(to, next + length)
            let found = try happenings(from: next, to: end)
            for happening in found {
                guard try body(happening) else { return }
            }
            next = end
            length = Self.length(after: found.count, length, least: max(window, 1))
        }
    }

    /// Nanoseconds of the next window to look at: longer ones where little happens, since a file may say
    /// that it lasts for years.
    private static func length(after found: Int, _ length: Int64, least: Int64) -> Int64 {
        found < 256 ? min(length, Int64.max / 2) * 2 : least
    }

    /// Events and marks in `from..<to`.
    public func events(from: Instant, to: Instant) throws(SessionStoreError) -> [Happening] {
        try reader.events(from: from, to: to).map(EventText.happening)
    }

    /// Key presses of all streams in `from..<to`, by time.
    public func keyTimes(from: Instant, to: Instant) throws(SessionStoreError) -> [Instant] {
        try reader.keystrokes(from: from, to: to).map(\.pressed).sorted()
    }

    /// The first turn sent after a moment.
    public func turn(after time: Instant) -> Turn? { turns.first { $0.sent > time } }

    /// The last turn sent before a moment.
    public func turn(before time: Instant) -> Turn? { turns.last { $0.sent < time } }

    /// Time of the first event, mark or phase after a moment.
    public func eventTime(after time: Instant) throws(SessionStoreError) -> Instant? {
        let phase = phases.flatMap(Self.times).filter { $0 > time }.min()
        var step: Int64 = 60_000_000_000
        var from = time + 1
        while from <= range.upperBound {
            if let phase, phase < from { return phase }
            let to = from + step
            if let event = try reader.events(from: from, to: to).first {
                return min(event.time, phase ?? event.time)
            }
            from = to
            step = step.multipliedReportingOverflow(by: 4).partialValue
        }
        return phase
    }

    /// Time of the last event, mark or phase before a moment.
    public func eventTime(before time: Instant) throws(SessionStoreError) -> Instant? {
        let phase = phases.flatMap(Self.times).filter { $0 < time }.max()
        var step: Int64 = 60_000_000_000
        var to = time
        while to > range.lowerBound {
            if let phase, phase >= to { return phase }
            let from = to + -step
            if let event = try reader.events(from: from, to: to).last {
                return max(event.time, phase ?? event.time)
            }
            to = from
            step = step.multipliedReportingOverflow(by: 4).partialValue
        }
        return phase
    }

    private static func times(_ phase: Phase) -> [Instant] {
        [phase.started] + (phase.ended.map { [$0] } ?? [])
    }

    private func wholeRange() throws(SessionStoreError) -> ClosedRange<Instant> {
        var first = start
        var last = max(start, session.stopped ?? start)
        func include(_ time: Instant?) {
            guard let time else { return }
            first = min(first, time)
            last = max(last, time)
        }
        include(turns.first?.sent)
        include(turns.last?.sent)
        for phase in phases { Self.times(phase).forEach(include) }
        for gap in gaps {
            include(gap.gap.start)
            include(gap.gap.end)
        }
        for stream in streams where !stream.channels.isEmpty {
            if let range = try reader.timeRange(of: stream.id) {
                include(range.first)
                include(range.last)
            }
        }
        // Of keys and events only those outside the range known so far matter.
        for time in try reader.events(to: first).map(\.time) { include(time) }
        for time in try reader.events(from: last).map(\.time) { include(time) }
        for time in try reader.keystrokes(to: first).map(\.pressed) { include(time) }
        for time in try reader.keystrokes(from: last).map(\.pressed) { include(time) }
        return first...last
    }

    /// Reads marks a stretch at a time, of a recording only those of the last minute and later.
    private func refreshMarks() throws(SessionStoreError) {
        var next = max(range.lowerBound, marksKnown)
        marks.removeAll { $0.time >= next }
        var length = Self.marksWindow
        while next <= range.upperBound {
            let end = next + length
            let found = try events(from: next, to: end)
            marks += found.filter { $0.kind == .mark }
            next = end
            length = Self.length(after: found.count, length, least: Self.marksWindow)
        }
        marksKnown = range.upperBound + -60_000_000_000
    }

    private func makeNotes() -> [Happening] {
        let names = Dictionary(uniqueKeysWithValues: streams.map { ($0.id, $0.name) })
        var notes = turns.map {
            Happening(
                time: $0.sent, kind: .turn, subject: $0.author, text: $0.text, bound: $0.bound)
        }
        for (index, phase) in phases.enumerated() {
            notes.append(
                Happening(time: phase.started, kind: .phase, subject: phase.name, text: ""))
            // Where the next phase begins at once, its beginning says enough.
            let next = index + 1 < phases.count ? phases[index + 1].started : nil
            if let ended = phase.ended, ended != next {
                notes.append(
                    Happening(time: ended, kind: .phase, subject: phase.name, text: "ended"))
            }
        }
        notes += gaps.map {
            EventText.happening($0.gap, stream: names[$0.stream] ?? "stream \($0.stream)")
        }
        return notes
    }
}
