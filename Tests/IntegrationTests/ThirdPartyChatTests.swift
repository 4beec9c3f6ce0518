import Foundation
import LinkTestSupport
import SessionStore
import Testing

extension IntegrationTests {
    /// A chat that is not ours: the tutorial's example, the very file, against the real daemon.
    @Suite struct ThirdPartyChatTests {
        private static let example =
            (#filePath as NSString).deletingLastPathComponent
            + "/../../Protocols/interfaces/chat_example.py"

        @Test func theExampleIsShortAndNeedsNothing() throws {
            let text = try String(contentsOfFile: Self.example, encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 41)
            let imports = text.split(separator: "\n").filter {
                $0.hasPrefix("import ") || $0.hasPrefix("from ")
            }
            #expect(imports == ["import json, socket, sys, time"])
        }

        @Test func itsTurnsAreStoredAndPlayed() throws {
            let station = try StationProcess()
            try station.start()
            let session = try station.json("session", "start", "own", "p1")
            let path = try #require(session["file"]?.string)
            let said = ["Hello, how are you?", "Ça va 🙂 \"so so\"", "مرحبا", "Bye"]
            let input = station.file("said")
            try (said.joined(separator: "\n") + "\n").write(
                toFile: input, atomically: true, encoding: .utf8)
            // Twice: the second time is another client, whose turns go on counting.
            for _ in 0..<2 {
                let output = try Processes.output(
                    "/bin/sh",
                    [
                        "-c", "python3 -I \"$0\" \"$1\" < \"$2\"", Self.example, station.socket,
                        input,
                    ])
                #expect(output == said.map { "You said: \($0)\n" }.joined())
            }
            #expect(try station.attune("session", "stop", "--wait").code == 0)

            let reader = try SessionReader.open(at: path)
            let turns = try reader.turns()
            let row = try reader.session()
            try reader.close()
            #expect(turns.count == 16)
            #expect(turns.filter { $0.author == "participant" }.map(\.text) == said + said)
            #expect(turns.map(\.number) == (1...16).map { Int64($0) })
            #expect(Set(turns.compactMap(\.client)).count == 2)
            let stopped = try #require(row.stopped)
            for turn in turns {
                #expect(turn.sent > row.description.started && turn.sent < stopped)
            }
            let played = try station.attune("play", path, "--speed", "0", "--plain")
            #expect(played.code == 0)
            for message in said {
                #expect(
                    played.output.contains(message)
                        && played.output.contains("You said: \(message)"))
            }
            #expect(try station.attune("check", path).code == 0)
            #expect(try station.end().code == 0)
        }
    }
}
