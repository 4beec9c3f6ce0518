import Foundation
import Link
import Testing

extension IntegrationTests {
    /// `attune`: what programs and people get from it.
    @Suite struct CommandLineTests {
        static let sessionFields = [
            "id", "study", "participant", "kind", "state", "pilot", "phases", "started_utc_ns",
            "duration_ms", "file", "devices", "clients", "samples", "events", "gaps", "lost",
            "file_bytes",
        ]

        @Test func everyCommandPrintsJSON() throws {
            let station = try StationProcess()
            try station.write(
                settings: """
                    devices:
                      - {profile: bitalino, path: \(station.file("bitalino")), name: bitalino}
                    """)
            try station.simulate("bitalino", "--link", station.file("bitalino"))
            try station.start()
            try station.waitForSamples(of: "bitalino")

            let status = try station.json("status")
            expect(
                status,
                [
                    "version", "station", "boot_id", "uptime_ms", "data", "runtime", "sessions",
                    "devices", "rings", "storage", "alarms", "connections", "subscribers",
                ])
            expect(
                try #require(status["rings"]?.array?.first),
                ["name", "capacity", "used", "overflowed_records", "overflowed_bytes"])
            let device = try #require(try station.json("devices").array?.first)
            expect(
                device,
                [
                    "name", "profile", "node", "identity", "state", "reason", "streams", "samples",
                    "faults",
                ])
            let started = try station.json(
                "session", "start", "study", "p1", "--protocol", "pilot", "--pilot")
            expect(started, Self.sessionFields)
            #expect(started["pilot"] == true)
            let path = try #require(started["file"]?.string)
            let phase = try station.json("session", "phase", "chat")
            expect(phase, Self.sessionFields)
            #expect(phase["phase"]?.string == "chat")
            let mark = try station.json("session", "mark", "a mark")
            expect(mark, ["session", "time_ns"])
            #expect(mark["time_ns"]?.integer ?? 0 > 0)
            let shown = try station.json("session", "show")
            expect(try #require(shown["session"]), Self.sessionFields)
            expect(
                try #require(shown["streams"]?.array?.first),
                [
                    "id", "name", "kind", "source", "clock", "channels", "units", "samples",
                    "events", "gaps", "lost",
                ])
            let listed = try station.json("session", "list", "study")
            #expect(listed.array?.count == 1)
            #expect(try station.json("session", "list", "other").array?.isEmpty == true)
            let watch = try ProgramRun(
                station.program("attune"), ["watch", "--json", "--runtime", station.runtime],
                place: station.directory.path)
            try waitFor("a live view") { watch.outputText.contains("\n") }
            let stopped = try station.json(
                "session", "stop", "--wait", "--outcome", "completed")
            expect(stopped, Self.sessionFields)
            #expect(stopped["state"]?.string == "finished")
            let lines = try watch.wait(seconds: 20).output.split(separator: "\n")
            for line in lines { expect(try JSONValue(parsing: String(line)), ["stream", "kind"]) }
            let played = try station.attune("play", path, "--speed", "0", "--json").output
            #expect(!played.isEmpty)
            for line in played.split(separator: "\n") {
                expect(try JSONValue(parsing: String(line)), ["seconds", "kind", "text"])
            }
            #expect(try station.json("check", path)["result"]?.string == "ok")
            #expect(try station.json("summary", path)["streams"]?.array?.count == 1)
            _ = try station.json("export", path, "--out", station.file("out"))
            #expect(try station.end().code == 0)
        }

        private func expect(
            _ value: JSONValue, _ fields: [String],
            _ location: SourceLocation = #_sourceLocation
        ) {
            for field in fields {
                #expect(value[field] != nil, "\(field) is missing", sourceLocation: location)
            }
        }

        @Test func globalFlagsStandWhereOneLikes() throws {
            let station = try StationProcess()
            try station.start()
            let flags = ["--json", "--runtime", station.runtime, "--data", station.data]
            for arguments in [
                flags + ["status"], ["status"] + flags, flags + ["session", "list"],
                ["session", "list"] + flags, ["--runtime=\(station.runtime)", "status", "--json"],
            ] {
                let outcome = try ProgramRun(
                    station.program("attune"), arguments, place: station.directory.path
                ).wait()
                #expect(outcome.code == 0, "\(arguments): \(outcome.error)")
                _ = try JSONValue(parsing: outcome.output)
            }
            #expect(try station.end().code == 0)
        }

        @Test func errorsAreWordsOnStandardError() throws {
            let station = try StationProcess()
            let silent = try station.attune("status")
            #expect(silent.code != 0)
            #expect(silent.output.isEmpty)
            #expect(silent.error.contains("attuned"), "\(silent.error)")
            #expect(silent.error.contains(station.runtime), "\(silent.error)")

            let unknown = try ProgramRun(
                station.program("attune"), ["frobnicate"], place: station.directory.path
            ).wait()
            #expect(unknown.code != 0)
            #expect(unknown.error.contains("frobnicate"), "\(unknown.error)")

            try station.start()
            for (arguments, word) in [
                (["session", "stop"], "session"),
                (["session", "show", "nothing"], "nothing"),
                (["session", "start", "st/udy", "p1"], "st/udy"),
                (["session", "start", "study", "p1", "--device", "toaster"], "toaster"),
                (["session", "start", "study"], "participant"),
                (["check", "/nonexistent.attune"], "/nonexistent.attune"),
                (["summary", "/nonexistent.attune"], "/nonexistent.attune"),
                (["export", "/nonexistent.attune", "--out", station.file("x")], "/nonexistent"),
                (["play", "/nonexistent.attune", "--speed", "0"], "/nonexistent.attune"),
            ] {
                let outcome = try station.attune(arguments)
                #expect(outcome.code != 0, "\(arguments)")
                #expect(outcome.output.isEmpty, "\(arguments): \(outcome.output)")
                #expect(outcome.error.contains(word), "\(arguments): \(outcome.error)")
                #expect(!outcome.error.contains("Fatal"), "\(arguments): \(outcome.error)")
            }
            let phase = try station.json(
                "session", "start", "study", "p1", "--protocol", "pilot")
            #expect(phase["phases"]?.array?.contains("chat") == true)
            let wrong = try station.attune("session", "phase", "dinner")
            #expect(wrong.code != 0)
            #expect(wrong.error.contains("dinner") && wrong.error.contains("chat"))
            #expect(try station.end().code == 0)
        }
    }
}
