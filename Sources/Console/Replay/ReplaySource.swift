import Link
import SessionStore
import StudyProtocol
import Timebase

/// What was on the participant's screen, and nothing else: the settings that decided what the chat
/// showed, and everything that changed it, in the order of time. Times are seconds since the session's
/// start.
struct ReplaySource {
    private let row: SessionRow
    /// nil for a session without a protocol, or with one that is not read any more.
    private let study: StudyPlan?
    private let chat: ChatPlan?
    private let turns: [Turn]
    private let edits: [DraftEdit]
    private let phases: [Phase]
    private let events: [SessionEvent]
    /// What the participant said no to is not drawn either.
    private let consent: SessionConsent

    /// Kinds of events that are drawn.
    private static let kinds = [
        "view", "screen", "scroll", "fold", "control", "hover", "caret", "turn_shown",
        "suggestions", "suggestions_shown", "suggestion_inserted", "emotion", "emotion_shown",
        "reply", "paused", "resumed", "message", "message_shown", "resources_shown", "connection",
        "alarm", "condition", "pagehide",
    ]

    /// - Parameters:
    ///   - file: the session's; beside it is the database with the participant's answers.
    ///   - known: the condition where it is known from the study; else the session's own event tells it.
    init(
        _ reader: SessionReader, file: String, condition known: [String: String]? = nil
    ) throws(SessionStoreError) {
        row = try reader.session()
        let description = row.description
        let consent = SessionConsent.read(of: row, file: file)
        self.consent = consent
        turns = try reader.turns()
        edits = consent.shows(.draftEdits) ? try reader.draftEdits() : []
        phases = try reader.phases()
        events = try reader.events(of: Self.kinds).filter {
            switch $0.kind {
            case "hover": consent.shows(.pointer)
            case "caret": consent.shows(.draftEdits)
            default: true
            }
        }
        study =
            description.protocolText.isEmpty
            ? nil : try? StudyPlan.read(description.protocolText, file: description.protocolName)
        var condition = known ?? [:]
        for event in events where event.kind == "condition" && known == nil {
            guard case .object(let levels)? = Self.payload(event)["condition"] else { continue }
            condition = levels.compactMapValues(\.string)
        }
        chat = study?.effectiveChat(condition: condition)
    }

    /// As the page reads it.
    var json: JSONValue {
        let description = row.description
        var end = max(row.stopped ?? description.started, description.started)
        end = max(end, turns.map(\.sent).max() ?? end, events.map(\.time).max() ?? end)
        return [
            "session": .string(description.identifier), "pilot": .bool(description.isPilot),
            "language": .string(study?.language ?? "en"), "duration_s": seconds(end),
            "phases": .array(
                (study?.phases ?? []).map {
                    [
                        "name": .string($0.name), "title": .string($0.title),
                        "kind": .string($0.kind.rawValue),
                    ]
                }),
            "stays": .array(phases.map(stay)),
            "chat": [
                "client_label": .string(chat?.clientLabel ?? "Client"),
                "emotions": .bool(chat.map { $0.emotions.isShown } ?? true),
                "resources": .array(
                    (chat?.safety.resources ?? []).compactMap { try? JSONValue(encoding: $0) }),
            ],
            "turns": .array(turns.map(part)), "edits": .array(edits.map(part)),
            "events": .array(events.compactMap(part)),
        ]
    }

    private func seconds(_ time: Instant) -> JSONValue {
        .real(Double(time - row.description.started) / 1e9)
    }

    /// A stretch of time in one phase, with what the page showed of it.
    private func stay(_ phase: Phase) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(phase.name), "from_s": seconds(phase.started),
            "to_s": phase.ended.map(seconds) ?? .null,
        ]
        guard let plan = study?.phase(named: phase.name) else { return .object(members) }
        members["title"] = .string(plan.title)
        members["kind"] = .string(plan.kind.rawValue)
        members["advance"] = .string(plan.advance.rawValue)
        members["instructions"] = plan.instructions.map(JSONValue.string)
        members["duration_seconds"] = plan.durationSeconds.map(JSONValue.real)
        members["machine_notice"] =
            chat?.machineNotice.words(in: plan.kind).map(JSONValue.string)
        return .object(members)
    }

    private func part(_ turn: Turn) -> JSONValue {
        [
            "number": .integer(turn.number ?? 0), "author": .string(turn.author),
            "text": .string(consent.shows(.turns) ? turn.text : ""), "sent_s": seconds(turn.sent),
            "composed_from_s": turn.composedFrom.map(seconds) ?? .null,
            "shown_s": turn.shown.map(seconds) ?? .null,
        ]
    }

    /// Short, since a long session has tens of thousands of edits.
    private func part(_ edit: DraftEdit) -> JSONValue {
        [
            .integer(edit.turn), seconds(edit.time), .integer(edit.position),
            .integer(edit.deleted), .integer(edit.inserted), .string(edit.editClass),
            consent.shows(.draftText) ? edit.text.map(JSONValue.string) ?? .null : .null,
        ]
    }

    private static func payload(_ event: SessionEvent) -> JSONValue {
        (try? JSONValue(parsing: event.payload)) ?? .null
    }

    /// nil for what the participant did not see.
    private func part(_ event: SessionEvent) -> JSONValue? {
        guard case .object(var members) = Self.payload(event) else { return nil }
        switch event.kind {
        case "emotion":
            guard members["which"]?.string == "displayed" else { return nil }
        case "suggestions":
            guard members["shown"] == .bool(true) else { return nil }
            members["source"] = nil
        case "reply": members = members.filter { $0.key == "turn" }
        case "alarm":
            // The page offered help from then on.
            guard members["code"]?.string == "participant-safety" else { return nil }
            members = [:]
        case "condition": return nil
        case "paused", "resumed": members = [:]
        case "turn_shown":
            if let last = members["last_ns"]?.integer {
                members["last_s"] = seconds(Instant(nanoseconds: last))
            }
        case "view": members["user_agent"] = nil
        default: break
        }
        members = members.filter { !$0.key.hasSuffix("_ns") }
        members["kind"] = .string(event.kind)
        members["t_s"] = seconds(event.time)
        if let client = event.client, client.hasPrefix("page-") {
            members["page"] = .string(client)
        }
        return .object(members)
    }
}
