import Foundation
import Link
import SystemCalls
import TestSupport
import Testing
import Web

@testable import Chat

/// A room is what its journal says.
@Suite struct RoomStateTests {
    private let turn = RoomTurn(
        number: 1, author: .participant, text: "hello", id: "a", utcMs: 1_700_000_000_000)
    private let reply = PendingReply(
        answers: 1, text: "hi", source: "scripted/x/1", dueNs: 5, composedFromNs: 1,
        emotion: ["label": "Sad"], series: ["valence": -0.5], suggestions: nil)

    private var facts: [[RoomEntry]] {
        [
            [.opened(.init(room: "r", session: "s", boot: "b", seed: 7))],
            [.invited(tokenHash: "t", expiresUtcMs: 1)],
            [.joined(tokenHash: "t", cookieHash: "c")],
            [
                .page(.init(sequence: 1, timeNs: 2, kind: "turn", payload: ["x": 1]), page: "p"),
                .chat(.init(sequence: 1, timeNs: 3, kind: "provenance", payload: [:])),
                .turn(turn),
            ],
            [.tripsConfirmed(8, page: "p"), .alarmed(atNs: 9), .alarmSettled],
            [.persona(["trust": 0.3]), .reply(reply)],
            [
                .turn(
                    RoomTurn(number: 2, author: .client, text: "hi", id: nil, utcMs: 1)),
                .wish(.advance(from: "chat")), .wishDone, .replyDropped,
            ],
            [.phase(nil, sinceNs: 4), .ended(outcome: "completed")],
        ]
    }

    @Test func theJournalGivesBackWhatItWasGiven() throws {
        let directory = try TemporaryDirectory("journal")
        let path = directory.file("room.journal")
        do {
            let (journal, lines) = try RoomJournal.open(path)
            #expect(lines.isEmpty)
            for line in facts { try journal.append(line, durably: true) }
        }
        let (_, lines) = try RoomJournal.open(path)
        #expect(lines == facts)
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func aTornLineCountsForNothingWhereverItIsTorn() throws {
        let directory = try TemporaryDirectory("journal")
        let path = directory.file("room.journal")
        do {
            let (journal, _) = try RoomJournal.open(path)
            for line in facts { try journal.append(line, durably: false) }
        }
        let whole = try FileSystem.read(path)
        let ends = whole.indices.filter { whole[$0] == 0x0A }
        for length in stride(from: 0, to: whole.count, by: 7) {
            try FileSystem.write(Array(whole[..<length]), to: path)
            let (journal, lines) = try RoomJournal.open(path)
            let count = ends.count { $0 < length }
            #expect(lines == Array(facts.prefix(count)))
            // What comes next stands on a line of its own.
            try journal.append([.revoked], durably: false)
            #expect(try RoomJournal.open(path).1.last == [.revoked])
        }
    }

    @Test func theStateFollowsFromTheFacts() {
        var state = RoomState()
        for entry in facts.prefix(6).joined() { state.apply(entry) }
        #expect(state.cookies == ["c"])
        #expect(state.invitations["t"]?.isUsed == true)
        #expect(state.unanswered.map(\.number) == [1])
        #expect(state.pending == reply)
        #expect(state.pages["p"]?.sequence == 1)
        #expect(state.alarmedNs == nil)
        #expect(state.offersResources)
        for entry in facts[6] { state.apply(entry) }
        #expect(state.unanswered.isEmpty)
        #expect(state.pending == nil)
        #expect(state.emotion?["turn"] == 2)
        #expect(state.series.first?["number"] == 2)
        #expect(state.nextTurnNumber == 3)
        #expect(state.wish == nil)
        for entry in facts[7] { state.apply(entry) }
        #expect(state.outcome == "completed")
    }

    @Test func secretsAreLongAndOnlyTheirHashesAreKept() {
        let secrets = Set((0..<1000).map { _ in Secret.make() })
        #expect(secrets.count == 1000)
        #expect(secrets.allSatisfy { $0.utf8.count == 43 })
        // FIPS 180-2, appendix B.1.
        #expect(
            Secret.hash("abc")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
