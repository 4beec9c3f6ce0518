import SessionStore
import Timebase

/// The measures of one session: reads signals in blocks, once, when they are first asked for.
///
/// Protocols/formats/measures.md says what each is. Used by one thread.
public final class SessionMeasures {
    private let reader: SessionReader
    private let plan: MeasurePlan
    private let corrections: SignalCorrections
    private let settings: MeasureSettings
    private let data: Set<MeasureData>
    private let streams: [StreamDescription]
    private let origin: Instant
    private let chat: ChatColumns
    private var signals: Signals?
    /// The baselines' own values, by their place among the phases.
    private var baselines: [Int: MeasureRow] = [:]

    private struct Signals {
        var heart: HeartColumns
        var skin: SkinColumns
        var breaths: BreathRuns?
    }

    /// - Parameters:
    ///   - plan: as `MeasurePlan(_:baseline:shows:)` reads it.
    ///   - corrections: of the signals; measures name their version.
    ///   - shows: kinds of data that may be used: what a participant does not agree to is missing.
    public init(
        reader: SessionReader, plan: MeasurePlan, corrections: SignalCorrections,
        settings: MeasureSettings = MeasureSettings(), shows: (MeasureData) -> Bool
    ) throws(SessionStoreError) {
        self.reader = reader
        self.plan = plan
        self.corrections = corrections
        self.settings = settings
        data = Set(MeasureData.allCases.filter(shows))
        streams = data.contains(.signals) ? try reader.streams() : []
        origin = try reader.session().description.started
        chat = ChatColumns(plan, settings, data)
    }

    /// The variables of a kind of stretch, in their order; which phase or turn it is does not matter.
    public static func variables(of kind: MeasureStretch.Kind) -> [MeasureVariable] {
        let isTurn = if case .turn = kind { true } else { false }
        let window = [MeasureVariable("window_s", .real, "s", "Length of the stretch")]
        return window + HeartColumns.variables(isTurn: isTurn)
            + SkinColumns.variables(isTurn: isTurn) + (isTurn ? [] : respiration)
            + ChatColumns.variables(isTurn: isTurn)
    }

    private static let respiration =
        [MeasureVariable("resp_stream", .text, "", "Name of the stream of respiration")]
        + HeartColumns.floored("resp", "1/min", "Respiration rate: 60 over the mean period")
        + [
            MeasureVariable("n_breaths", .integer, "", "Breaths that begin in the stretch"),
            MeasureVariable(
                "resp_coverage_pct", .real, "%", "Share of the stretch between two breaths"),
        ]

    /// One value for each of `variables(of:)`.
    /// - Throws: `SessionStoreError` where the file cannot be read.
    public func values(of stretch: MeasureStretch) throws -> [MeasureValue] {
        let row = try row(
            stretch, rest: baseline(.rest, before: stretch),
            typing: baseline(.typing, before: stretch))
        let variables = Self.variables(of: stretch.kind)
        assert(Set(row.values.keys).isSubset(of: variables.map(\.name)), "a value has no variable")
        return variables.map { row[$0.name] }
    }

    /// The heartbeats that measures are made of, in seconds since the session's start, by runs without gaps:
    /// corrected by people and as by Kubios.
    public func heartbeats() throws -> [[Double]] {
        try loaded().heart.beats?.runs.map { $0.map(\.time) } ?? []
    }

    // MARK: - Rows

    private func row(
        _ stretch: MeasureStretch, rest: MeasureRow?, typing: MeasureRow?
    ) throws -> MeasureRow {
        let signals = try loaded()
        let isTurn = if case .turn = stretch.kind { true } else { false }
        let from = stretch.from.seconds(since: origin)
        let to = stretch.to.seconds(since: origin)
        var row = MeasureRow()
        row.set("window_s", stretch.length)
        signals.heart.add(
            to: &row, from: from, to: to, isTurn: isTurn, review: corrections.reviewVersion,
            rest: rest, typing: typing)
        signals.skin.add(
            to: &row, from: from, to: to, isTurn: isTurn, rest: rest, typing: typing)
        if !isTurn { addBreaths(signals.breaths, to: &row, from: from, to: to) }
        chat.add(to: &row, stretch)
        return row
    }

    private func addBreaths(
        _ breaths: BreathRuns?, to row: inout MeasureRow, from: Double, to: Double
    ) {
        guard let breaths else {
            row.set(["resp"], missing: data.contains(.signals) ? .noStream : .withheld)
            return
        }
        row.set("resp_stream", breaths.stream)
        let part = breaths.part(from: from, to: to)
        row.set("n_breaths", part.count)
        if to > from { row.set("resp_coverage_pct", min(100, 100 * part.covered / (to - from))) }
        row.set(
            "resp", part.rate, raw: "resp_raw", data: part.covered,
            floor: settings.floors.respiration)
    }

    /// The values of the last baseline that began before a stretch; of the first one where none did.
    private func baseline(
        _ kind: MeasurePlan.Baseline, before stretch: MeasureStretch
    ) throws -> MeasureRow? {
        let all = plan.phases.indices.filter { plan.phases[$0].baseline == kind }
        guard
            let place = all.last(where: { plan.phases[$0].from <= stretch.from }) ?? all.first
        else { return nil }
        if let known = baselines[place] { return known }
        let phase = plan.phases[place]
        let row = try row(
            MeasureStretch(kind: .phase(phase.name), from: phase.from, to: phase.to), rest: nil,
            typing: nil)
        baselines[place] = row
        return row
    }

    private func loaded() throws -> Signals {
        if let signals { return signals }
        let reason: MeasureReason = data.contains(.signals) ? .noStream : .withheld
        let hands = plan.keys.map(\.pressed) + plan.edits.map(\.time)
        let stimuli = plan.turns.filter { $0.author != "participant" }.map { $0.shown ?? $0.sent }
        let made = Signals(
            heart: HeartColumns(
                beats: try HeartbeatRuns(
                    reader, streams, corrections, settings, origin: origin),
                reason: reason, settings: settings),
            skin: SkinColumns(
                series: try SkinSeries(reader, streams, corrections, origin: origin),
                reason: reason, settings: settings,
                hands: hands.map { $0.seconds(since: origin) }.sorted(),
                stimuli: stimuli.map { $0.seconds(since: origin) }),
            breaths: try BreathRuns(reader, streams, corrections, origin: origin))
        signals = made
        return made
    }
}
