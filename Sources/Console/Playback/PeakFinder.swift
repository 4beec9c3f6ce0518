import Foundation
import Measures
import SessionStore
import Timebase

/// Finds what "jump to the next peak" goes to. Protocols/formats/console-api.md describes the rules; they
/// are for finding places worth a look, and no measures.
struct PeakFinder {
    let session: PlaybackSession
    let reader: SessionReader

    /// How many of each kind.
    static let most = 10
    /// Micro-siemens below which a rise is no response (Boucsein 2012 names 0.01 to 0.05).
    static let smallestResponse = 0.05
    /// Seconds.
    static let shortestWritingPause = 2.0
    static let shortestAnswerPause = 5.0

    /// All of them, by time.
    func all(_ derivation: SessionDerivation) throws -> [PlaybackPeak] {
        var peaks = pauses(turns: try reader.turns(), edits: try reader.draftEdits())
        let isFinal = session.tag != nil
        if let track = session.tracks.first(where: { $0.kind == .heartRate && $0.source != .rate })
        {
            let series = try derivation.heart(track, of: session).series(reader, isFinal: isFinal)
            peaks += HeartRateRise.largest(in: series, most: Self.most).map {
                PlaybackPeak(
                    time: $0.time.seconds(since: session.start), kind: .heartRate,
                    label: "Heart rate +\(Self.decimal($0.rise, 0)) bpm", size: $0.rise)
            }
        }
        if let track = session.tracks.first(where: { $0.kind == .phasic }) {
            peaks += try responses(track, derivation, isFinal: isFinal)
        }
        return peaks.sorted { $0.time < $1.time }
    }

    private func responses(
        _ track: PlaybackTrack, _ derivation: SessionDerivation, isFinal: Bool
    ) throws -> [PlaybackPeak] {
        guard let skin = derivation.skin(track, of: session) else { return [] }
        // The middle of the extremes of each bucket: noise within 73 ms is no response.
        var times: [Instant] = []
        var values: [Double] = []
        try skin.forEachBlock(
            reader, from: Instant(nanoseconds: .min), to: Instant(nanoseconds: .max),
            isFinal: isFinal
        ) { block in
            for bucket in 0..<SkinBlock.buckets {
                let (low, high) = (block.phasic[2 * bucket], block.phasic[2 * bucket + 1])
                if low.isFinite {
                    times.append(block.start(of: bucket))
                    values.append(Double(low + high) / 2)
                } else if let last = times.last, block.start(of: bucket) - last > 2_000_000_000,
                    values.last?.isFinite == true
                {
                    // Nothing for two seconds: a response does not reach across.
                    times.append(block.start(of: bucket))
                    values.append(.nan)
                }
            }
        }
        let found = SkinResponse.all(in: values, share: 0).filter {
            ($0.amplitude ?? 0) >= Self.smallestResponse
        }
        return Separated.largest(
            found, most: Self.most, apart: 5_000_000_000, by: { $0.amplitude ?? 0 },
            at: { times[$0.peak] }
        ).map {
            PlaybackPeak(
                time: times[$0.peak].seconds(since: session.start), kind: .response,
                label: "SCR \(Self.decimal($0.amplitude ?? 0, 2)) \(track.unit)",
                size: $0.amplitude ?? 0)
        }
    }

    /// The longest pauses in writing and before answers; these need no signals.
    func pauses(turns: [Turn], edits: [DraftEdit]) -> [PlaybackPeak] {
        guard session.consent.shows(.draftEdits) else { return [] }
        let writing = zip(edits, edits.dropFirst()).compactMap { before, after -> PlaybackPeak? in
            let length = Double(after.time - before.time) / 1e9
            guard before.turn == after.turn, length >= Self.shortestWritingPause else { return nil }
            return peak(before.time, .writingPause, "Pause in writing", length)
        }
        var answers: [PlaybackPeak] = []
        var shown: Instant?
        for turn in turns {
            guard turn.author == "participant" else {
                shown = turn.shown ?? turn.sent
                continue
            }
            let begun = turn.composedFrom ?? turn.sent
            if let shown, case let length = Double(begun - shown) / 1e9,
                length >= Self.shortestAnswerPause
            {
                answers.append(peak(shown, .answerPause, "Before the answer", length))
            }
            shown = nil
        }
        return (longest(writing) + longest(answers)).sorted { $0.time < $1.time }
    }

    private func longest(_ pauses: [PlaybackPeak]) -> ArraySlice<PlaybackPeak> {
        pauses.sorted { ($0.size, -$0.time) > ($1.size, -$1.time) }.prefix(Self.most)
    }

    private func peak(
        _ time: Instant, _ kind: PlaybackPeak.Kind, _ words: String, _ length: Double
    ) -> PlaybackPeak {
        PlaybackPeak(
            time: time.seconds(since: session.start), kind: kind,
            label: "\(words), \(Self.decimal(length, 1)) s", size: length)
    }

    static func decimal(_ value: Double, _ places: Int) -> String {
        value.formatted(
            .number.precision(.fractionLength(places)).grouping(.never)
                .locale(Locale(identifier: "en_US_POSIX")))
    }
}
