import SessionStore
import Timebase

extension SessionSummary: Encodable {
    private enum Key: String, CodingKey {
        case path, session_id, kind, study, participant, pilot, state, outcome, reason, started_utc
        case duration_ms, samples, keystrokes, turns, turns_by_author, draft_edits, events, gaps,
            lost
        case file_bytes, log_bytes, bytes_per_sample, streams, phases
    }

    private struct StreamRow: Encodable {
        var name: String
        var kind: String
        var samples: Int64?
        var keystrokes: Int64?
        var nominal_rate_hz: Double?
        var measured_rate_hz: Double?
        var duration_ms: Double?
        var gaps: Int64
        var lost: Int64
        var lost_bound: Int64
        var faults: Int64
        var bound_ms: Double?
    }

    private struct PhaseRow: Encodable {
        var name: String
        var t_start_ms: Double
        var end_ms: Double?
    }

    private static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    /// As one object with snake_case names, as in the CSV tables; what is not known is left out.
    public func encode(to encoder: any Encoder) throws {
        let description = session.description
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(path, forKey: .path)
        try object.encode(description.identifier, forKey: .session_id)
        try object.encode(description.kind, forKey: .kind)
        try object.encode(description.study, forKey: .study)
        try object.encode(description.participant, forKey: .participant)
        try object.encode(description.isPilot, forKey: .pilot)
        try object.encode(session.state, forKey: .state)
        try object.encodeIfPresent(session.outcome, forKey: .outcome)
        try object.encodeIfPresent(session.reason, forKey: .reason)
        try object.encode(
            CalendarTime(nanosecondsSince1970: description.startedRealtime).text,
            forKey: .started_utc)
        try object.encode(Self.milliseconds(duration), forKey: .duration_ms)
        try object.encode(samples, forKey: .samples)
        try object.encode(keystrokes, forKey: .keystrokes)
        try object.encode(turnCount, forKey: .turns)
        try object.encode(
            Dictionary(turns.map { ($0.author, $0.count) }, uniquingKeysWith: +),
            forKey: .turns_by_author)
        try object.encode(draftEdits, forKey: .draft_edits)
        try object.encode(events, forKey: .events)
        try object.encode(gaps, forKey: .gaps)
        try object.encode(lost, forKey: .lost)
        try object.encode(fileBytes, forKey: .file_bytes)
        try object.encode(logBytes, forKey: .log_bytes)
        try object.encodeIfPresent(bytesPerSample, forKey: .bytes_per_sample)
        try object.encode(
            streams.map { stream in
                StreamRow(
                    name: stream.name, kind: stream.kind, samples: stream.samples,
                    keystrokes: stream.keystrokes, nominal_rate_hz: stream.nominalRate,
                    measured_rate_hz: stream.measuredRate,
                    duration_ms: stream.duration.map(Self.milliseconds), gaps: stream.gaps,
                    lost: stream.lost, lost_bound: stream.lostBound, faults: stream.faults,
                    bound_ms: stream.bound.map(Self.milliseconds))
            }, forKey: .streams)
        try object.encode(
            phases.map { phase in
                PhaseRow(
                    name: phase.name,
                    t_start_ms: Self.milliseconds(phase.started - description.started),
                    end_ms: (phase.ended ?? session.stopped).map {
                        Self.milliseconds($0 - description.started)
                    })
            }, forKey: .phases)
    }
}
