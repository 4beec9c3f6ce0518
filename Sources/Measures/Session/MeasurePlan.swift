import SessionStore
import Timebase

/// What measures have to know of a session beside its signals.
public struct MeasurePlan: Sendable {
    /// A phase as it took place.
    public struct PhasePart: Hashable, Sendable {
        public var name: String
        public var from: Instant
        public var to: Instant
        /// Which baseline it is; nil for other phases.
        public var baseline: Baseline?

        public init(name: String, from: Instant, to: Instant, baseline: Baseline? = nil) {
            self.name = name
            self.from = from
            self.to = max(from, to)
            self.baseline = baseline
        }
    }

    /// What changes are told from.
    public enum Baseline: String, Hashable, Sendable, CaseIterable {
        /// Sitting quietly.
        case rest
        /// Copying a neutral text: the hands move, nothing is to be answered.
        case typing
    }

    /// In order of time.
    public var phases: [PhasePart]
    public var turns: [Turn]
    public var edits: [DraftEdit]
    public var keys: [Keystroke]
    /// All of the session, or those of the kinds in `eventKinds`.
    public var events: [SessionEvent]

    /// The kinds of events that measures look at.
    public static let eventKinds = [
        "composition", "suggestion_inserted", "suggestions_shown", "suggestions", "provenance",
    ]

    /// - Parameters: all in order of time.
    public init(
        phases: [PhasePart] = [], turns: [Turn] = [], edits: [DraftEdit] = [],
        keys: [Keystroke] = [], events: [SessionEvent] = []
    ) {
        self.phases = phases
        self.turns = turns
        self.edits = edits
        self.keys = keys
        self.events = events
    }

    /// Reads a session's file.
    /// - Parameters:
    ///   - baseline: which baseline a phase is, by its name; the study's protocol knows.
    ///   - shows: kinds of data that may be used; of others nothing is read.
    public init(
        _ reader: SessionReader, baseline: (String) -> Baseline?,
        shows: (MeasureData) -> Bool = { _ in true }
    ) throws(SessionStoreError) {
        let row = try reader.session()
        let last = try Self.end(reader, row)
        phases = try reader.phases().map {
            PhasePart(
                name: $0.name, from: $0.started, to: $0.ended ?? last, baseline: baseline($0.name))
        }
        turns = shows(.turns) ? try reader.turns() : []
        edits = shows(.draftEdits) ? try reader.draftEdits() : []
        keys = shows(.keys) ? try reader.keystrokes().sorted { $0.pressed < $1.pressed } : []
        events = try reader.events(of: Self.eventKinds).filter { event in
            switch event.kind {
            case "composition", "suggestion_inserted": shows(.draftEdits)
            default: shows(.turns)
            }
        }.sorted { $0.time < $1.time }
    }

    /// Where a session ends; while it is recorded, its newest sample or phase.
    private static func end(
        _ reader: SessionReader, _ row: SessionRow
    ) throws(SessionStoreError) -> Instant {
        if let stopped = row.stopped { return stopped }
        var last = row.description.started
        for stream in try reader.streams() where !stream.channels.isEmpty {
            if let range = try reader.timeRange(of: stream.id) { last = max(last, range.last) }
        }
        return max(last, try reader.phases().last?.started ?? last)
    }

    /// A stretch for each phase, in order.
    public var phaseStretches: [MeasureStretch] {
        phases.map { MeasureStretch(kind: .phase($0.name), from: $0.from, to: $0.to) }
    }

    /// A stretch for each turn, in order.
    ///
    /// A participant's turn is measured from where the other side's message before it stood on the screen
    /// (or its own writing began, where there is none) to where it was sent: reading and writing. A turn of
    /// the other side from where it stood on the screen to the next turn of the participant, at most to the
    /// end of its phase: what it brought about.
    public var turnStretches: [MeasureStretch] {
        var stretches: [MeasureStretch] = []
        var shown: Instant?
        for (place, turn) in turns.enumerated() {
            guard let number = turn.number else { continue }
            if turn.author == "participant" {
                let from = shown ?? turn.composedFrom ?? turn.sent
                stretches.append(
                    MeasureStretch(kind: .turn(number), from: min(from, turn.sent), to: turn.sent))
                shown = nil
            } else {
                let from = turn.shown ?? turn.sent
                let next = turns[(place + 1)...].first { $0.author == "participant" }?.sent
                let end = phases.last { $0.from <= from && from < $0.to }?.to
                let to = [next, end].compactMap { $0 }.min() ?? from
                stretches.append(MeasureStretch(kind: .turn(number), from: from, to: to))
                shown = from
            }
        }
        return stretches
    }

    /// Most windows over one stretch: three days at two seconds.
    public static let mostWindows = 1 << 17

    /// Windows over a stretch of time: each `length` long, a new one every `step`, none that is cut.
    /// - Parameters:
    ///   - length: seconds, and `step`.
    /// - Throws: where there would be more than `mostWindows`: a file may say that a phase lasts for years.
    public static func windows(
        from: Instant, to: Instant, length: Double, step: Double
    ) throws(MeasureError) -> [MeasureStretch] {
        guard length > 0, step > 0, length.isFinite, step.isFinite else { return [] }
        guard Double(to - from) / 1e9 / step <= Double(mostWindows) else {
            throw MeasureError(
                .invalid,
                "there are more than \(mostWindows) windows in a stretch of \((to - from) / 1_000_000_000) s; "
                    + "take longer steps")
        }
        let long = Int64(clamping: length * 1e9)
        var windows: [MeasureStretch] = []
        var number = 0.0
        while case let start = from + Int64(clamping: number * step * 1e9), start + long <= to {
            windows.append(MeasureStretch(kind: .window, from: start, to: start + long))
            number += 1
        }
        return windows
    }
}
