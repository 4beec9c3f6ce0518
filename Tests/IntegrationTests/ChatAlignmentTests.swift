import Foundation
import Glibc
import SessionStore
import Testing
import Timebase

extension IntegrationTests {
    /// What a person types comes by two ways, the keyboard and the chat, onto one clock.
    @Suite struct ChatAlignmentTests {
        @Test func draftEditsLieAtTheirKeys() throws {
            let station = try StationProcess()
            let pipe = try station.startWithKeyboard()
            let (chat, path) = try station.startChat(study: "chat", pace: "0.3", keyboard: pipe)
            try waitFor("three turns of the participant", seconds: 90) {
                guard chat.isRunning else {
                    throw IntegrationFailure("the chat ended: \(chat.errorText)")
                }
                return try turns(path).filter { $0.author == "participant" }.count >= 3
            }
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            #expect(try chat.wait(seconds: 30).code == 0)
            try compare(path)
            let sync = try station.json("sync", path)
            let lag = try #require(sync["key_lags"]?.array?.first)
            #expect(lag["pairs"]?.integer ?? 0 >= 40 && lag["early"] == 0)
            #expect(lag["unpaired_edits"]?.integer ?? 99 <= 2, "\(lag)")
            #expect(try station.end().code == 0)
        }

        private func turns(_ path: String) throws -> [Turn] {
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            return try reader.turns()
        }

        private func compare(_ path: String) throws {
            let reader = try SessionReader.open(at: path)
            let edits = try reader.draftEdits()
            let stream = try #require(try reader.streams().first { $0.kind == "keys" })
            let keys = try reader.keystrokes(stream.id)
            let turns = try reader.turns()
            // Before the chat's phase the keyboard is closed.
            #expect(
                try reader.gaps().allSatisfy { $0.gap.cause == .pause && $0.gap.afterIndex < 0 })
            try reader.close()
            #expect(edits.count >= 40)

            // Each edit has a press of its own class, at most a few milliseconds before it: the chat
            // writes the key first. The bounds of both are allowed on top, as a reader would.
            let classes = [
                "letter": ["letter"], "space": ["space"], "delete": ["backspace", "delete"],
            ]
            var distances: [Int64] = []
            var next = 0
            var late = 0
            for edit in edits {
                guard let expected = classes[edit.editClass] else { continue }
                while next < keys.count, !expected.contains(keys[next].keyClass) { next += 1 }
                guard next < keys.count else {
                    Issue.record("no key is left for the \(edit.editClass) at \(edit.time)")
                    break
                }
                let distance = edit.time - keys[next].pressed
                distances.append(distance)
                if abs(distance) > 5_000_000 + edit.bound + keys[next].bound { late += 1 }
                // Beyond this it is another key's.
                #expect(abs(distance) < 250_000_000, "\(edit.editClass) at \(edit.time)")
                next += 1
            }
            let sorted = distances.map(abs).sorted()
            print("\(sorted.count) edits, median \(sorted[sorted.count / 2]) ns from their keys")
            #expect(distances.count >= 40)
            #expect(sorted[sorted.count / 2] < 5_000_000)
            // A busy machine may stop the chat between the key and its edit, but not often.
            #expect(late * 20 <= distances.count, "\(late) edits are late")

            // A turn was composed from its first edit on, and sent after its last.
            for turn in turns where turn.author == "participant" {
                let own = edits.filter { edit in
                    guard let from = turn.composedFrom else { return false }
                    return edit.time >= from && edit.time <= turn.sent
                }
                #expect(own.first?.time == turn.composedFrom)
                #expect(own.count >= turn.text.count)
            }
            #expect(turns.map(\.sent) == turns.map(\.sent).sorted())
            #expect(turns.contains { $0.author == "client" })
        }
    }
}
