import Foundation
import SessionStore
import SimulatedClient
import SystemCalls
import TestSupport
import Testing

/// `attune suggestions` as a person calls it.
@Suite struct SuggestionsCommandTests {
    private func folder() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory("suggestions")
        try FileSystem.makeDirectories(directory.file("study/P01"))
        try SuggestionsSession.write(directory.file("study/P01/one.attune"), participant: "P01")
        try SuggestionsSession.write(
            directory.file("study/P02.attune"), participant: "P02", condition: "off")
        try SuggestionsSession.write(
            directory.file("study/pilot.attune"), participant: "P03", isPilot: true)
        return directory
    }

    private func attune(_ arguments: [String], _ directory: TemporaryDirectory) throws -> Program {
        try Program(Program.attune, ["suggestions"] + arguments, in: directory.path)
    }

    @Test func theTableIsByParticipantAndCondition() throws {
        let directory = try folder()
        let program = try attune([directory.file("study")], directory)
        #expect(program.status == 0, "\(program.errors)")
        let lines = program.output.split(separator: "\n").map(String.init)
        #expect(lines[0] == "messages: 10, of sessions: 3 (pilots among them: 1)")
        #expect(lines[1] == "thresholds: direct 0.95, slight 0.70, overlap 0.30")
        let first = try #require(lines.first { $0.hasPrefix("P01") })
        #expect(first.contains("suggestions=on") && first.contains(" shown"))
        #expect(first.components(separatedBy: "1 (20%)").count == 6, "\(first)")
        #expect(lines.contains { $0.hasPrefix("P02") && $0.contains("not shown") })
        #expect(lines.contains { $0.hasPrefix("all") && $0.contains("  all ") })
        // Only what was shown moves with the thresholds.
        #expect(lines.filter { $0.hasPrefix("slight ") }.count >= 5)
        let pilots = try attune([directory.file("study"), "--pilots"], directory)
        #expect(pilots.output.hasPrefix("messages: 15,"))
        let one = try attune([directory.file("study/P02.attune")], directory)
        #expect(one.status == 0 && !one.output.contains("how the classes"))
    }

    @Test func otherThresholdsGiveOtherClasses() throws {
        let directory = try folder()
        let program = try attune(
            [directory.file("study/P01"), "--thresholds", "direct=0.9,slight=0.7", "--json"],
            directory)
        #expect(program.status == 0, "\(program.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(program.output.utf8))
        let json = try #require(object as? [String: Any])
        let messages = try #require(json["messages"] as? [[String: Any]])
        #expect(
            messages.map { $0["recorded_class"] as? String }
                == SuggestionsSession.classes.map(\.rawValue))
        #expect(messages[1]["class"] as? String == "direct-adoption")
        #expect(json["moved"] as? Int == 1)
        let shift = try #require(json["shift"] as? [[String: Any]])
        #expect(shift.count >= 15)
        for (wrong, words) in [
            ("direct=2", "from 0 to 1"), ("direct", "is not a threshold"),
            ("near=0.5", "no threshold 'near'"), ("direct=0.5,slight=0.9", "go down"),
        ] {
            let refused = try attune([directory.file("study"), "--thresholds", wrong], directory)
            #expect(refused.status != 0 && refused.errors.contains(words), "\(refused.errors)")
        }
    }

    @Test func aRowAMessageWithItsWriting() throws {
        let directory = try folder()
        let program = try attune([directory.file("study"), "--csv"], directory)
        #expect(program.status == 0, "\(program.errors)")
        let rows = program.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(rows.first)
        #expect(rows.count == 11 && rows.allSatisfy { $0.count == header.count })
        func value(_ row: Int, _ name: String) -> String {
            header.firstIndex(of: name).map { rows[row][$0] } ?? "no column"
        }
        #expect((1...5).map { value($0, "class") } == SuggestionsSession.classes.map(\.rawValue))
        #expect(value(1, "condition_suggestions") == "on" && value(6, "shown") == "0")
        #expect(value(1, "inserted") == "1" && value(2, "inserted") == "0")
        #expect(value(1, "first_edit_after_ms") == "4000" && value(1, "pauses") == "1")
        #expect(value(1, "p_bursts") == "1" && value(1, "longest_pause_ms") == "4100")
        #expect(value(3, "contributors").split(separator: " ").count == 2)
        #expect(value(1, "final_to_typed") == "1" && value(1, "turn") == "2")
    }

    @Test func aSampleIsCodedAndRead() throws {
        let directory = try folder()
        let sample = directory.file("sample.csv")
        let study = directory.file("study")
        let drawn = try attune([study, "--sample", "4", "--seed", "3", "--out", sample], directory)
        #expect(drawn.status == 0 && drawn.output.hasPrefix("4 messages"), "\(drawn.errors)")
        let text = try FileSystem.readText(sample)
        #expect(text.split(separator: "\n").count == 5 && !text.contains("P01"))
        let again = try attune([study, "--sample", "4", "--out", sample], directory)
        #expect(again.status != 0 && again.errors.contains("already"))
        // The first coder says what the machine says, by the message; the second always direct.
        var coded = ""
        for (place, line) in text.split(separator: "\n").enumerated() {
            var line = String(line)
            if place > 0 {
                let own = SuggestionsSession.messages.firstIndex { message in
                    line.contains(",\(message),") || line.contains("\"\(message)\"")
                }
                let label = SuggestionsSession.classes[try #require(own)].label
                line = "\(line.dropLast())\(label),direct adoption"
            }
            coded += line + "\n"
        }
        let file = directory.file("coded.csv")
        try FileSystem.write(Array(coded.utf8), to: file)
        let kappa = try attune([study, "--kappa", file, "--json"], directory)
        #expect(kappa.status == 0, "\(kappa.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(kappa.output.utf8))
        let json = try #require(object as? [String: Any])
        let first = try #require(json["coder1_machine"] as? [String: Any])
        #expect(first["kappa"] as? Double == 1 && first["items"] as? Int == 4)
        let coders = try #require(json["coders"] as? [String: Any])
        #expect(coders["kappa"] as? Double == 0)
        let words = try attune([study, "--kappa", file], directory)
        #expect(words.output.contains("coder 1, machine") && words.output.contains("1.00"))
        try FileSystem.write(Array("item,coder_1,coder_2\nm1,perhaps,\n".utf8), to: file)
        let wrong = try attune([study, "--kappa", file], directory)
        #expect(wrong.status != 0 && wrong.errors.contains("coded.csv:2: 'perhaps' is no class"))
    }

    @Test func whatIsNoneIsTold() throws {
        let directory = try TemporaryDirectory("suggestions")
        let path = directory.file("s.attune")
        try SuggestionsSession.write(
            path, participant: "P01",
            extra: [
                SessionEvent(
                    time: SuggestionsSession.at(1), kind: "provenance", payload: "{\"class\":1}"),
                SessionEvent(
                    time: SuggestionsSession.at(1), kind: "suggestions", payload: "[1]"),
            ])
        let program = try attune([path], directory)
        #expect(program.output.contains("look at this: 2 events could not be read"))
        let missing = try attune([directory.file("nothing")], directory)
        #expect(missing.status != 0 && missing.errors.contains("there is no"))
        let empty = directory.file("empty")
        try FileSystem.makeDirectories(empty)
        #expect(try attune([empty], directory).errors.contains("no session files"))
        #expect(try attune([path, "--sample", "3"], directory).status != 0)
    }
}
