import SessionStore
import Timebase

extension SessionSummary: Encodable {
    private enum Key: String, CodingKey {
        case path, sessionID, kind, study, participant, pilot, state, outcome, reason, startedUtc,
            parent, recallDelayMs
        case durationMs, samples, keystrokes, turns, turnsByAuthor, draftEdits, events, gaps,
            lost
        case alignment, alignmentMethod, fileBytes, logBytes, bytesPerSample, streams, phases
    }

    private struct StreamRow: Encodable {
        var name: String
        var kind: String
        var samples: Int64?
        var keystrokes: Int64?
        var nominalRateHz: Double?
        var measuredRateHz: Double?
        var durationMs: Double?
        var gaps: Int64
        var lost: Int64
        var lostBound: Int64
        var faults: Int64
        var boundMs: Double?
    }

    private struct PhaseRow: Encodable {
        var name: String
        var tStartMs: Double
        var endMs: Double?
    }

    private static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    /// As one object; what is not known is left out. An encoder that turns keys into snake_case gives
    /// the names of the CSV tables, such as `bound_ms`.
    public func encode(to encoder: any Encoder) throws {
        let description = session.description
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(path, forKey: .path)
        try object.encode(description.identifier, forKey: .sessionID)
        try object.encode(description.kind, forKey: .kind)
        try object.encode(description.study, forKey: .study)
        try object.encode(description.participant, forKey: .participant)
        try object.encode(description.isPilot, forKey: .pilot)
        try object.encode(session.state, forKey: .state)
        try object.encodeIfPresent(session.outcome, forKey: .outcome)
        try object.encodeIfPresent(session.reason, forKey: .reason)
        try object.encode(
            CalendarTime(nanosecondsSince1970: description.startedRealtime).text,
            forKey: .startedUtc)
        try object.encodeIfPresent(description.parent, forKey: .parent)
        try object.encodeIfPresent(recallDelay.map(Self.milliseconds), forKey: .recallDelayMs)
        try object.encode(Self.milliseconds(duration), forKey: .durationMs)
        try object.encode(samples, forKey: .samples)
        try object.encode(keystrokes, forKey: .keystrokes)
        try object.encode(turnCount, forKey: .turns)
        try object.encode(
            Dictionary(turns.map { ($0.author, $0.count) }, uniquingKeysWith: +),
            forKey: .turnsByAuthor)
        try object.encode(draftEdits, forKey: .draftEdits)
        try object.encode(events, forKey: .events)
        try object.encode(gaps, forKey: .gaps)
        try object.encode(lost, forKey: .lost)
        try object.encodeIfPresent(alignment?.id, forKey: .alignment)
        try object.encodeIfPresent(alignment?.method, forKey: .alignmentMethod)
        try object.encode(fileBytes, forKey: .fileBytes)
        try object.encode(logBytes, forKey: .logBytes)
        try object.encodeIfPresent(bytesPerSample, forKey: .bytesPerSample)
        try object.encode(
            streams.map { stream in
                StreamRow(
                    name: stream.name, kind: stream.kind, samples: stream.samples,
                    keystrokes: stream.keystrokes, nominalRateHz: stream.nominalRate,
                    measuredRateHz: stream.measuredRate,
                    durationMs: stream.duration.map(Self.milliseconds), gaps: stream.gaps,
                    lost: stream.lost, lostBound: stream.lostBound, faults: stream.faults,
                    boundMs: stream.bound.map(Self.milliseconds))
            }, forKey: .streams)
        try object.encode(
            phases.map { phase in
                PhaseRow(
                    name: phase.name,
                    tStartMs: Self.milliseconds(phase.started - description.started),
                    endMs: (phase.ended ?? session.stopped).map {
                        Self.milliseconds($0 - description.started)
                    })
            }, forKey: .phases)
    }
}
