import Link
import SessionStore
import Timebase
import Web

/// What a session holds, in the form in which the page asks for it: everything but samples, keys and the
/// edits of drafts, which are asked for by the stretch.
struct Manifest {
    let session: PlaybackSession
    let reader: SessionReader
    /// The session's commentaries.
    let commentaries: [ListedSession]
    /// The peaks, where those of the signals were found already; see `PeakFinder`.
    let peaks: [PlaybackPeak]?

    /// Reads everything; waits for the disk.
    func json() throws -> JSONValue {
        let row = try reader.session()
        let turns = try reader.turns()
        let edits = try reader.draftEdits()
        let events = ManifestEvents(
            try reader.events(), start: start, drafts: drafts(turns, edits),
            corrections: try corrections())
        let peaks =
            peaks ?? PeakFinder(session: session, reader: reader).pauses(turns: turns, edits: edits)
        let phases = try reader.phases()
        let gaps = try reader.gaps()
        let keys = KeyTable(
            session.consent.shows(.keys) ? try reader.keystrokes() : [], start: start)
        var range = ManifestRange(start: start)
        range.include(row.stopped)
        for turn in turns { range.include(turn.sent) }
        for phase in phases {
            range.include(phase.started)
            range.include(phase.ended)
        }
        for gap in gaps {
            range.include(gap.gap.start)
            range.include(gap.gap.end)
        }
        range.include(events.first)
        range.include(events.last)
        range.include(seconds: keys.times.first)
        range.include(seconds: keys.times.last)
        let clocks = try ManifestStreams(session: session, reader: reader, gaps: gaps, &range)
        // What is open ends with the session, or now while it records.
        let end = range.last
        var members: [String: JSONValue] = [
            "turns": .array(turns.map(turn)), "phases": .array(phases.map { phase($0, end) }),
            "gaps": .array(gaps.map(gap)), "streams": .array(clocks.streams),
            "bounds": .array(clocks.bounds), "tracks": .array(session.tracks.map(track)),
            "key_classes": .array(keys.classNames.map { .string($0) }),
            "keys": .integer(Int64(keys.times.count)), "marks": .array(events.marks),
            "pauses": .array(events.pauses(until: end)),
            "suggestions": .array(events.suggestions),
            "insertions": .array(events.insertions), "emotions": .array(events.emotions),
            "events": .array(events.listed), "views": .array(events.views),
            "commentaries": .array(commentaries.map(commentary)),
            "peaks": .array(peaks.map(\.json)), "peaks_complete": .bool(self.peaks != nil),
            "consent": consent(edits), "first_s": .real(range.first), "last_s": .real(range.last),
            "alignment": alignment(),
            "review_version": .integer(session.corrections.reviewVersion),
            "corrections": .integer(session.corrections.version),
            "version": session.tag.map { .string($0) } ?? .null,
        ]
        members.merge(header(row, end)) { $1 }
        return .object(members)
    }

    private var start: Instant { session.start }

    private func drafts(_ turns: [Turn], _ edits: [DraftEdit]) -> [Int64: Int64] {
        let answer = DraftEditsAnswer(turns: turns, edits: edits, start: start, showsText: false)
        var drafts: [Int64: Int64] = [:]
        for (edit, turn) in zip(edits, answer.turnNumbers()) {
            if let turn { drafts[edit.turn] = turn }
        }
        return drafts
    }

    private func corrections() throws -> [Int64: EmotionCorrection] {
        guard session.opened.listed.hasReview, session.opened.listed.isFinished else { return [:] }
        let all = try SessionReview(path: session.opened.path).emotionCorrections()
        return Dictionary(all.map { ($0.turn, $0) }, uniquingKeysWith: { _, last in last })
    }

    private func header(_ row: SessionRow, _ end: Double) -> [String: JSONValue] {
        let description = row.description
        let stopped = row.stopped?.seconds(since: start)
        return [
            "id": .string(description.identifier), "study": .string(session.opened.listed.study),
            "participant": .string(description.participant),
            "kind": .string(description.kind.rawValue), "pilot": .bool(description.isPilot),
            "state": .string(row.state.rawValue),
            "started_utc": .string(UTCText.of(description.startedRealtime / 1_000_000)),
            "started_utc_ns": .integer(description.startedRealtime),
            "duration_s": .real(stopped ?? end), "parent": .text(description.parent),
            "outcome": .text(row.outcome), "reason": .text(row.reason),
            "protocol": [
                "name": .string(description.protocolName),
                "version": .string(description.protocolVersion),
            ],
            "visit": session.opened.listed.visit.map { .integer(Int64($0)) } ?? .null,
            "condition": session.opened.listed.condition.map {
                .object($0.mapValues { .string($0) })
            } ?? .null,
        ]
    }

    private func alignment() -> JSONValue {
        guard let entry = reader.alignment else { return ["number": nil, "method": "recorded"] }
        return ["number": .integer(entry.id), "method": .string(entry.method)]
    }

    private func consent(_ edits: [DraftEdit]) -> JSONValue {
        let hasText = edits.contains { $0.text != nil }
        return [
            "draft_text": .bool(hasText && session.consent.shows(.draftText)),
            "withheld": .array(
                session.consent.refused.map(\.rawValue).sorted().map { .string($0) }),
        ]
    }

    private func turn(_ turn: Turn) -> JSONValue {
        [
            "number": turn.number.map { .integer($0) } ?? .null, "author": .string(turn.author),
            "text": .string(session.consent.shows(.turns) ? turn.text : ""),
            "composed_from_s": .seconds(turn.composedFrom, start),
            "sent_s": .seconds(turn.sent, start), "shown_s": .seconds(turn.shown, start),
            "bound_ms": .real(Double(turn.bound) / 1e6),
        ]
    }

    private func phase(_ phase: Phase, _ end: Double) -> JSONValue {
        [
            "name": .string(phase.name), "from_s": .seconds(phase.started, start),
            "to_s": phase.ended.map { .seconds($0, start) } ?? .real(end),
            "is_open": .bool(phase.ended == nil),
        ]
    }

    private func gap(_ entry: StreamGap) -> JSONValue {
        [
            "stream": .integer(entry.stream), "from_s": .seconds(entry.gap.start, start),
            "to_s": .seconds(entry.gap.end, start), "cause": .string(entry.gap.cause.rawValue),
            "lost": .integer(entry.gap.lost), "lost_bound": .integer(entry.gap.lostBound),
        ]
    }

    private func track(_ track: PlaybackTrack) -> JSONValue {
        [
            "id": .string(track.id), "kind": .string(track.kind.rawValue),
            "label": .string(track.label), "unit": .string(track.unit),
            "stream": track.stream.map { .integer($0) } ?? .null,
            "channel": track.channel.map { .integer(Int64($0)) } ?? .null,
            "derived": .text(track.derived),
        ]
    }

    private func commentary(_ listed: ListedSession) -> JSONValue {
        [
            "id": .string(listed.id),
            "started_utc": .string(UTCText.of(listed.startedUtcNs / 1_000_000)),
            "duration_s": listed.durationS.map { .real($0) } ?? .null,
            "state": .string(listed.state.rawValue),
        ]
    }
}

extension JSONValue {
    /// Seconds since a session's start; null where there is no such moment.
    static func seconds(_ time: Instant?, _ start: Instant) -> JSONValue {
        time.map { .real($0.seconds(since: start)) } ?? .null
    }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
