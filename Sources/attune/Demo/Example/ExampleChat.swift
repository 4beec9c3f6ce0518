import Glibc
import Link
import SystemCalls
import Timebase

/// The example's conversation, as a chat's page would tell it: turns, drafts as they are typed,
/// Suggestions, emotions.
final class ExampleChat {
    /// What the think-aloud looks back on.
    struct Moment {
        var id: String
        var kind: String
        var label: String
        var time: Instant
    }

    private struct Feeling {
        var label: String
        var emoji: String
        var category: String
        var valence: Double
        var arousal: Double
    }

    private let station: ExampleStation
    private let session: SessionInfo
    private let keyboard: ExampleKeyboard
    private let client: ExampleClient
    private(set) var moments: [Moment] = []

    init(station: ExampleStation, session: SessionInfo, keyboard: ExampleKeyboard) throws {
        self.station = station
        self.session = session
        self.keyboard = keyboard
        client = try ExampleClient(
            "chat", title: "The example's chat", station: station, session: session.id)
    }

    func run() throws {
        for tier in ["conversation", "sensors", "key-timing", "draft-text", "audio"] {
            client.say("consent", ["tier": .string(tier), "granted": true])
        }
        client.say("focus", ["focused": true])
        client.say("window_focus", ["focused": true])
        client.say(
            "view",
            [
                "page_version": "example", "width": 1280, "height": 720, "pixel_ratio": 1,
                "zoom": 1, "language": "en", "user_agent": "the demo's example",
            ])
        try client.deliver()
        usleep(1_500_000)
        try hear(
            1, "I could not sleep again. Everything feels heavy.",
            Feeling(label: "sad", emoji: "😢", category: "sadness", valence: -0.6, arousal: 0.2),
            suggestions: [
                ("empathy", "Empathy", "That sounds exhausting."),
                ("motivational", "Motivational", "What would help you to rest?"),
            ])
        usleep(700_000)
        try answer(2, draft: 1, inserting: nil, typing: "That sounds hard. What keeps you awake?")
        usleep(300_000)
        try hear(
            3, "Mostly what my sister said. You never call.",
            Feeling(label: "hurt", emoji: "😔", category: "sadness", valence: -0.8, arousal: 0.4),
            suggestions: [
                ("empathy", "Empathy", "That must have stung."),
                ("support", "Support", "It is good that you talk about it."),
            ])
        try station.mark("deep breath", in: session.id)
        usleep(2_300_000)
        try answer(
            4, draft: 2, inserting: ("s3.empathy.1", "That must have stung."),
            typing: " Do you miss her?")
        usleep(300_000)
        try hear(
            5, "I do. Thank you for asking.",
            Feeling(label: "calm", emoji: "🙂", category: "joy", valence: 0.4, arousal: 0.1),
            suggestions: [])
        try client.deliver()
        usleep(2_300_000)
    }

    /// A turn of the client with its feeling, and with what is suggested for the answer.
    private func hear(
        _ number: Int64, _ text: String, _ feeling: Feeling,
        suggestions: [(name: String, title: String, text: String)]
    ) throws {
        let composed = Clocks.now()
        usleep(250_000)
        for which in ["scored", "displayed"] {
            client.say(
                "emotion",
                [
                    "which": .string(which), "turn": .integer(number),
                    "label": .string(feeling.label), "emoji": .string(feeling.emoji),
                    "category": .string(feeling.category), "valence": .real(feeling.valence),
                    "arousal": .real(feeling.arousal), "uncertainty": 0.2,
                    "probabilities": [feeling.category: 0.8, "neutral": 0.2],
                    "source": "example",
                ])
        }
        try turn(number, "client", text, composed: composed, draft: nil)
        client.say("emotion_shown", ["turn": .integer(number)])
        guard !suggestions.isEmpty else { return }
        let set = "s\(number)"
        let groups = suggestions.map { group -> JSONValue in
            [
                "name": .string(group.name), "title": .string(group.title),
                "items": [["id": .string("\(set).\(group.name).1"), "text": .string(group.text)]],
            ]
        }
        client.say(
            "suggestions",
            [
                "set": .string(set), "turn": .integer(number), "shown": true,
                "source": "scripted", "groups": .array(groups),
            ])
        client.say(
            "suggestions_shown",
            [
                "set": .string(set),
                "ids": .array(suggestions.map { .string("\(set).\($0.name).1") }),
            ])
    }

    /// A turn of the participant, typed on the keyboard.
    private func answer(
        _ number: Int64, draft: Int64, inserting: (id: String, text: String)?, typing: String
    ) throws {
        let composed = Clocks.now()
        var text = ""
        if let inserting {
            let length = Int64(inserting.text.count)
            client.say(
                "suggestion_inserted",
                [
                    "id": .string(inserting.id), "draft": .integer(draft), "position": 0,
                    "deleted": 0, "inserted": .integer(length),
                ])
            edit(draft, 0, inserting.text, "suggestion")
            text = inserting.text
            usleep(300_000)
        }
        var next = Clocks.now()
        for letter in typing {
            next = next + 75_000_000
            ExampleStation.wait(until: next)
            try keyboard.type(letter)
            let kind = letter == " " ? "space" : letter.isLetter ? "letter" : "punctuation"
            edit(draft, Int64(text.count), String(letter), kind)
            text.append(letter)
        }
        try keyboard.type("\n")
        try turn(number, "participant", text, composed: composed, draft: draft)
    }

    private func edit(
        _ draft: Int64, _ position: Int64, _ inserted: String, _ kind: String
    ) {
        client.say(
            "draft_edit",
            [
                "draft": .integer(draft), "position": .integer(position), "deleted": 0,
                "inserted": .integer(Int64(inserted.count)), "class": .string(kind),
                "text": .string(inserted),
            ])
    }

    private func turn(
        _ number: Int64, _ author: String, _ text: String, composed: Instant, draft: Int64?
    ) throws {
        var payload: [String: JSONValue] = [
            "number": .integer(number), "author": .string(author), "text": .string(text),
            "composed_from_ns": .integer(composed.nanoseconds),
            "sent_ns": .integer(Clocks.now().nanoseconds),
        ]
        if let draft { payload["draft"] = .integer(draft) }
        client.say("turn", .object(payload))
        client.say(
            "turn_shown",
            ["number": .integer(number), "shown_ns": .integer(Clocks.now().nanoseconds)])
        moments.append(
            Moment(
                id: "turn-\(number)", kind: "turn",
                label: "\(draft == nil ? "Client's" : "Own") turn \(number)", time: Clocks.now()))
        try client.deliver()
    }
}
