import Link
import StudyProtocol
import Testing
import Timebase

@testable import Recording

/// Alarms, pauses and messages, as they happen and as a file tells them.
@Suite struct ProcedureStateTests {
    private func instant(_ seconds: Int64) -> Instant {
        Instant(nanoseconds: seconds * 1_000_000_000)
    }

    private func alarm(_ code: String, _ members: [String: JSONValue] = [:]) -> JSONValue {
        .object(
            ["code": .string(code), "text": .string("look at \(code)")].merging(members) { $1 })
    }

    @Test func alarmsAreNumberedAndAcknowledged() {
        var state = ProcedureState(nil)
        state.take("alarm", alarm("cue", ["severity": "urgent"]), at: instant(1), isClients: true)
        state.take("alarm", alarm("refusal"), at: instant(2), isClients: true)
        state.take(
            "alarm", alarm("budget", ["needs_acknowledgement": true]), at: instant(3),
            isClients: true)
        // Not the daemon's own kind, and no alarm at all.
        state.take("alarm", alarm("own"), at: instant(3), isClients: false)
        state.take("alarm", ["code": "x"], at: instant(3), isClients: true)
        #expect(state.alarms.map(\.id) == ["a1", "a2", "a3"])
        #expect(state.alarms.map(\.severity) == [.urgent, .warning, .warning])
        #expect(state.waitingAlarms == ["a1", "a3"])
        // Clients cannot acknowledge.
        state.take("alarm_acknowledged", ["alarm": "a1"], at: instant(4), isClients: true)
        #expect(state.waitingAlarms == ["a1", "a3"])
        state.take("alarm_acknowledged", ["alarm": "a1"], at: instant(4), isClients: false)
        #expect(state.waitingAlarms == ["a3"])
        #expect(state.alarms.first?.isAcknowledged == true)
    }

    @Test func manyAlarmsDoNotPushAwayOneThatWaits() {
        var state = ProcedureState(nil)
        state.take("alarm", alarm("cue", ["severity": "urgent"]), at: instant(1), isClients: true)
        for _ in 0..<1000 { state.take("alarm", alarm("n"), at: instant(2), isClients: true) }
        #expect(state.alarms.count <= 256)
        #expect(state.waitingAlarms == ["a1"])
        #expect(state.alarms.last?.id == "a1001")
    }

    @Test func pausesAndMessages() {
        var state = ProcedureState(nil)
        state.take("paused", ["reason": "fire alarm"], at: instant(1), isClients: false)
        #expect(state.paused == "fire alarm")
        state.take("resumed", ["reason": nil], at: instant(2), isClients: false)
        #expect(state.paused == nil)
        let first = state.nextMessage("Hello")
        #expect(first == LinkMessage(id: 1, text: "Hello"))
        state.take("message", ["id": 1, "text": "Hello"], at: instant(3), isClients: false)
        #expect(state.message == first)
        #expect(state.nextMessage("Hello").id == 2)
    }

    @Test func anAlarmThatNobodyAcknowledgesIsNeglected() {
        var state = ProcedureState(nil)
        let limit: Int64 = 60_000_000_000
        state.take("alarm", alarm("note"), at: instant(1), isClients: true)
        state.take("alarm", alarm("cue", ["severity": "urgent"]), at: instant(10), isClients: true)
        #expect(state.neglectedAlarm(after: limit, now: instant(69)) == nil)
        #expect(state.neglectedAlarm(after: limit, now: instant(70))?.id == "a2")
        // Somebody let it go on in spite of it.
        state.take("paused", ["reason": "x"], at: instant(70), isClients: false)
        #expect(state.neglectedAlarm(after: limit, now: instant(99)) == nil)
        state.take("resumed", [:], at: instant(100), isClients: false)
        #expect(state.neglectedAlarm(after: limit, now: instant(200)) == nil)
        state.take("alarm", alarm("cue", ["severity": "urgent"]), at: instant(210), isClients: true)
        #expect(state.neglectedAlarm(after: limit, now: instant(270))?.id == "a3")
        state.take("alarm_acknowledged", ["alarm": "a3"], at: instant(271), isClients: false)
        #expect(state.neglectedAlarm(after: limit, now: instant(400)) == nil)
    }

    @Test func aFittingIsOwedUntilItIsLeftForALaterPhase() throws {
        let plan = try StudyPlan.read(
            """
            name: owed
            version: 1
            title: Owed
            phases:
              - {name: consent, title: Consent, kind: consent}
              - {name: fitting, title: Fitting, kind: fitting}
              - {name: rest, title: Rest, kind: baseline}
              - {name: refit, title: Once more, kind: fitting, optional: true}
              - {name: task, title: Task, kind: other}
            consent: []
            """, file: "owed")
        var state = ProcedureState(plan)
        func owed(_ name: String) -> String? { state.fittingOwed(before: name)?.name }
        func enter(_ name: String) { _ = state.enter(name, at: instant(1)) }
        #expect(owed("consent") == nil && owed("fitting") == nil)
        #expect(owed("rest") == "fitting" && owed("task") == "fitting")
        enter("fitting")
        // Back is free, and past it is not.
        #expect(owed("consent") == nil)
        enter("consent")
        #expect(owed("rest") == "fitting")
        enter("rest")
        #expect(owed("rest") == nil && owed("task") == nil)
        enter("refit")
        #expect(owed("task") == "refit" && owed("rest") == nil)
        enter("fitting")
        #expect(owed("rest") == "fitting" && owed("task") == "refit")
        enter("task")
        #expect(owed("task") == nil && owed("rest") == nil)
        #expect(ProcedureState(nil).fittingOwed(before: "rest") == nil)
    }

    @Test(arguments: [
        #"alarm {"code":"x","text":""}"#,
        #"alarm {"code":"x","text":"y","severity":"fatal"}"#,
        #"alarm {"code":"x","text":"y","severity":3}"#,
        #"alarm {"code":"x","text":"y","needs_acknowledgement":"yes"}"#,
        #"fitting {"check":"model"}"#,
        #"fitting {"check":"model","state":"blue"}"#,
        #"turn_shown {"number":1}"#,
        #"turn_shown {"number":"1","shown_ns":2}"#,
    ])
    func whatIsActedUponIsReadStrictly(event: String) throws {
        let parts = event.split(separator: " ", maxSplits: 1).map(String.init)
        let payload = try JSONValue(parsing: parts[1])
        #expect(ClientEvent.refusal(kind: parts[0], payload: payload) != nil)
        #expect(ClientEvent.refusal(kind: "note", payload: payload) == nil)
    }
}
