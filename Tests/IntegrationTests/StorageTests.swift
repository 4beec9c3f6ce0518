import Foundation
import SessionStore
import SystemCalls
import Testing

extension IntegrationTests {
    /// Directories in a state that nobody wishes for.
    @Suite struct StorageTests {
        /// A runtime directory without room, told by a limit on the size of files.
        @Test func aFullRuntimeDirectoryDamagesNothing() throws {
            let station = try StationProcess()
            let settings = """
                devices:
                  - {profile: bitalino, path: \(station.file("bitalino")), name: bitalino}
                """
            try station.write(settings: settings)
            try station.simulate("bitalino", "--link", station.file("bitalino"))
            try station.start()
            try station.waitForSamples(of: "bitalino")
            let session = try station.json("session", "start", "full", "p1")
            let identifier = try #require(session["id"]?.string)
            let path = try #require(session["file"]?.string)
            usleep(900_000)
            try station.crash()
            let stored = try count(path)

            try station.write(settings: settings + "\nring_megabytes: 64\n")
            for _ in 1...2 {
                let outcome = try ProgramRun(
                    "/bin/bash",
                    ["-c", "ulimit -f 16384; exec \"$@\"", "-", station.program("attuned")]
                        + station.arguments(), place: station.directory.path
                ).wait(seconds: 30)
                #expect(outcome.code == 1, "\(outcome.error)")
                #expect(outcome.error.contains("acquisition.ring"), "\(outcome.error)")
                #expect(outcome.error.contains("room"), "\(outcome.error)")
            }
            // What the crash had left in the ring is in the file, once.
            #expect(try count(path) >= stored)

            try station.write(settings: settings)
            try station.start()
            #expect(try station.sessionStates()[identifier] == "recording")
            try station.waitForSamples(of: "bitalino")
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            #expect(try station.attune("check", path).code == 0)
            #expect(try count(path) > stored)
            #expect(try station.end().code == 0)
        }

        private func count(_ path: String) throws -> Int64 {
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            return try reader.sampleCount(of: 1)
        }

        @Test func aSessionOfANewerVersionIsLeftAlone() throws {
            let station = try StationProcess()
            try station.start()
            let session = try station.json("session", "start", "newer", "p1")
            let path = try #require(session["file"]?.string)
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            #expect(try station.end().code == 0)
            try raiseVersion(path)
            let before = try Data(contentsOf: URL(fileURLWithPath: path))

            try station.start()
            let next = try station.json("session", "start", "newer", "p2")
            #expect(next["state"]?.string == "recording")
            #expect(try station.attune("session", "list").code == 0)
            for command in [
                ["check", path], ["summary", path], ["play", path, "--speed", "0"],
                ["export", path, "--out", station.file("out")],
            ] {
                let outcome = try station.attune(command)
                #expect(outcome.code != 0, "\(command)")
                #expect(outcome.error.contains("version"), "\(command): \(outcome.error)")
                #expect(outcome.error.contains(path), "\(command): \(outcome.error)")
            }
            #expect(!FileSystem.exists(station.file("out")))
            #expect(try station.end().code == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }

        /// Sets SQLite's user_version, which stands big-endian at offset 60 of the header.
        private func raiseVersion(_ path: String) throws {
            // A finished file is read-only, which stops everybody but root.
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seek(toOffset: 60)
            try file.write(contentsOf: Data([0, 0, 0, 99]))
            try file.close()
        }
    }
}
