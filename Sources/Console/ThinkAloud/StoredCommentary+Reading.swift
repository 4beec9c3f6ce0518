import Export
import Link
import Playback
import SessionStore
import StudyProtocol
import Timebase

extension StoredCommentary {
    /// Reads a commentary.
    /// - Parameters:
    ///   - review: what was added to it later; nil for one that still records.
    ///   - parentStarted: the start of the session that it looks back on, on its clock.
    init(
        _ reader: SessionReader, review: ReviewReader?, parentStarted: Instant
    ) throws {
        let row = try reader.session()
        let start = row.description.started
        let last = try reader.timeTriples().last?.triple.monotonic ?? start
        let end = row.stopped ?? max(last, start)
        let log = try CommentaryLog(reader, end: end)
        func speech(_ time: Instant) -> Double { Double(time - start) / 1e9 }
        func session(_ time: Instant) -> Double { Double(time - parentStarted) / 1e9 }
        id = row.description.identifier
        self.session = row.description.parent ?? ""
        state = row.state.rawValue
        startedUtcNs = row.description.startedRealtime
        durationS = speech(end)
        delayMs = log.delayMs
        map = log.map.moves.map {
            Move(
                speechS: speech($0.speech), sessionS: session($0.session), rate: $0.rate,
                playing: $0.isPlaying, by: $0.by, cause: $0.cause)
        }
        let remarks = log.remarks.map { event, payload in
            Remark(
                speechS: speech(event.time),
                sessionS: payload["session_ns"]?.integer.map {
                    session(Instant(nanoseconds: $0))
                }, kind: event.kind, by: payload["by"]?.string, text: payload["text"]?.string,
                cue: payload["cue"]?.string, label: payload["label"]?.string,
                origin: payload["origin"]?.string, delayMs: payload["delay_ms"]?.integer)
        }
        cues = remarks.filter { $0.kind == "cue" }
        prompts = remarks.filter { $0.kind == "prompt" }
        notes = remarks.filter { $0.kind == "note" }
        self.speech = log.speech.map { event, payload in
            Speech(
                speechS: speech(event.time), speaker: payload["speaker"]?.string,
                prompted: payload["prompted"] == .bool(true), view: event.client ?? "")
        }
        // A participant may have taken the consent to sound back; its words go with it.
        let mayHear = SessionConsent.read(of: row, file: reader.path).shows(.audio)
        let tracks =
            mayHear
            ? try reader.streams().compactMap { try SoundTrack(reader, stream: $0) } : []
        sound = SoundTrack.joining(tracks).map { Sound($0, since: start) }
        audio = tracks.map { Sound($0, since: start) }
        if mayHear, let review, let newest = try review.transcripts().last {
            transcript = Words(
                id: newest.id, source: newest.source.rawValue, language: newest.language,
                actor: newest.actor,
                segments: try review.segments(of: newest.id).map { segment in
                    Words.Segment(
                        fromS: speech(segment.start), toS: speech(segment.end),
                        sessionFromS: log.map.session(at: segment.start).map(session),
                        sessionToS: log.map.session(at: segment.end).map(session),
                        speaker: segment.speaker, text: segment.text,
                        words: (try? JSONValue(parsing: segment.words)) ?? [])
                })
        }
    }
}

extension StoredCommentary.Sound {
    /// - Parameter start: of the commentary.
    fileprivate init(_ track: SoundTrack, since start: Instant) {
        let rate = Double(track.rate)
        func speech(_ time: Instant) -> Double { Double(time - start) / 1e9 }
        self.init(
            stream: track.name, rateHz: track.rate, seconds: Double(track.length) / rate,
            firstS: speech(track.start), boundMs: Double(track.bound) / 1e6,
            driftMs: Double(track.largestDrift) / 1e6,
            pieces: track.pieces.map {
                Piece(
                    fileS: Double($0.position) / rate, speechS: speech($0.time),
                    seconds: Double($0.count) / rate, speechPerFile: $0.period * rate / 1e9,
                    silenceS: Double($0.silence) / rate, boundMs: Double($0.bound) / 1e6)
            })
    }
}
