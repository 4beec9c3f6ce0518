import Link
import StudyProtocol
import Testing
import Timebase

@testable import Chat

/// What pages hand in: read strictly, and kept whatever it is.
@Suite struct PageEventTests {
    private func plan() throws -> RoomPlan {
        let study = try StudyPlan.read(
            """
            name: s
            version: 1
            title: S
            language: en
            phases:
              - {name: consent, title: Consent, kind: consent}
              - {name: chat, title: Chat, kind: chat, questionnaires: [q]}
            questionnaires:
              - name: q
                title: Q
                items:
                  - {name: a, kind: likert, text: A, points: 7, required: true}
                  - {name: b, kind: text, text: B}
            consent:
              - {name: conversation, title: C, covers: [turns], required: true}
              - {name: draft-text, title: D, covers: [draft-text]}
            chat: {persona: distressed-client}
            """, file: "s.yaml")
        let session = LinkSession(
            id: "s-1", study: "s", participant: "P", kind: "chat", state: .recording, pilot: true,
            startedNs: 1)
        return RoomPlan(study: study, session: session, defaultPersona: "x")
    }

    private func read(
        _ kind: String, _ payload: JSONValue, state: RoomState = RoomState(), text: Bool = false
    ) throws -> (kind: String, payload: JSONValue, meaning: PageEventReader.Meaning) {
        let reader = PageEventReader(
            plan: try plan(), state: state, phase: "chat", takesDraftText: text)
        return reader.read(
            PageBatch.Event(sequence: 1, timeNs: 5, kind: kind, payload: payload))
    }

    @Test func aMessageGetsItsNumberAndAuthor() throws {
        let read = try read("turn", ["text": "hello", "id": "x", "author": "client", "number": 9])
        #expect(read.kind == "turn")
        #expect(read.payload["author"] == "participant")
        #expect(read.payload["number"] == 1)
        #expect(read.payload["sent_ns"] == 5)
        #expect(read.meaning == .turn(text: "hello", id: "x"))
    }

    @Test(arguments: [
        Int64.min, -(1 << 62), -86_400_000_000_000, 86_400_000_000_006, 1 << 62, .max,
    ])
    func timesThatCannotBeAreDropped(_ time: Int64) throws {
        let turn = try read(
            "turn", ["text": "a", "sent_ns": .integer(time), "composed_from_ns": .integer(time)])
        #expect(turn.kind == "turn")
        #expect(turn.payload["sent_ns"] == 5)
        #expect(turn.payload["composed_from_ns"] == nil)
        let shown = try read(
            "turn_shown", ["number": 1, "shown_ns": 4, "last_ns": .integer(time)])
        #expect(shown.kind == "turn_shown")
        #expect(shown.payload["shown_ns"] == 4)
        #expect(shown.payload["last_ns"] == nil)
        // Without it the event says nothing.
        let never = try read("turn_shown", ["number": 1, "shown_ns": .integer(time)])
        #expect(never.kind == "note")
        let plain = try read("view", ["width": 390, "made_up_ns": .integer(time)])
        #expect(plain.payload == ["width": 390])
        let focus = try read("focus", ["focused": true, "made_up_ns": .integer(time)])
        #expect(focus.payload == ["focused": true])
    }

    @Test func timesWithinADayStay() throws {
        let times: JSONValue = [
            "text": "a", "sent_ns": 86_400_000_000_005, "composed_from_ns": -86_399_999_999_995,
        ]
        let turn = try read("turn", times)
        #expect(turn.payload["sent_ns"] == 86_400_000_000_005)
        #expect(turn.payload["composed_from_ns"] == -86_399_999_999_995)
    }

    @Test func theSameMessageIsNotSaidTwice() throws {
        var state = RoomState()
        state.apply(
            .turn(RoomTurn(number: 1, author: .participant, text: "a", id: "x", utcMs: 0)))
        #expect(try read("turn", ["text": "a", "id": "x"], state: state).kind == "note")
        #expect(try read("turn", ["text": "a", "id": "y"], state: state).kind == "turn")
    }

    @Test func textOfDraftsNeedsConsent() throws {
        let edit: JSONValue = [
            "draft": 1, "position": 0, "deleted": 0, "inserted": 1, "class": "letter", "text": "h",
        ]
        #expect(try read("draft_edit", edit).payload["text"] == nil)
        #expect(try read("draft_edit", edit, text: true).payload["text"] == "h")
        let odd: JSONValue = [
            "draft": 1, "position": 0, "deleted": 0, "inserted": 1, "class": "h", "extra": "h",
        ]
        let kept = try read("draft_edit", odd).payload
        #expect(kept["class"] == "other")
        #expect(kept["extra"] == nil)
    }

    @Test(arguments: [
        ("turn", #"{"text": "  "}"#), ("turn", #"{"text": 3}"#), ("draft_edit", "{}"),
        ("turn_shown", "{}"), ("focus", #"{"focused": 1}"#), ("alarm", #"{"code": "x"}"#),
        ("fitting", "{}"), ("provenance", "{}"), ("consent", #"{"tier": "x", "granted": true}"#),
        ("answers", #"{"questionnaire": "q", "answers": {"a": 9}}"#),
        ("answers", #"{"questionnaire": "q", "answers": {"z": 1}}"#),
        ("withdraw", #"{"what": "everything"}"#), ("unheard-of", "{}"),
    ])
    func whatMakesNoSenseIsKeptAsANote(kind: String, payload: String) throws {
        let read = try read(kind, try JSONValue(parsing: payload))
        #expect(read.kind == "note")
        #expect(read.payload["kind"]?.string == kind)
        #expect(read.meaning == .nothing)
    }

    @Test(arguments: ["view", "screen", "scroll", "fold", "control", "hover", "caret"])
    func whatIsSeenIsKeptAsItIsTold(kind: String) throws {
        let told: JSONValue = ["area": "talk", "top": 12.5, "follows": false]
        let read = try read(kind, told)
        #expect(read.kind == kind)
        #expect(read.payload == told)
        #expect(read.meaning == .nothing)
    }

    @Test func finalAnswersAreCompleteOnes() throws {
        let missing = try read(
            "answers", ["questionnaire": "q", "answers": ["b": "x"], "final": true])
        #expect(missing.payload["final"] == false)
        let complete = try read(
            "answers", ["questionnaire": "q", "answers": ["a": 7], "final": true])
        #expect(complete.payload["final"] == true)
        #expect(complete.payload["phase"] == "chat")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"page": "../../etc"}"#, #"{"page": "abcdefgh", "events": {}}"#,
        #"{"page": "abcdefgh", "events": [{"sequence": 2, "time_ns": 1, "kind": "a"}, "#
            + #"{"sequence": 1, "time_ns": 1, "kind": "a"}]}"#,
        #"{"page": "abcdefgh", "events": [{"sequence": 1, "time_ns": 1.5, "kind": "a"}]}"#,
        #"{"page": "abcdefgh", "events": [{"sequence": 1, "time_ns": 1, "kind": "A B"}]}"#,
        #"{"page": "abcdefgh", "events": [{"sequence": 1, "time_ns": 1, "kind": "a", "#
            + #""payload": 3}]}"#,
        #"{"page": "abcdefgh", "trips": [{}]}"#,
    ])
    func batchesAreReadStrictly(text: String) {
        #expect(throws: PageRefusal.self) { try PageBatch(Array(text.utf8)[...]) }
    }

    @Test func tripsThatCannotBeAreLeftOut() {
        let now = Instant(nanoseconds: 1_000_000_000)
        func trip(_ sent: Int64, _ received: Int64, _ at: Int64) -> Bool {
            ClockObservation(
                clientSentNs: sent, receivedNs: at, sentNs: at, clientReceivedNs: received
            ).isPossible(now: now)
        }
        #expect(trip(5, 6, 100))
        #expect(!trip(6, 5, 100))
        #expect(!trip(5, 6, 2_000_000_000))
        #expect(!trip(5, 5 + 61_000_000_000, 100))
        #expect(!trip(.min, .max, 100))
    }
}
