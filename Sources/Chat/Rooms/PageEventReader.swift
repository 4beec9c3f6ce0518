import Link
import StudyProtocol

/// Reads one event of a page: brings it into the form in which it is stored, and says what it means. A
/// pure value.
///
/// An event that makes no sense is kept as a `note` instead: the page's numbers have no holes, and one
/// mistake must not keep back what comes after it.
struct PageEventReader {
    /// What an event asks for beyond being stored.
    enum Meaning: Hashable, Sendable {
        case nothing
        case turn(text: String, id: String?)
        case insertion(JSONValue)
        case answers(questionnaire: String, answers: JSONValue, final: Bool)
        case consent(tier: String, granted: Bool)
        case wish(RoomWish)
        case withdrawTier(String)
        case microphone(state: String, detail: String)
    }

    /// Kinds that are stored as they come.
    static let plain: Set<String> = [
        "view", "scroll", "composition", "suggestions_shown", "emotion_shown", "phase_shown",
        "message_shown", "typing_task", "pagehide", "key_lag", "reply_paint", "resources_shown",
        "connection", "screen", "fold", "control", "hover", "caret",
    ]

    var plan: RoomPlan
    var state: RoomState
    var phase: String?
    /// Whether the text of draft edits may be stored.
    var takesDraftText: Bool
    static let messageLength = 8000
    /// How far a time in a payload may be from that of its event: a day.
    static let farthest: UInt64 = 86_400_000_000_000

    /// - Returns: the kind and payload to be stored, and what to do.
    func read(
        _ event: PageBatch.Event
    ) -> (kind: String, payload: JSONValue, meaning: Meaning) {
        guard case .object(let given) = event.payload else { return note(event, "no object") }
        var event = event
        let members = timely(given, event)
        event.payload = .object(members)
        switch event.kind {
        case "turn": return turn(event, members)
        case "draft_edit": return draftEdit(event, members)
        case "turn_shown":
            guard members["number"]?.integer != nil, members["shown_ns"]?.integer != nil else {
                return note(
                    event, "number and shown_ns have to be integers, and the time one that can be")
            }
            return (event.kind, event.payload, .nothing)
        case "focus":
            guard case .bool? = members["focused"] else {
                return note(event, "focused has to be a truth value")
            }
            return (event.kind, event.payload, .nothing)
        case "suggestion_inserted":
            guard members["id"]?.string != nil, members["position"]?.integer != nil else {
                return note(event, "id and position are needed")
            }
            return (event.kind, event.payload, .insertion(event.payload))
        case "answers": return answers(event, members)
        case "consent":
            guard let tier = members["tier"]?.string, isTier(tier),
                case .bool(let granted)? = members["granted"]
            else { return note(event, "a tier of the protocol and granted are needed") }
            return (event.kind, event.payload, .consent(tier: tier, granted: granted))
        case "advance":
            guard let from = members["phase"]?.string else {
                return note(event, "phase is needed")
            }
            return (event.kind, event.payload, .wish(.advance(from: from)))
        case "stop":
            return (event.kind, event.payload, .wish(.stop(reason: members["reason"]?.string)))
        case "withdraw":
            guard let what = members["what"]?.string, what == "all" || isTier(what) else {
                return note(event, "what has to be all, or a tier of the protocol")
            }
            return (
                event.kind, event.payload, what == "all" ? .wish(.withdraw) : .withdrawTier(what)
            )
        case "microphone":
            let state = members["state"]?.string ?? "unknown"
            return (
                event.kind, event.payload,
                .microphone(state: state, detail: members["level"].map(\.text) ?? "")
            )
        case let kind where Self.plain.contains(kind): return (kind, event.payload, .nothing)
        default: return note(event, "unknown kind")
        }
    }

    private func note(
        _ event: PageBatch.Event, _ problem: String
    ) -> (String, JSONValue, Meaning) {
        (
            "note",
            ["note": "page-event", "kind": .string(event.kind), "problem": .string(problem)],
            .nothing
        )
    }

    /// The members of a payload, without moments that cannot be.
    ///
    /// As for the daemon, a moment is each whole number whose name ends in `_ns`.
    private func timely(
        _ members: [String: JSONValue], _ event: PageBatch.Event
    ) -> [String: JSONValue] {
        members.filter { name, value in
            guard name.hasSuffix("_ns"), let time = value.integer else { return true }
            let (distance, isOver) = time.subtractingReportingOverflow(event.timeNs)
            return time.magnitude < 1 << 62 && !isOver && distance.magnitude <= Self.farthest
        }
    }

    private func isTier(_ name: String) -> Bool {
        plan.study?.consent.contains { $0.name.rawValue == name } ?? false
    }

    private func turn(
        _ event: PageBatch.Event, _ members: [String: JSONValue]
    ) -> (String, JSONValue, Meaning) {
        guard let text = members["text"]?.string, !text.allSatisfy(\.isWhitespace) else {
            return note(event, "a message has a text")
        }
        guard text.utf16.count <= Self.messageLength else {
            return note(event, "a message has at most \(Self.messageLength) UTF-16 units")
        }
        guard plan.chat != nil else { return note(event, "the protocol has no chat") }
        let id = members["id"]?.string.map { String($0.prefix(PageBatch.longestName)) }
        if let id, state.turns.contains(where: { $0.id == id }) {
            return note(event, "this message is there already")
        }
        var payload: [String: JSONValue] = [
            "number": .integer(Int64(state.nextTurnNumber)), "author": "participant",
            "text": .string(text),
            "sent_ns": .integer(members["sent_ns"]?.integer ?? event.timeNs),
            "draft": .integer(Int64(state.participantTurns + 1)),
        ]
        payload["composed_from_ns"] = members["composed_from_ns"]?.integer.map(JSONValue.integer)
        if let id { payload["id"] = .string(id) }
        return ("turn", .object(payload), .turn(text: text, id: id))
    }

    private func draftEdit(
        _ event: PageBatch.Event, _ members: [String: JSONValue]
    ) -> (String, JSONValue, Meaning) {
        var payload: [String: JSONValue] = [:]
        for name in ["draft", "position", "deleted", "inserted"] {
            guard let value = members[name]?.integer, (0..<1 << 32).contains(value) else {
                return note(event, "\(name) has to be an integer from 0")
            }
            payload[name] = .integer(value)
        }
        let given = members["class"]?.string ?? ""
        payload["class"] = .string((EditClass(rawValue: given) ?? .other).rawValue)
        if takesDraftText, let text = members["text"]?.string { payload["text"] = .string(text) }
        return (event.kind, .object(payload), .nothing)
    }

    private func answers(
        _ event: PageBatch.Event, _ members: [String: JSONValue]
    ) -> (String, JSONValue, Meaning) {
        guard let name = members["questionnaire"]?.string,
            let questionnaire = plan.study?.questionnaire(named: name),
            case .object(let given)? = members["answers"]
        else { return note(event, "a questionnaire of the protocol and answers are needed") }
        var all = state.answers[name] ?? [:]
        all.merge(given) { _, new in new }
        var read: [String: Answer] = [:]
        for (item, value) in all {
            guard questionnaire.item(named: item) != nil,
                let answer = try? value.decode(Answer.self)
            else { return note(event, "the answer to an item cannot be read") }
            read[item] = answer
        }
        let wantsFinal = members["final"] == .bool(true)
        let problems = questionnaire.check(
            read, condition: plan.condition, isFinal: wantsFinal)
        guard problems.allSatisfy({ $0.kind == .missing }) else {
            return note(event, "an answer does not fit its item")
        }
        let isFinal = wantsFinal && problems.isEmpty
        var payload: [String: JSONValue] = [
            "questionnaire": .string(name), "answers": .object(given), "final": .bool(isFinal),
        ]
        if let phase { payload["phase"] = .string(phase) }
        if isFinal {
            let scores = questionnaire.score(read, condition: plan.condition)
            payload["scales"] = try? JSONValue(encoding: scores)
        }
        return (
            event.kind, .object(payload),
            .answers(questionnaire: name, answers: .object(given), final: isFinal)
        )
    }
}
