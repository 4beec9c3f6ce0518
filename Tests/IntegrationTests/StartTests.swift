import Foundation
import SystemCalls
import TestSupport
import Testing

extension IntegrationTests {
    /// Starts that cannot go well: a clear error, exit code 1, and nothing damaged.
    @Suite struct StartTests {
        @Test func aSecondDaemonIsRefused() throws {
            let station = try StationProcess()
            try station.start()
            let other = station.file("other")
            let sameRuntime = try station.startInVain(station.arguments(data: other))
            #expect(sameRuntime.code == 1)
            #expect(sameRuntime.error.contains(station.runtime), "\(sameRuntime.error)")
            let sameData = try station.startInVain(station.arguments(runtime: other))
            #expect(sameData.code == 1)
            #expect(sameData.error.contains(station.data), "\(sameData.error)")
            #expect(try station.json("status")["data"]?.string == station.data)
            #expect(try station.end().code == 0)
        }

        @Test func aDirectoryWithoutPermissionIsNamed() throws {
            let station = try StationProcess()
            let locked = station.file("locked")
            try FileSystem.makeDirectories(locked, mode: 0o500)
            // Root may write anywhere, so that it has to become somebody else for this.
            unsafe chmod(station.directory.path, 0o755)
            let arguments = station.arguments(data: locked, runtime: station.file("run"))
            let run =
                geteuid() == 0
                ? try ProgramRun(
                    "/usr/bin/setpriv",
                    [
                        "--reuid", "65534", "--regid", "65534", "--clear-groups",
                        station.program("attuned"),
                    ] + arguments, place: station.directory.path)
                : try ProgramRun(
                    station.program("attuned"), arguments, place: station.directory.path)
            let outcome = try run.wait(seconds: 30)
            #expect(outcome.code == 1)
            #expect(outcome.error.contains(locked), "\(outcome.error)")
            #expect(outcome.error.contains("ermission"), "\(outcome.error)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: locked).isEmpty)
        }

        @Test func aDeviceThatIsNotThereIsAwaited() throws {
            let station = try StationProcess()
            let path = station.file("late")
            try station.write(
                settings: "devices: [{profile: line-sketch, path: \(path), name: late}]\n")
            try station.start()
            try waitFor("the device to be missed") {
                try station.device("late")["state"]?.string == "absent"
            }
            #expect(try station.device("late")["reason"]?.string?.contains(path) == true)
            try station.simulate("lines", "--link", path, "--rate", "100", "--boot", "0")
            let began = Date()
            try station.waitForSamples(of: "late")
            let seconds = Date().timeIntervalSince(began)
            print("a device was picked up within \(seconds) s")
            // It is looked for each second, and one more is for the machine and the command line.
            #expect(seconds < 5)
            #expect(try station.end().code == 0)
        }

        @Test func aMistakeInTheSettingsNamesItsPlace() throws {
            let station = try StationProcess()
            try station.write(
                settings: """
                    station: test
                    devices:
                      - {profile: bitalino, path: /dev/null}
                    ring_megabyte: 16
                    """)
            let unknown = try station.startInVain()
            #expect(unknown.code == 78)
            #expect(unknown.error.contains("attuned.yaml:4:1"), "\(unknown.error)")
            #expect(unknown.error.contains("ring_megabyte"))
            #expect(unknown.error.contains("ring_megabytes"), "the right key is not suggested")

            try station.write(settings: "station: test\ncommit_interval_ms: often\n")
            let wrong = try station.startInVain()
            #expect(wrong.code == 78)
            #expect(wrong.error.contains("attuned.yaml:2:21"), "\(wrong.error)")
            #expect(wrong.error.contains("commit_interval_ms"))

            try station.write(settings: "devices: [{profile: bitalinoo, path: /dev/null}]\n")
            let profile = try station.startInVain()
            #expect(profile.code == 78)
            #expect(profile.error.contains("bitalinoo"), "\(profile.error)")
            #expect(profile.error.contains("attuned.yaml:1:"), "\(profile.error)")
            #expect(!FileSystem.exists(station.socket))
        }

        @Test func aMistakeInAProfileNamesItsPlace() throws {
            let checkout = try Checkout()
            let profile = try FileSystem.readText(checkout.file("Devices/profiles/grove-gsr.yaml"))
            try checkout.write(
                "Devices/profiles/grove-gsr.yaml",
                profile.replacingOccurrences(of: "baud: 9600", with: "baud: 9600, bits: 7"))
            let station = try StationProcess(programs: checkout.programs)
            let outcome = try station.startInVain()
            #expect(outcome.code == 78)
            #expect(outcome.error.contains("grove-gsr.yaml:"), "\(outcome.error)")
            #expect(
                outcome.error.contains(/grove-gsr\.yaml:[0-9]+:[0-9]+/), "\(outcome.error)")
            #expect(outcome.error.contains("bits"))
        }

        @Test func aMistakeInAProtocolNamesItsPlace() throws {
            let checkout = try Checkout()
            let pilot = try FileSystem.readText(checkout.file("Protocols/studies/pilot.yaml"))
            try checkout.write(
                "Protocols/studies/broken.yaml",
                pilot.replacingOccurrences(of: "name: pilot", with: "name: broken")
                    .replacingOccurrences(of: "durationSeconds: 60", with: "durationSecond: 60"))
            let station = try StationProcess(programs: checkout.programs)
            try station.start()
            let outcome = try station.attune(
                "session", "start", "pilot", "p1", "--protocol", "broken")
            #expect(outcome.code != 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.error.contains(/broken\.yaml:[0-9]+:[0-9]+/), "\(outcome.error)")
            #expect(outcome.error.contains("durationSecond"), "\(outcome.error)")
            #expect(try station.json("session", "list").array?.isEmpty == true)
            let unknown = try station.attune(
                "session", "start", "pilot", "p1", "--protocol", "nothing")
            #expect(unknown.code != 0)
            #expect(unknown.error.contains("nothing"), "\(unknown.error)")
            #expect(try station.end().code == 0)
        }
    }
}
