import Foundation
import SessionStore
import Timebase

/// How Suggestions were used in a session: from the events `suggestions_shown`, `suggestion_inserted` and
/// `provenance` (Protocols/formats/provenance.md), which the chat stored; nothing is classified anew.
struct SuggestionLog {
    /// What the chat found about a sent message.
    struct Use: Hashable {
        /// Whether Suggestions stood on the screen.
        var shown: Bool
        var adoption: String
        /// Share of the message's UTF-16 code units that stand in a Suggestion too, 0…1.
        var share: Double?
        var insertions: Int
    }

    /// The classes, as the chat writes them.
    static let classes = [
        "direct-adoption", "slight-modification", "combination", "rewritten", "no-detected-overlap",
    ]

    /// By the turn's number.
    private(set) var uses: [Int64: Use] = [:]
    /// When sets came to stand on the screen, and how many Suggestions they have; by time.
    private(set) var shown: [(time: Instant, count: Int)] = []
    /// When one was put into a draft; by time.
    private(set) var inserted: [Instant] = []

    fileprivate struct Report: Decodable {
        struct Part: Decodable {
            struct Span: Decodable {
                var messagePosition: Int
                var messageLength: Int
            }
            var insertions: Int?
            var spans: [Span]?
        }
        var turn: Int64?
        var shown: Bool?
        var `class`: String
        var length: Int?
        var suggestions: [Part]?
    }

    private struct Shown: Decodable {
        var ids: [String]
    }

    /// - Parameter events: by time; those that say something else than they should are passed over.
    init(_ events: [SessionEvent], turns: [Turn]) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for event in events {
            let payload = Data(event.payload.utf8)
            switch event.kind {
            case "suggestions_shown":
                if let set = try? decoder.decode(Shown.self, from: payload) {
                    shown.append((event.time, set.ids.count))
                }
            case "suggestion_inserted": inserted.append(event.time)
            case "provenance":
                guard let report = try? decoder.decode(Report.self, from: payload),
                    // A report without a number is of the last message sent by then.
                    let turn = report.turn
                        ?? turns.last(where: {
                            $0.author == "participant" && $0.sent <= event.time
                        })?.number
                else { continue }
                uses[turn] = Use(report)
            default: continue
            }
        }
    }
}

extension SuggestionLog.Use {
    fileprivate init(_ report: SuggestionLog.Report) {
        let parts = report.suggestions ?? []
        shown = report.shown ?? true
        adoption = report.class
        insertions = parts.reduce(0) { $0 + ($1.insertions ?? 0) }
        guard let length = report.length, length > 0 else { return }
        // Each word counts for one Suggestion alone, but a stranger's file may say otherwise.
        var taken = 0
        var end = 0
        let fits = 0...length
        let spans: [SuggestionLog.Report.Part.Span] = parts.flatMap { $0.spans ?? [] }.filter {
            fits.contains($0.messagePosition) && fits.contains($0.messageLength)
        }
        for span in spans.sorted(by: { $0.messagePosition < $1.messagePosition }) {
            let from = max(end, span.messagePosition)
            let to = min(length, span.messagePosition + span.messageLength)
            taken += max(0, to - from)
            end = max(end, to)
        }
        share = Double(taken) / Double(length)
    }
}
