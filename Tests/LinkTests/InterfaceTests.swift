import LinkTestSupport
import SystemCalls
import Testing

@testable import Link

@Suite struct InterfaceTests {
    static let folder =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/Protocols/interfaces"

    @Test func theProgramCarriesTheFilesTexts() throws {
        for (name, text) in [
            (ControlInterface.name, ControlInterface.text),
            (LinkInterface.name, LinkInterface.text),
            (StudyInterface.name, StudyInterface.text),
            (ReviewInterface.name, ReviewInterface.text),
        ] {
            let file = try FileSystem.readText("\(InterfaceTests.folder)/\(name).varlink")
            #expect(text == file, "run Protocols/interfaces/embed.sh")
        }
    }

    @Test func eachMethodHasARuleAndEachRuleAMethod() throws {
        for (text, rules) in [
            (ControlInterface.text, ControlInterface.rules),
            (LinkInterface.text, LinkInterface.rules),
            (StudyInterface.text, StudyInterface.rules),
            (ReviewInterface.text, ReviewInterface.rules),
        ] {
            let interface = try InterfaceDescription(text)
            #expect(
                Set(rules.map(\.name))
                    == Set(interface.methods.keys.map { "\(interface.name).\($0)" }))
        }
    }

    @Test func typesFitTheInterface() throws {
        let control = try InterfaceDescription(ControlInterface.text)
        let link = try InterfaceDescription(LinkInterface.text)
        func check<Value: Encodable>(
            _ value: Value, _ type: InterfaceType?, _ interface: InterfaceDescription
        ) throws {
            let encoded = try JSONValue(encoding: value)
            guard let type else {
                Issue.record("the interface lacks a type for \(Value.self)")
                return
            }
            #expect(interface.mismatch(of: encoded, with: type) == nil)
        }
        try check(
            ControlInterface.GetStatus.Reply(status: DoubleHandler.status),
            control.methods["GetStatus"]?.reply, control)
        try check(
            ControlInterface.GetSession.Reply(
                session: DoubleHandler.session,
                streams: [
                    StreamInfo(
                        id: 1, name: "eda", kind: "signal", source: "bitalino", clock: "counter",
                        channels: ["eda"], units: ["µS"], samples: 1, events: 0, gaps: 0, lost: 0,
                        nominalRateHz: 1000, rateHz: 999, boundMs: 1, lastSampleAgeMs: 2)
                ]), control.methods["GetSession"]?.reply, control)
        try check(
            ControlInterface.StartSession.Parameters(
                study: "s", participant: "p", protocol: "x", devices: ["a"], kind: "chat",
                pilot: true, parent: "q"), control.methods["StartSession"]?.parameters, control)
        try check(
            LinkInterface.Register.Parameters(
                session: "", client: "c", title: "t", clock: .own, bootId: "b",
                streams: [
                    LinkStream(
                        name: "n", kind: .signal, rateHz: 4, clock: .stamped,
                        channels: [
                            LinkChannel(name: "x", unit: "V", type: .i16, scale: 1, offset: 0)
                        ])
                ]), link.methods["Register"]?.parameters, link)
        try check(
            LinkInterface.Register.Reply(
                client: "c", session: DoubleHandler.linkSession, acknowledged: 3),
            link.methods["Register"]?.reply, link)
        try check(
            LinkInterface.SendSamples.Parameters(
                session: "", client: "c", stream: "n", sequence: 1, firstTimeNs: 2, firstIndex: 3,
                stampsNs: [4], count: 1, data: ""), link.methods["SendSamples"]?.parameters, link)
        // Enumerations have the same cases on both sides.
        for severity in Alarm.Severity.allCases {
            let alarm = Alarm(
                id: "a1", code: "c", text: "t", severity: severity, sinceNs: 1, session: "s",
                device: "d", needsAcknowledgement: true, acknowledged: true)
            try check(alarm, .named("Alarm"), control)
        }
        for state in FittingCheck.State.allCases {
            let found = FittingCheck(
                check: "contact", source: "polar.ecg", state: state, text: "t", required: true)
            try check(found, .named("FittingCheck"), control)
        }
        for state in SessionState.allCases {
            var session = DoubleHandler.session
            session.state = state
            try check(session, .named("SessionInfo"), control)
        }
        for state in DeviceState.allCases {
            var device = DoubleHandler.status.devices[0]
            device.state = state
            try check(device, .named("DeviceInfo"), control)
        }
    }

    @Test func errorsTravel() throws {
        let control = try InterfaceDescription(ControlInterface.text)
        let errors: [ControlError] = [
            .noSuchSession("a"), .noSuchDevice("a"), .noSuchStream("a"),
            .noSuchPhase("a", allowed: ["b"]), .noSuchAlarm("a", waiting: ["b"]),
            .notReady(checks: ["a"], reason: "b"), .deviceBusy(device: "a", session: "b"),
            .alreadyRecording(session: "a"), .invalidState("a", expected: ["b"]),
            .invalidName("a", reason: "b"), .storageFailed(reason: "a"),
            .notPermitted(needed: "control", has: "watch"),
        ]
        #expect(errors.count == control.errors.count)
        for error in errors {
            #expect(ControlError(error.varlink) == error)
            let type = try #require(control.errors[error.varlink.shortName])
            #expect(control.mismatch(of: error.varlink.parameters, with: type) == nil)
        }
        let link = try InterfaceDescription(LinkInterface.text)
        let refusals: [LinkRefusal] = [
            .noSuchSession("a"), .invalidState("a", expected: ["b"]), .notRegistered(client: "a"),
            .clientBusy("a"), .noSuchStream("a"), .invalidName("a", reason: "b"),
            .sequenceGap(expected: 4), .itemRefused(sequence: 5, reason: "b"),
            .storageFailed(reason: "a"), .notPermitted(needed: "control", has: "watch"),
        ]
        #expect(refusals.count == link.errors.count)
        for error in refusals {
            #expect(LinkRefusal(error.varlink) == error)
            let type = try #require(link.errors[error.varlink.shortName])
            #expect(link.mismatch(of: error.varlink.parameters, with: type) == nil)
        }
    }

    @Test func theServiceInterfaceIsWhole() {
        #expect(ServiceInterface.description.methods.count == 2)
        #expect(ServiceInterface.description.errors.count == 6)
    }

    @Test(arguments: [
        "", "interface", "interface x", "interface a.b\nmethod x() -> ()",
        "interface a.b\nmethod X() ->", "interface a.b\ntype X (a: )",
        "interface a.b\ntype X (a, b: int)",
        "interface a.b\ntype X (a: int", "interface a.b\ntype X ()\ntype X ()",
        "interface a.b\nfoo",
        "interface a.b\ntype X (a: " + String(repeating: "?", count: 1000),
    ])
    func aWrongDescriptionIsRefused(text: String) {
        #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(text) }
    }
}
