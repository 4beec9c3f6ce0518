import Foundation
import SessionStore
import TestSupport
import Timebase

/// Keys, turns and all else that happens at one moment.
extension ExampleSession {
    mutating func addKeys() {
        var time = Self.started
        var before: (pressed: Instant, released: Instant?)?
        for ordinal in 0..<Int64(120) {
            let previous = time
            time = time + Int64.random(in: 1...150_000_000, using: &random)
            if ordinal % 40 == 39 {
                let gap = Gap(
                    cause: .dropped, afterIndex: ordinal - 1, start: previous, end: time, lost: 3,
                    lostBound: 1)
                batch.gaps.append(StreamGap(stream: 3, gap: gap))
                expect(
                    "gaps", ["stream": "keys, \"a\"", "cause": "dropped", "lost": 3], at: previous)
                before = nil
            }
            batch.keyPresses.append(
                KeyPress(
                    stream: 3, ordinal: ordinal, pressed: time, keyClass: "letter", bound: 1_000_500
                )
            )
            var released: Instant?
            if Int.random(in: 0..<8, using: &random) > 0 {
                let release = time + Int64.random(in: 1...200_000_000, using: &random)
                released = release
                batch.keyReleases.append(
                    KeyRelease(stream: 3, ordinal: ordinal, released: release, pairing: .order))
            }
            let earlier = before?.released
            expect(
                "keystrokes",
                [
                    "stream": "keys, \"a\"", "ordinal": ordinal, "class": "letter",
                    "bound_ms": ["ms": 1_000_500],
                    "dwell_ms": released.map { ["ms": $0 - time] } as Any? ?? NSNull(),
                    "released_ns": released.map { $0 - Self.started } as Any? ?? NSNull(),
                    "press_to_press_ms": before.map { ["ms": time - $0.pressed] } as Any?
                        ?? NSNull(),
                    "flight_ms": earlier.map { ["ms": time - $0] } as Any? ?? NSNull(),
                    "pairing": released == nil ? NSNull() : "order" as Any,
                ], at: time)
            before = (time, released)
        }
    }

    mutating func addHappenings() {
        var time = Self.started
        for number in Int64(1)...50 {
            time = time + Int64.random(in: 1...600_000_000, using: &random)
            let words = text()
            let began = Bool.random(using: &random) ? time + -77_000_001 : nil
            batch.turns.append(
                Turn(
                    author: "participant", text: words, composedFrom: began, sent: time, bound: 42,
                    client: "chat", clientSequence: number * 3))
            expect(
                "turns",
                [
                    "turn": number, "author": "participant", "text": words,
                    "bound_ms": ["ms": 42], "shown_ns": NSNull(),
                    "began_ns": began.map { $0 - Self.started } as Any? ?? NSNull(),
                    "composing_ms": began == nil ? NSNull() : ["ms": 77_000_001] as Any,
                    "client_sequence": number * 3,
                ], at: time)
            let typed = Bool.random(using: &random) ? text() : nil
            batch.draftEdits.append(
                DraftEdit(
                    turn: number, time: time, position: 2, deleted: 0, inserted: 5,
                    editClass: "paste", text: typed, bound: 9, client: "chat",
                    clientSequence: number * 3 + 1))
            expect(
                "draft_edits",
                [
                    "turn": number, "position": 2, "deleted": 0, "inserted": 5, "class": "paste",
                    "text": typed as Any? ?? NSNull(),
                ], at: time)
            let payload = "{\"note\":\"\(number),\\n\"}"
            batch.events.append(
                SessionEvent(
                    stream: number % 2 == 0 ? 1 : nil, time: time, bound: number, kind: "mark",
                    payload: payload))
            expect(
                "events",
                [
                    "kind": "mark", "payload": payload, "bound_ms": ["ms": number],
                    "stream": number % 2 == 0 ? "Bio/../Signal 1" as Any : NSNull(),
                    "client": NSNull(),
                ], at: time)
        }
        let rest = Self.started + 1_000
        let talk = Self.started + 6_000_000_000
        batch.phases = [
            PhaseChange(name: "rest", time: rest), PhaseChange(name: "talk", time: talk),
        ]
        expect("phases", ["phase": "rest", "duration_ms": ["ms": talk - rest]], at: rest)
        expect("phases", ["phase": "talk", "end_ns": 20_000_000_001], at: talk)
        batch.audit = [
            AuditEntry(
                time: rest, realtime: 7, actor: "operator \"x\"", action: "start", detail: "{}")
        ]
        expect("audit", ["realtime_ns": 7, "actor": "operator \"x\"", "action": "start"], at: rest)
        batch.faults = [FaultCount(stream: 1, cause: "checksum", count: 12)]
        expect("faults", ["stream": "Bio/../Signal 1", "cause": "checksum", "count": 12])
        batch.clockObservations = [
            ClockObservation(
                stream: nil, client: "chat", index: nil, deviceTime: -5, sent: rest, arrival: talk)
        ]
        expect(
            "clock_observations",
            ["client": "chat", "device_time": -5, "sent_ns": 1_000, "sample_index": NSNull()],
            at: talk)
    }
}
