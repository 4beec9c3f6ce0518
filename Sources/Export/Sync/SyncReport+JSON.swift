import Timebase

extension SyncReport: Encodable {
    private enum Key: String, CodingKey {
        case path, sessionID, study, participant, state, durationMs, verdict, streams, keyLags
    }

    private struct GapRow: Encodable {
        var cause: String
        var tStartMs: Double
        var durationMs: Double
        var lost: Int64
        /// Left out where nobody can know.
        var lostBound: Int64?
    }

    private struct StreamRow: Encodable {
        var name: String
        var source: String
        var clock: String
        var count: Int64
        var offsetMs: Double?
        var driftPpm: Double?
        var jitterMeanMs: Double?
        var jitterP95Ms: Double?
        var delayMs: Double?
        var delayUncertaintyMs: Double?
        var roundTripLeastMs: Double?
        var roundTripMedianMs: Double?
        var gaps: [GapRow]
        var lost: Int64
        var lostBound: Int64?
        /// Milliseconds since the session's start.
        var resetsAtMs: [Double]
        var strayReadings: Int
        var boundMedianMs: Double?
        var boundWorstMs: Double?
        var earlyArrivals: Int64
        var arrivals: Int64
        var state: SyncVerdict.State
        var verdict: [String]
    }

    /// As one object; what is not known is left out. An encoder that turns keys into snake_case gives
    /// names with units.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(path, forKey: .path)
        try object.encode(session.description.identifier, forKey: .sessionID)
        try object.encode(session.description.study, forKey: .study)
        try object.encode(session.description.participant, forKey: .participant)
        try object.encode(session.state.rawValue, forKey: .state)
        try object.encode(Self.milliseconds(to - from), forKey: .durationMs)
        try object.encode(verdict, forKey: .verdict)
        try object.encode(streams.map(row), forKey: .streams)
        try object.encode(keyLags.map(KeyLagRow.init), forKey: .keyLags)
    }

    private static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    private func row(_ stream: StreamSync) -> StreamRow {
        let verdict = stream.verdict
        let hasDelay = stream.source != .events
        return StreamRow(
            name: stream.name, source: stream.source.rawValue, clock: stream.clock,
            count: stream.count, offsetMs: stream.offset.map(Self.milliseconds),
            driftPpm: stream.driftPPM, jitterMeanMs: stream.jitterMean.map(Self.milliseconds),
            jitterP95Ms: stream.jitter95.map(Self.milliseconds),
            delayMs: hasDelay ? Self.milliseconds(stream.delay) : nil,
            delayUncertaintyMs: hasDelay ? Self.milliseconds(stream.delayUncertainty) : nil,
            roundTripLeastMs: stream.roundTripLeast.map(Self.milliseconds),
            roundTripMedianMs: stream.roundTripMedian.map(Self.milliseconds),
            gaps: stream.gaps.map { gap in
                GapRow(
                    cause: gap.cause.rawValue, tStartMs: Self.milliseconds(gap.start - from),
                    durationMs: Self.milliseconds(gap.end - gap.start), lost: gap.lost,
                    lostBound: gap.lostBound == .max ? nil : gap.lostBound)
            }, lost: stream.lost, lostBound: stream.lostBound,
            resetsAtMs: stream.resets.map { Self.milliseconds($0 - from) },
            strayReadings: stream.strays, boundMedianMs: stream.boundMedian.map(Self.milliseconds),
            boundWorstMs: stream.boundWorst.map(Self.milliseconds), earlyArrivals: stream.early,
            arrivals: stream.arrivals, state: verdict.state, verdict: verdict.sentences)
    }
}
