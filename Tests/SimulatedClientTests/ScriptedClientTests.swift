import SimulatedClient
import StudyProtocol
import Testing

private func script(_ name: String) throws -> ChatScript {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return try ChatScript.load(
        path: root.joined(separator: "/") + "/Protocols/personas/\(name).yaml")
}

@Suite struct ScriptedClientTests {
    @Test func repliesFollowWordsAndTurns() throws {
        var client = ScriptedClient(try script("distressed-client"))
        #expect(client.name == "scripted/distressed-client/1")
        #expect(client.opening?.text.hasPrefix("Hi.") == true)
        let first = client.reply(to: "What happened?", turn: 1)
        #expect(first.text.hasPrefix("It started when I lost my job"))
        #expect(client.reply(to: "Is your SLEEP all right?", turn: 2).text.contains("awake"))
        #expect(
            client.reply(to: "Do you sleep, at times?", turn: 3).text.contains("a little better"))
        // The rule has no more to say; another one answers.
        #expect(!client.reply(to: "Sleep.", turn: 4).text.contains("awake"))
        #expect(client.reply(to: "Are you human?", turn: 5).text.contains("script"))
        // A message that comes again gets the same answer.
        #expect(client.reply(to: "anything", turn: 1) == first)
    }

    @Test func theSameTalkIsTheSameTalk() throws {
        func talk() throws -> [String] {
            var client = ScriptedClient(try script("distressed-client"))
            var supporter = ScriptedClient(try script("supporter"))
            var lines = [client.opening?.text ?? ""]
            for turn in 1...12 {
                lines.append(supporter.reply(to: lines.last ?? "", turn: turn).text)
                lines.append(client.reply(to: lines.last ?? "", turn: turn).text)
            }
            return lines
        }
        let lines = try talk()
        #expect(try talk() == lines)
        #expect(Set(lines).count >= 15)
    }

    @Test func delaysAreBounded() throws {
        var client = ScriptedClient(try script("distressed-client"))
        let reply = client.reply(to: String(repeating: "word ", count: 100_000), turn: .max)
        #expect(reply.delayMilliseconds == 9000)
        #expect((1...9000).contains(client.reply(to: "", turn: -1).delayMilliseconds))
    }
}
