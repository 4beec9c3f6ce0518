import Foundation
import TestSupport
import Testing

/// `attune measures`, as a person calls it.
@Suite struct MeasuresCommandTests {
    @Test func aRowIsAPhaseATurnOrAWindow() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("plain.attune")
        try PlainSession.write(path)
        func measures(_ arguments: String...) throws -> Program {
            try Program(Program.attune, ["measures", path] + arguments, in: directory.path)
        }
        let csv = try measures("--csv")
        try #require(csv.status == 0, "\(csv.errors)")
        let lines = csv.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        try #require(lines.count == 2 && lines[0].count == lines[1].count)
        let phase = Dictionary(uniqueKeysWithValues: zip(lines[0], lines[1]))
        #expect(phase["phase"] == "rest" && phase["window_s"] == "2.5" && phase["start_s"] == "0")
        #expect(phase["hr"] == "" && phase["hr_why"] == "no-stream" && phase["words"] == "1")
        // The channel does not say in what unit it is.
        #expect(phase["eda_stream"] == "eda" && phase["scr_why"] == "unit")
        let json = try measures("--per", "window", "--window", "1", "--step", "0.5", "--json")
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(rows.map { $0["start_seconds"] as? Double } == [0, 0.5, 1, 1.5])
        let values = try #require(rows[1]["measures"] as? [String: Any])
        #expect(values["window_s"] as? Double == 1 && values["rmssd_why"] as? String == "no-stream")
        #expect(values["rmssd"] is NSNull)
        let turns = try measures("--per", "turn")
        #expect(
            turns.status == 0 && turns.output.contains("words") && !turns.output.contains("SCL"))
        #expect(try measures("--phases", "other").output.hasPrefix("There is nothing to measure"))
        for wrong in [
            ["--window", "0"], ["--floors", "rmssd"], ["--floors", "what=3"], ["--heart", "eeg"],
            ["--per", "day"], ["--csv", "--json"],
        ] {
            let program = try Program(
                Program.attune, ["measures", path] + wrong, in: directory.path)
            #expect(program.status == 64, "\(wrong)")
        }
    }
}
