import Foundation
import SessionStore
import Timebase

/// What a session's file says about the writing of messages, beside the edits themselves.
public struct ChatHappenings: Sendable {
    /// When an input method composed, by client.
    public var compositions: [String: [ClosedRange<Instant>]] = [:]
    /// Suggestions that were put in, by client and time.
    public var insertions: [String: [DraftInsertion]] = [:]

    private struct Composition: Decodable {
        var state: String
    }

    private struct Insertion: Decodable {
        var id: String
        var position: Int64?
        var inserted: Int64?
    }

    /// - Parameter events: by time. Those that say something else than they should are passed over.
    public init(_ events: [SessionEvent]) {
        var begun: [String: Instant] = [:]
        let decoder = JSONDecoder()
        for event in events {
            let client = event.client ?? ""
            let payload = Data(event.payload.utf8)
            switch event.kind {
            case "composition":
                guard let state = try? decoder.decode(Composition.self, from: payload).state else {
                    continue
                }
                if state == "start" {
                    begun[client] = event.time
                } else if state == "end", let start = begun.removeValue(forKey: client) {
                    compositions[client, default: []].append(start...max(start, event.time))
                }
            case "suggestion_inserted":
                guard let insertion = try? decoder.decode(Insertion.self, from: payload) else {
                    continue
                }
                insertions[client, default: []].append(
                    DraftInsertion(
                        time: event.time, id: insertion.id, position: insertion.position ?? 0,
                        inserted: insertion.inserted ?? 0))
            default: continue
            }
        }
    }
}
