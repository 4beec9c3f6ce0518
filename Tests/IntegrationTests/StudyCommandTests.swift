import Foundation
import Link
import SessionStore
import Testing

extension IntegrationTests {
    /// A study from its roster to its visits, at the real daemon.
    @Suite struct StudyCommandTests {
        private static func text(_ conditions: String) -> String {
            """
            name: cells
            version: 1
            title: Cells
            phases:
              - {name: chat, title: Chat, kind: chat}
            consent: []
            conditions:
              factors: [{name: suggestions, levels: ["on", "off"]}, {name: room, levels: [a, b]}]
              seed: 11
              \(conditions)
            chat: {script: distressed-client}
            """
        }

        private func station(
            _ conditions: String = "blocks: 1"
        ) throws -> (Checkout, StationProcess) {
            let checkout = try Checkout()
            try checkout.write("Protocols/studies/cells.yaml", Self.text(conditions))
            let station = try StationProcess(programs: checkout.programs)
            try station.start()
            return (checkout, station)
        }

        private func roster(_ station: StationProcess, _ study: String) throws -> [JSONValue] {
            try station.json("study", "roster", study)["participants"]?.array ?? []
        }

        private func cell(_ participant: JSONValue?, visit: Int = 1) -> JSONValue? {
            participant?["visits"]?.array?[visit - 1]["condition"]
        }

        @Test func aStudyIsMadeWithItsRoster() throws {
            let (checkout, station) = try station()
            let made = try station.attune(
                "study", "new", "s1", "--protocol", "cells", "--participants", "8", "--from",
                "2026-11-27", "--times", "09:00,14:30", "--csv")
            #expect(made.code == 0, "\(made.error)")
            let lines = made.output.split(separator: "\n").map { $0.split(separator: ",") }
            #expect(
                made.output.hasPrefix(
                    "participant,status,slot,replaces,visit,state,planned_utc,room,suggestions\n"))
            #expect(lines.count == 9)
            let people = try roster(station, "s1")
            #expect(people.compactMap { $0["participant"]?.string }.first == "P01")
            #expect(people.count == 8)
            // Each block has each cell once.
            for block in [people[0..<4], people[4..<8]] {
                #expect(Set(block.compactMap { cell($0)?.text }).count == 4)
            }
            // Friday morning and afternoon, then Monday.
            let planned = people.compactMap { $0["visits"]?.array?[0]["planned_utc_ns"]?.integer }
            #expect(planned.count == 8)
            #expect(planned[1] - planned[0] == 19_800_000_000_000)
            #expect(planned[2] - planned[0] >= 71 * 3_600_000_000_000)
            // The same protocol gives the same list.
            _ = try station.json(
                "study", "new", "s2", "--protocol", "cells", "--participants", "8")
            #expect(try roster(station, "s2").map { cell($0) } == people.map { cell($0) })
            let twice = try station.attune(
                "study", "new", "s1", "--protocol", "cells", "--participants", "8")
            #expect(twice.code != 0)
            #expect(twice.error.contains("made before"), "\(twice.error)")
            for wrong in [["--protocol", "none"], ["--protocol", "cells", "--prefix", "a/b"]] {
                let refused = try station.attune(
                    ["study", "new", "s3", "--participants", "2"] + wrong)
                #expect(refused.code != 0, "\(wrong)")
            }
            #expect(try station.json("study", "list").array?.count == 2)
            _ = checkout
            #expect(try station.end().code == 0)
        }

        @Test func visitsAreCountedAndRepeated() throws {
            let (checkout, station) = try station("design: within")
            _ = try station.json(
                "study", "new", "s", "--protocol", "cells", "--participants", "4")
            let people = try roster(station, "s")
            let visits = try #require(people[0]["visits"]?.array)
            #expect(visits.count == 4)
            #expect(Set(visits.compactMap { $0["condition"]?.text }).count == 4)
            // A chat of a planned study needs no protocol to be named.
            var session = try start(station, "s", "P01")
            #expect(session.visit == 1)
            #expect(session.protocol == "cells")
            #expect(JSONValue.levels(session.condition) == visits[0]["condition"])
            let path = try #require(
                try station.json("session", "show")["session"]?["file"]?.string)
            // It stays what it was through a crash.
            try station.crash()
            try station.start()
            #expect(try told(station).condition == session.condition)
            #expect(try told(station).visit == 1)
            try stop(station, "--outcome", "aborted", "--reason", "fire alarm")
            // What was broken off is repeated; a trial run uses nothing up.
            session = try start(station, "s", "P01", "--pilot")
            #expect(session.visit == 1)
            try stop(station)
            session = try start(station, "s", "P01")
            #expect(session.visit == 1)
            try stop(station)
            session = try start(station, "s", "P01")
            #expect(session.visit == 2)
            #expect(JSONValue.levels(session.condition) == visits[1]["condition"])
            try stop(station)
            let after = try #require(roster(station, "s").first?["visits"]?.array)
            #expect(after.map { $0["state"]?.string } == ["done", "done", "open", "open"])
            #expect(after[0]["sessions"]?.array?.count == 3)
            #expect(try station.end().code == 0)
            let reader = try SessionReader.open(at: path)
            let events = try reader.events().filter { $0.kind == "condition" }
            #expect(events.count == 1)
            #expect(try JSONValue(parsing: events[0].payload)["visit"] == 1)
            #expect(try reader.audit().contains { $0.action == "condition" })
            try reader.close()
            _ = checkout
        }

        @Test func whoLeavesIsReplaced() throws {
            let (checkout, station) = try station()
            _ = try station.json(
                "study", "new", "s", "--protocol", "cells", "--participants", "4")
            let people = try roster(station, "s")
            let missing = try station.attune("study", "status", "s", "P02", "dropped-out")
            #expect(missing.code != 0, "it needs a reason")
            #expect(
                try station.attune(
                    "study", "status", "s", "P02", "dropped-out", "--reason", "moved away"
                ).code
                    == 0)
            let refused = try station.attune("session", "start", "s", "P02")
            #expect(refused.code != 0)
            #expect(refused.error.contains("dropped-out"), "\(refused.error)")
            // Somebody who was not planned comes; a trial run before only borrows the place.
            let trial = try start(station, "s", "walk-in", "--pilot")
            try stop(station)
            let session = try start(station, "s", "P09")
            #expect(JSONValue.levels(session.condition) == cell(people[1]))
            #expect(trial.condition == session.condition)
            try stop(station)
            let added = try station.json("study", "add", "s")
            #expect(added["participant"]?.string == "P10")
            let now = try roster(station, "s")
            let replacing = now.first { $0["participant"]?.string == "P09" }
            #expect(replacing?["replaces"]?.string == "P02")
            #expect(now.first { $0["participant"]?.string == "P10" }?["slot"]?.integer == 4)
            #expect(now.first { $0["participant"]?.string == "walk-in" }?["slot"]?.integer == nil)
            // Who comes back may be recorded again.
            #expect(try station.attune("study", "status", "s", "P02", "enrolled").code == 0)
            #expect(JSONValue.levels(try start(station, "s", "P02").condition) == cell(people[1]))
            _ = checkout
            #expect(try station.end().code == 0)
        }

        @Test func placesThatAreKeptAreNotGivenAgain() throws {
            let (checkout, station) = try station("dropouts: keep")
            _ = try station.json(
                "study", "new", "s", "--protocol", "cells", "--participants", "4")
            #expect(
                try station.attune(
                    "study", "status", "s", "P02", "withdrawn", "--reason", "own wish"
                ).code == 0)
            _ = try station.json("study", "add", "s")
            #expect(try roster(station, "s").last?["slot"]?.integer == 4)
            _ = checkout
            #expect(try station.end().code == 0)
        }

        // MARK: -

        private func start(
            _ station: StationProcess, _ study: String, _ participant: String, _ more: String...
        ) throws -> LinkSession {
            // Files are named by the second.
            usleep(1_100_000)
            let outcome = try station.attune(["session", "start", study, participant] + more)
            #expect(outcome.code == 0, "\(outcome.error)")
            return try told(station)
        }

        private func stop(_ station: StationProcess, _ more: String...) throws {
            let outcome = try station.attune(["session", "stop", "--wait"] + more)
            #expect(outcome.code == 0, "\(outcome.error)")
        }

        /// What a linked client is told.
        private func told(_ station: StationProcess) throws -> LinkSession {
            try VarlinkClient(path: station.socket).call(
                LinkInterface.Register.self,
                LinkInterface.Register.Parameters(
                    session: "", client: "looker", title: "Looker", clock: .station,
                    streams: [])
            ).session
        }
    }
}

extension JSONValue {
    fileprivate static func levels(_ condition: [String: String]) -> JSONValue {
        .object(condition.mapValues(JSONValue.string))
    }
}
