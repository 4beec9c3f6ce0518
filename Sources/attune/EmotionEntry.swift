import Foundation
import Link
import SessionStore

/// One emotion of one turn: intended, scored, displayed or corrected.
struct EmotionEntry: Encodable {
    var turn: Int64
    /// `intended`, `scored`, `displayed` or `corrected`.
    var which: String
    var category: String?
    var valence: Double?
    var arousal: Double?
    /// Who or what says so.
    var source: String

    /// The emotions of a session's events and of its review file, by turn.
    static func all(in file: String) throws -> [EmotionEntry] {
        let reader = try SessionReader.open(at: file, alignment: .recorded)
        let events = try reader.events()
        try reader.close()
        var entries: [EmotionEntry] = []
        for event in events where event.kind == "emotion" {
            guard let payload = try? JSONValue(parsing: Array(event.payload.utf8)[...]),
                let turn = payload["turn"]?.integer, let which = payload["which"]?.string
            else { continue }
            entries.append(
                EmotionEntry(
                    turn: turn, which: which, category: payload["category"]?.string,
                    valence: payload["valence"]?.number, arousal: payload["arousal"]?.number,
                    source: payload["source"]?.string ?? ""))
        }
        for correction in try SessionReview(path: file).emotionCorrections() {
            entries.append(
                EmotionEntry(
                    turn: correction.turn, which: "corrected", category: correction.category,
                    valence: correction.valence, arousal: correction.arousal,
                    source: correction.note.isEmpty
                        ? correction.actor : "\(correction.actor): \(correction.note)"))
        }
        // In the order of turns; within a turn as they came.
        return entries.enumerated().sorted {
            ($0.element.turn, $0.offset) < ($1.element.turn, $1.offset)
        }.map(\.element)
    }

    var cells: [String] {
        func text(_ value: Double?) -> String { value.map { String(format: "%+.2f", $0) } ?? "-" }
        return ["\(turn)", which, category ?? "-", text(valence), text(arousal), source]
    }
}
