import Foundation
import SessionStore
import Testing

extension IntegrationTests {
    /// Two participants in one room.
    @Suite struct SeveralSessionsTests {
        @Test func twoSessionsAreIndependent() throws {
            let station = try StationProcess()
            try station.write(
                settings: """
                    devices:
                      - {profile: bitalino, path: \(station.file("left")), name: left}
                      - {profile: bitalino, path: \(station.file("right")), name: right}
                    """)
            for (name, seed) in [("left", "1"), ("right", "2")] {
                try station.simulate(
                    "bitalino", "--link", station.file(name), "--seed", seed)
            }
            try station.start()
            for name in ["left", "right"] { try station.waitForSamples(of: name) }
            let left = try station.json("session", "start", "room", "p1", "--device", "left")
            let busy = try station.attune("session", "start", "room", "p3", "--device", "left")
            #expect(busy.code != 0)
            #expect(busy.error.contains("left"), "\(busy.error)")
            let twice = try station.attune("session", "start", "room", "p1", "--device", "right")
            #expect(twice.code != 0, "a participant is in two sessions")
            let right = try station.json("session", "start", "room", "p2", "--device", "right")
            let leftID = try #require(left["id"]?.string)
            let rightID = try #require(right["id"]?.string)
            let leftPath = try #require(left["file"]?.string)
            let rightPath = try #require(right["file"]?.string)
            #expect(leftID != rightID && leftPath != rightPath)
            #expect(left["devices"] == ["left"])
            #expect(right["devices"] == ["right"])
            // Nobody can mean one of two without saying which.
            #expect(try station.attune("session", "mark", "which?").code != 0)
            #expect(
                try station.attune("session", "mark", "mine", "--session", leftID).code == 0)
            usleep(600_000)

            #expect(
                try station.attune("session", "stop", "--wait", "--session", leftID).code == 0)
            let leftCount = try count(leftPath)
            #expect(leftCount >= 300)
            let before = try samples(rightID, station)
            usleep(600_000)
            #expect(try samples(rightID, station) >= before + 300)
            #expect(try count(leftPath) == leftCount)
            let again = try station.json("session", "start", "room", "p1", "--device", "left")
            #expect(again["id"]?.string != leftID)
            #expect(try station.end().code == 0)

            // The first file holds its own stream and mark, and nothing of the other.
            let first = try SessionReader.open(at: leftPath)
            #expect(try first.streams().map(\.source) == ["left"])
            #expect(try first.session().state == .finished)
            #expect(try first.events().count == 1)
            #expect(try first.gaps().isEmpty)
            try first.close()
            let second = try SessionReader.open(at: rightPath)
            #expect(try second.streams().map(\.source) == ["right"])
            #expect(try second.session().state == .stopped)
            #expect(try second.events().isEmpty)
            #expect(try second.gaps().isEmpty)
            try second.close()
        }

        private func count(_ path: String) throws -> Int64 {
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            return try reader.sampleCount(of: 1)
        }

        private func samples(_ session: String, _ station: StationProcess) throws -> Int64 {
            try station.json("session", "show", session)["session"]?["samples"]?.integer ?? 0
        }
    }
}
