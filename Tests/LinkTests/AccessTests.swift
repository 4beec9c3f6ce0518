import Testing

@testable import Link

@Suite struct AccessTests {
    let policy = AccessPolicy(watchGroups: [100], controlGroups: [200], owner: 1000)

    func access(_ user: UInt32, _ group: UInt32, _ groups: [UInt32] = []) -> Access {
        policy.access(
            of: Peer(process: 1, user: user, group: group, supplementaryGroups: groups))
    }

    @Test func rightsComeFromUserAndGroups() {
        #expect(access(0, 0) == .control)
        #expect(access(1000, 5) == .control)
        #expect(access(1001, 5) == .none)
        #expect(access(1001, 5, [7, 8]) == .none)
        #expect(access(1001, 100) == .watch)
        #expect(access(1001, 5, [7, 100]) == .watch)
        #expect(access(1001, 200) == .control)
        #expect(access(1001, 5, [100, 200]) == .control)
    }

    @Test func anUnknownGroupGivesNobodyARight() {
        let (policy, missing) = AccessPolicy.named(
            watch: ["root", "no-such-group"], control: ["no-such-group-either"])
        #expect(policy.watchGroups == [0])
        #expect(policy.controlGroups.isEmpty)
        #expect(missing == ["no-such-group", "no-such-group-either"])
    }

    @Test func whatChangesNeedsControl() {
        let rules =
            ControlInterface.rules + LinkInterface.rules + StudyInterface.rules
            + ReviewInterface.rules
        let watch = rules.filter { $0.neededAccess == .watch }
        #expect(
            Set(watch.map { String($0.name.split(separator: ".").last ?? "") }) == [
                "CheckFitting", "GetStatus", "ListDevices", "ListSessions", "GetSession",
                "GetClock", "Subscribe", "Exchange", "WatchSession", "ListStudies",
                "ListParticipants", "ListTombstones", "ListDue", "GetConsent", "GetProcedure",
                "GetProcedure",
            ])
        #expect(rules.allSatisfy { $0.neededAccess > .none })
    }
}
