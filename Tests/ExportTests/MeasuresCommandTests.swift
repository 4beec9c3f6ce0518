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

    /// The table of an export has what the command prints, value by value.
    @Test func windowsOfAnExportAreThoseOfTheCommand() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("plain.attune")
        try PlainSession.write(path)
        func run(_ arguments: String...) throws -> Program {
            try Program(Program.attune, arguments, in: directory.path)
        }
        func rows(_ text: String) -> [[String: String]] {
            let lines = text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            return lines.dropFirst().map {
                Dictionary(zip(lines[0], $0), uniquingKeysWith: { $1 })
            }
        }
        let export = try run(
            "export", path, "--windows", "1/0.5", "--tables", "windows", "--out",
            directory.file("out"))
        try #require(export.status == 0, "\(export.errors)")
        let table = rows(
            try String(contentsOfFile: directory.file("out/windows.csv"), encoding: .utf8))
        let told = rows(
            try run("measures", path, "--per", "window", "--window", "1", "--step", "0.5", "--csv")
                .output)
        #expect(table.map { $0["window"] } == ["1", "2", "3", "4"])
        #expect(told.count == table.count)
        for (row, other) in zip(table, told) {
            let shared = Set(row.keys).intersection(other.keys)
            // All but the start and the end, which the table has in nanoseconds and as dates.
            #expect(shared.count == other.count - 2)
            for name in shared { #expect(row[name] == other[name], "\(name)") }
            #expect(
                row["t_ns"] == other["start_s"].flatMap { Double($0) }.map { "\(Int64($0 * 1e9))" })
        }
        let usual = try run(
            "export", path, "--tables", "windows", "--out", directory.file("usual"))
        #expect(usual.status == 0, "\(usual.errors)")
        #expect(
            try String(contentsOfFile: directory.file("usual/windows.csv"), encoding: .utf8)
                .split(separator: "\n").count == 1)
        for wrong in ["0", "60/0", "60/30/10", "long"] {
            #expect(
                try run("export", path, "--windows", wrong, "--dry-run").status == 64, "\(wrong)")
        }
    }
}
