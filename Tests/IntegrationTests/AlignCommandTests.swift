import Foundation
import SessionStore
import SystemCalls
import Testing

extension IntegrationTests {
    /// Aligning a finished session anew: by the daemon where one runs, else by the command itself.
    @Suite struct AlignCommandTests {
        @Test func theDaemonAlignsWhereItRunsAndTheCommandElsewhere() throws {
            let station = try StationProcess()
            try station.write(
                settings: """
                    devices:
                      - {profile: bitalino, path: \(station.file("bitalino")), name: bitalino}
                    """)
            try station.simulate("bitalino", "--link", station.file("bitalino"))
            try station.start()
            try station.waitForSamples(of: "bitalino")
            let session = try station.json("session", "start", "align", "p1")
            let identifier = try #require(session["id"]?.string)
            let path = try #require(session["file"]?.string)
            let early = try station.attune("align", path)
            #expect(early.code == 1 && early.error.contains("still being recorded"), "\(early)")
            usleep(1_500_000)
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            try station.waitForState("finished", of: identifier)
            #expect(try finished(path).method == "envelope/3")

            // The daemon holds the directory: it is asked.
            let first = try station.json("align", path, "--reason", "a test")
            #expect(first["number"]?.integer == 1 && first["previous"]?.integer == nil)
            #expect(first["session"]?.string == identifier)
            let stream = try #require(first["streams"]?.array?.first)
            #expect(stream["new_bound_ms"] != nil && stream["refusal"]?.string == nil)
            let newest = try #require(try alignment(path))
            #expect(newest.id == 1 && newest.reason.hasPrefix("uid "), "\(newest)")
            #expect(newest.reason.contains("a test"))
            let elsewhere = try ProgramRun(
                station.program("attune"), ["align", path, "--runtime", station.file("nowhere")],
                place: station.directory.path
            ).wait()
            #expect(elsewhere.code != 0 && elsewhere.error.contains("--runtime"), "\(elsewhere)")

            // A copy beside it is not what the daemon keeps; one elsewhere is anybody's.
            let beside = path.replacing(".attune", with: "-copy.attune")
            try FileManager.default.copyItem(atPath: path, toPath: beside)
            let copy = try station.attune("align", beside)
            #expect(copy.code != 0 && copy.error.contains("is a copy of"), "\(copy)")
            let away = station.file("away.attune")
            try FileManager.default.copyItem(atPath: path, toPath: away)
            let own = try station.attune("align", away)
            #expect(own.code == 0 && own.output.contains("alignment 1 by envelope/3"), "\(own)")
            #expect(try alignment(away)?.reason.hasPrefix("attune align") == true)

            // Without a daemon the command takes its lock and does it itself.
            #expect(try station.end().code == 0)
            let second = try station.attune("align", path)
            #expect(second.code == 0 && second.output.contains("after alignment 1"), "\(second)")
            #expect(try alignment(path)?.id == 2)
            #expect(try alignment(path)?.reason.hasPrefix("attune align") == true)
            try FileSystem.remove(beside)
            try choose(station, path)
        }

        /// The commands that read take the alignment that they are told to.
        private func choose(_ station: StationProcess, _ path: String) throws {
            for (choice, number) in [("newest", 2), ("1", 1), ("recorded", nil)] as [(String, Int?)]
            {
                let summary = try station.json("summary", path, "--alignment", choice)
                #expect(summary["alignment"]?.integer.map { Int($0) } == number, "\(choice)")
                let out = station.file("out-\(choice)")
                let export = try station.attune(
                    "export", path, "--format", "csv", "--out", out, "--alignment", choice)
                #expect(export.code == 0, "\(export.error)")
                let rows = try FileSystem.readText("\(out)/sessions.csv").split(
                    whereSeparator: \.isNewline)
                #expect(rows[0].hasSuffix(",alignment"))
                #expect(rows.last?.hasSuffix(",\(number.map(String.init) ?? "")") == true)
                let play = try station.attune(
                    "play", path, "--speed", "0", "--alignment", choice)
                #expect(play.code == 0, "\(play.error)")
            }
            for command in [["summary"], ["play", "--speed", "0"]] {
                let missing = try station.attune(command + [path, "--alignment", "7"])
                #expect(missing.code == 1 && missing.error.contains("no alignment 7"))
                let wrong = try station.attune(command + [path, "--alignment", "oldest"])
                #expect(wrong.code == 64)
            }
            #expect(try station.attune("check", path).code == 0)
        }

        private func alignment(_ path: String) throws -> AlignmentEntry? {
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            return reader.alignment
        }

        private func finished(_ path: String) throws -> (method: String, bound: Int64) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            defer { try? reader.close() }
            let segment = try #require(try reader.clockSegments(1).first)
            return (segment.method, segment.bound)
        }
    }
}
