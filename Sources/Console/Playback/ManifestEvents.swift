import Link
import SessionStore
import Timebase

/// A session's events, sorted into what the page shows of them.
struct ManifestEvents {
    private(set) var marks: [JSONValue] = []
    private(set) var suggestions: [JSONValue] = []
    private(set) var insertions: [JSONValue] = []
    private(set) var emotions: [JSONValue] = []
    private(set) var listed: [JSONValue] = []
    private(set) var views: [JSONValue] = []
    private(set) var first: Instant?
    private(set) var last: Instant?
    private var paused: [(from: Double, to: Double?, reason: JSONValue)] = []
    private let start: Instant
    /// The turn that each draft became.
    private let drafts: [Int64: Int64]
    /// The newest correction of each turn's emotion.
    private let corrections: [Int64: EmotionCorrection]

    /// - Parameter events: in the order of time.
    init(
        _ events: [SessionEvent], start: Instant, drafts: [Int64: Int64],
        corrections: [Int64: EmotionCorrection]
    ) {
        self.start = start
        self.drafts = drafts
        self.corrections = corrections
        first = events.first?.time
        last = events.last?.time
        for event in events { add(event) }
    }

    private mutating func add(_ event: SessionEvent) {
        let isListed = !EventWords.unlisted.contains(event.kind)
        guard isListed || Self.shown.contains(event.kind) else { return }
        // A payload that cannot be read is a client's mistake; what can be told without it is.
        let payload = try? JSONValue(parsing: event.payload)
        let time = JSONValue.seconds(event.time, start)
        switch event.kind {
        case "mark":
            marks.append([
                "t_s": time, "label": payload?["label"] ?? .string(event.payload),
                "detail": payload?["detail"] ?? .null, "actor": payload?["actor"] ?? .null,
                "bound_ms": .real(Double(event.bound) / 1e6),
            ])
        case "suggestions":
            suggestions.append([
                "turn": payload?["turn"] ?? .null, "set": payload?["set"] ?? .null, "t_s": time,
                "shown": payload?["shown"] ?? .null, "groups": payload?["groups"] ?? .array([]),
            ])
        case "suggestion_inserted":
            let draft = payload?["draft"]?.integer
            insertions.append([
                "t_s": time, "id": payload?["id"] ?? .null,
                "turn": draft.flatMap { drafts[$0] }.map { .integer($0) } ?? .null,
            ])
        case "emotion": addEmotion(payload, time)
        case "view":
            var view: [String: JSONValue] = [:]
            if case .object(let members)? = payload { view = members }
            view["t_s"] = time
            views.append(.object(view))
        case "paused":
            paused.append(
                (event.time.seconds(since: start), nil, payload?["reason"] ?? .null))
        case "resumed":
            guard let open = paused.lastIndex(where: { $0.to == nil }) else { return }
            paused[open].to = event.time.seconds(since: start)
        default:
            listed.append([
                "t_s": time, "kind": .string(event.kind),
                "text": .string(EventWords.text(event.kind, payload)),
            ])
        }
    }

    private static let shown: Set<String> = [
        "mark", "suggestions", "suggestion_inserted", "emotion", "view", "paused", "resumed",
    ]

    /// The stretches in which the session paused.
    func pauses(until end: Double) -> [JSONValue] {
        paused.map {
            ["from_s": .real($0.from), "to_s": .real($0.to ?? end), "reason": $0.reason]
        }
    }

    private mutating func addEmotion(_ payload: JSONValue?, _ time: JSONValue) {
        guard let payload else { return }
        let which = payload["which"] ?? .null
        var emotion: [String: JSONValue] = ["t_s": time, "which": which, "corrected": .null]
        for name in ["turn", "label", "emoji", "category", "valence", "arousal", "uncertainty"] {
            emotion[name] = payload[name] ?? .null
        }
        if which.string == "scored", let turn = payload["turn"]?.integer,
            let correction = corrections[turn]
        {
            emotion["corrected"] = [
                "category": .text(correction.category),
                "valence": correction.valence.map { .real($0) } ?? .null,
                "arousal": correction.arousal.map { .real($0) } ?? .null,
                "note": .string(correction.note), "actor": .string(correction.actor),
            ]
        }
        emotions.append(.object(emotion))
    }
}
