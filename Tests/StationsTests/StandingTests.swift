import SessionStore
import Testing

@testable import Stations

/// How a session here stands to the same one at a place.
@Suite struct StandingTests {
    private static func hash(_ letter: String) -> String { String(repeating: letter, count: 64) }

    private let here = LocalSession(
        identifier: "s-1", study: "pilot", participant: "P01", kind: .chat, isPilot: false,
        station: "a", started: 100, finished: 200, condition: .sealed, path: "/d/s.attune",
        size: 5, indexedSHA256: hash("a"), changes: [])
    private let there = SessionManifest(
        study: "pilot", session: "s-1", participant: "P01", kind: .chat, pilot: false,
        station: "a", startedRealtimeNs: 100, finishedRealtimeNs: 200, changes: [],
        files: [
            SessionManifest.File(
                part: .session, size: 5, sha256: hash("a"), partSize: 8 << 20, parts: [hash("a")])
        ], pushedBy: "a", pushedRealtimeNs: 6)

    private func standing(
        _ here: LocalSession?, _ there: SessionManifest?, strange: String? = nil,
        missing: [SessionPart] = [], hasBegun: Bool = false,
        _ withdrawals: [StationLedger.Withdrawal] = []
    ) throws -> Standing {
        try Standing(
            here: here, there: there, strange: strange, missing: missing, hasBegun: hasBegun,
            withdrawals: Withdrawals(withdrawals), sha256: { $0.indexedSHA256 ?? "" })
    }

    private func withdrawal(
        session: String = "s-1", row: String? = nil, at realtime: Int64 = 150
    ) -> StationLedger.Withdrawal {
        StationLedger.Withdrawal(
            session: session, participant: "P01", scope: row == nil ? "all" : "audio",
            auditRow: row, realtimeNs: realtime, station: "b")
    }

    @Test func whatIsWhereIsTold() throws {
        #expect(try standing(here, nil) == .onlyHere)
        #expect(try standing(here, nil, hasBegun: true) == .begun)
        #expect(try standing(nil, there) == .onlyThere)
        #expect(try standing(nil, there, missing: [.session]) == .partialThere([.session]))
        #expect(try standing(here, there) == .both)
        #expect(try standing(here, there, missing: [.report]) == .partialThere([.report]))
        #expect(try standing(here, nil, strange: "odd") == .strangeThere("odd"))
        #expect(try standing(nil, nil, strange: "odd") == .strangeThere("odd"))
        var running = here
        running.condition = .open
        #expect(try standing(running, nil) == .open)
        #expect(try standing(running, there) == .open)
    }

    @Test func anotherContentIsAConflict() throws {
        var other = here
        other.indexedSHA256 = Self.hash("b")
        guard case .differs = try standing(other, there) else {
            Issue.record("not told")
            return
        }
        // A hash that is the same with another size is one of another file.
        other = here
        other.size = 6
        guard case .differs = try standing(other, there) else {
            Issue.record("not told")
            return
        }
    }

    @Test func whoeverTookMoreOutIsNewer() throws {
        var other = here
        other.indexedSHA256 = Self.hash("b")
        other.changes = ["r1"]
        #expect(try standing(other, there) == .newerHere)
        var newer = there
        newer.changes = ["r1", "r2"]
        #expect(try standing(other, newer) == .newerThere)
        newer.changes = ["r2"]
        guard case .differs = try standing(other, newer) else {
            Issue.record("not told")
            return
        }
    }

    @Test func whatWasWithdrawnIsFoundInEachPlace() throws {
        let all = withdrawal()
        #expect(try standing(here, there, [all]) == .withdrawn(here: true, there: true, all))
        #expect(try standing(here, nil, [all]) == .withdrawn(here: true, there: false, all))
        #expect(try standing(nil, there, [all]) == .withdrawn(here: false, there: true, all))
        #expect(try standing(here, there, [withdrawal(session: "s-2")]) == .both)
        // Ids are the same in capitals.
        #expect(try standing(here, there, [withdrawal(session: "S-1")]) != .both)

        // Something was taken out: the copy that has its row may stay.
        let tier = withdrawal(row: "r1")
        var newer = here
        newer.changes = ["r1"]
        newer.indexedSHA256 = Self.hash("b")
        #expect(try standing(newer, there, [tier]) == .withdrawn(here: false, there: true, tier))
        #expect(try standing(here, there, [tier]) == .withdrawn(here: true, there: true, tier))
        var current = there
        current.changes = ["r1"]
        #expect(try standing(here, current, [tier]) == .withdrawn(here: true, there: false, tier))
    }

    /// Who withdrew did so at one station; sessions that others recorded before go too, later ones stay.
    @Test func aParticipantWithdrawsEverywhere() throws {
        let participant = withdrawal(session: "", at: 150)
        #expect(
            try standing(here, nil, [participant])
                == .withdrawn(here: true, there: false, participant))
        var later = here
        later.started = 151
        #expect(try standing(later, nil, [participant]) == .onlyHere)
        var other = here
        other.participant = "P02"
        #expect(try standing(other, nil, [participant]) == .onlyHere)
        // Of several, the latest counts.
        let twice = Withdrawals([participant, withdrawal(session: "", at: 160)])
        #expect(twice.all.map(\.realtimeNs) == [160])
        #expect(twice.concerns(participant: "P01") && !twice.concerns(participant: "P02"))
        #expect(
            !twice.forbids(session: "s-1") && Withdrawals([withdrawal()]).forbids(session: "S-1"))
    }
}
