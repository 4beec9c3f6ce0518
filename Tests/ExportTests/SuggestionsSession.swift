import Foundation
import SessionStore
import SimulatedClient
import StudyProtocol
import Timebase

/// Writes a session in which Suggestions were used, as the chat stores it.
struct SuggestionsSession {
    static let started = Instant(nanoseconds: 5_000_000_000_000)
    static func at(_ seconds: Double) -> Instant { started + Int64((seconds * 1e9).rounded()) }

    static let suggestions = [
        Suggestion(
            id: "a", group: .motivationalInterviewing,
            text: "What would have to change for you to sleep a little better again?",
            source: "scripted/en/1"),
        Suggestion(
            id: "b", group: .empatheticResponse,
            text: "It sounds like the last few weeks have worn you out completely.",
            source: "scripted/en/1"),
        Suggestion(
            id: "c", group: .emotionalSupport,
            text: "You are not alone with this, and I am glad that you told me.",
            source: "scripted/en/1"),
    ]

    /// One message of each class, in the order direct, slight, combination, rewritten, none.
    static let messages = [
        "it sounds like the last few weeks have worn you out completely",
        "It sounds like the last few days have worn you out completely.",
        "You are not alone with this, and I am glad that you told me. What would have to change for you "
            + "to sleep a little better again?",
        "What would have to change, do you think, for sleep a little earlier on weekdays?",
        "My sister had the same trouble once, believe it or not.",
    ]
    static let classes: [AdoptionClass] = [.direct, .slight, .combination, .rewritten, .none]

    static func write(
        _ path: String, participant: String, condition: String = "on", isPilot: Bool = false,
        extra: [SessionEvent] = []
    ) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "session-\(participant)", kind: .chat, study: "s",
                participant: participant, isPilot: isPilot, station: "st", softwareVersion: "0",
                bootIdentifier: "b", started: started, startedRealtime: 1_795_253_400_250_000_000),
            streams: [])
        var batch = SessionBatch()
        batch.events.append(
            SessionEvent(
                time: at(0), kind: "condition",
                payload: "{\"visit\":1,\"condition\":{\"suggestions\":\"\(condition)\"}}"))
        for (place, text) in messages.enumerated() {
            let begin = Double(place) * 60
            let number = Int64(place) * 2 + 1
            batch.turns.append(
                Turn(
                    number: number, author: "client", text: "…", sent: at(begin),
                    shown: at(begin + 1), client: "chat", clientSequence: number * 10))
            addOffer(&batch, turn: number, at: begin, isShown: condition == "on")
            addDraft(&batch, Int64(place) + 1, text, at: begin)
            batch.turns.append(
                Turn(
                    number: number + 1, author: "participant", text: text, sent: at(begin + 40),
                    client: "page", clientSequence: number * 10))
            let report = Provenance.report(
                sent: text, shown: suggestions,
                insertions: place == 0
                    ? [SuggestionInsertion(id: "b", position: 0, deleted: 0, inserted: 62)] : [],
                thresholds: AdoptionThresholds(), wereShown: condition == "on", turn: number + 1)
            batch.events.append(
                SessionEvent(
                    time: at(begin + 40.1), kind: "provenance",
                    payload: String(decoding: try JSONEncoder().encode(report), as: UTF8.self),
                    client: "chat", clientSequence: number * 10 + 2))
        }
        batch.events += extra
        batch.stateChange = SessionStateChange(state: .stopped, at: at(400))
        try writer.commit(batch)
        try writer.close()
    }

    private static func addOffer(
        _ batch: inout SessionBatch, turn: Int64, at begin: Double, isShown: Bool
    ) {
        let groups = suggestions.map {
            "{\"name\":\"\($0.group.rawValue)\",\"items\":[{\"id\":\"\($0.id)\",\"text\":\"\($0.text)\"}]}"
        }
        let list = groups.joined(separator: ",")
        batch.events.append(
            SessionEvent(
                time: at(begin + 0.5), kind: "suggestions",
                payload:
                    "{\"set\":\"x\",\"turn\":\(turn),\"shown\":\(isShown),\"groups\":[\(list)]}",
                client: "chat", clientSequence: turn * 10 + 1))
    }

    /// Typed in two bursts.
    private static func addDraft(
        _ batch: inout SessionBatch, _ draft: Int64, _ text: String, at begin: Double
    ) {
        for place in 0..<text.utf16.count {
            let time = begin + 5 + Double(place) * 0.1 + (place < 20 ? 0 : 4)
            batch.draftEdits.append(
                DraftEdit(
                    turn: draft, time: at(time), position: Int64(place), deleted: 0, inserted: 1,
                    editClass: "letter", client: "page",
                    clientSequence: draft * 1000 + Int64(place)))
        }
    }
}
