import Foundation
import Link
import SessionStore
import Timebase

/// A transcript put on its session's clock, as the daemon stores it. Pure.
public enum AlignedTranscript {
    /// - Parameters:
    ///   - sound: where the transcript's times lie: they count from the start of this sound, and its
    ///     clock's drift and gaps are taken into account. nil for times from the session's start.
    ///   - range: of the session. What a recogniser heard a little beyond it is cut.
    /// - Throws: `TranscriptMistake` where a segment lies outside altogether.
    public static func pieces(
        _ text: SpokenText, sound: SoundTrack?, started: Instant, range: ClosedRange<Instant>
    ) throws(TranscriptMistake) -> [TranscriptPiece] {
        func moment(_ nanoseconds: Int64) -> Instant {
            guard let sound else { return started + nanoseconds }
            let position = Double(nanoseconds) * Double(sound.rate) / 1e9
            let whole = position.rounded(.down)
            // Between two samples the rest of a period.
            return sound.time(of: Int64(clamping: whole))
                + Int64(((position - whole) * 1e9 / Double(sound.rate)).rounded())
        }
        func bounded(_ time: Instant) -> Int64 {
            min(max(time, range.lowerBound), range.upperBound).nanoseconds
        }
        var pieces: [TranscriptPiece] = []
        for (place, segment) in text.segments.enumerated() {
            let start = moment(segment.start)
            guard start <= range.upperBound else {
                let length = Double(range.upperBound - range.lowerBound) / 1e9
                throw TranscriptMistake(
                    nil,
                    "segment \(place + 1) begins at \(Double(segment.start) / 1e9) s, and the session "
                        + "has \(length) s: it may be of another recording")
            }
            pieces.append(
                TranscriptPiece(
                    startNs: bounded(start), endNs: bounded(moment(segment.end)),
                    speaker: segment.speaker.isEmpty ? nil : segment.speaker, text: segment.text,
                    words: segment.words.isEmpty
                        ? nil
                        : segment.words.map { word in
                            var members: [String: JSONValue] = [
                                "text": .string(word.text),
                                "start_ns": .integer(bounded(moment(word.start))),
                                "end_ns": .integer(bounded(moment(word.end))),
                            ]
                            members["confidence"] = word.confidence.map(JSONValue.real)
                            return .object(members)
                        }))
        }
        return pieces
    }
}
