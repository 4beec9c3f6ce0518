import Foundation
import LinuxDevices
import Testing

/// A made-up machine (umockdev): udev and evdev as the kernel and libevdev know them.
@Suite("Devices of a made-up machine", .serialized)
struct DeviceStandTests {
    private func run(_ scenario: String) throws -> [[String: String]] {
        let lines = try Helper.run([
            "umockdev-wrapper", "/usr/bin/python3", Helper.script("stand.py"), scenario,
            Helper.probe,
        ])
        #expect(lines.last?["stand"] == "done", "\(lines)")
        return lines
    }

    @Test("What is plugged in, with an identity that survives another port")
    func enumerate() throws {
        let devices = try run("enumerate").filter { $0["what"] == "device" }
        #expect(
            devices.map { $0["node"] } == ["/dev/input/event3", "/dev/ttyUSB0", "/dev/ttyUSB1"])
        #expect(
            devices.map { $0["identity"] } == [
                "/dev/input/event3", "0403:6001:A1:00", "pci-0000:00:14.0-usb-0:6:1.0",
            ])
        #expect(devices.map { $0["subsystem"] } == ["input", "tty", "tty"])
    }

    @Test("Plugging in, change, unplugging, and coming back at another port as the same device")
    func hotPlug() throws {
        let lines = try run("hotplug").dropLast()
        #expect(
            lines.map { $0["what"] } == ["ready", "add", "change", "remove", "add", "add"])
        #expect(
            lines.dropFirst().map { $0["node"] } == [
                "/dev/ttyUSB0", "/dev/ttyUSB0", "/dev/ttyUSB0", "/dev/ttyUSB1",
                "/dev/input/event9",
            ])
        #expect(
            lines.dropFirst().dropLast().allSatisfy { $0["identity"] == "0403:6001:A1:00" })
    }

    @Test("A keyboard: clock and masks before the first read, classes and never codes")
    func keyboard() throws {
        let lines = try run("keyboard")
        let kernel = lines.compactMap { $0["kernel"] }
        let firstRead = try #require(kernel.firstIndex(of: "read"))
        #expect(kernel.first == "EVIOCSCLOCKID")
        #expect(lines.first?["clock"] == "1")
        let asked = lines.prefix { $0["kernel"] != "read" }.filter { $0["kernel"] == "EVIOCSMASK" }
        #expect(asked.map { $0["type"] } == ["4", "0", "1", "2"])
        #expect(!kernel[firstRead...].contains("EVIOCSMASK"))
        #expect(!kernel.contains("EVIOCGRAB"))
        #expect(!lines.contains { $0["unknown"] != nil })
        let opened = lines.first { $0["what"] == "opened" }
        #expect(opened?["keyboard"] == "true" && opened?["pointer"] == "false")
        #expect(opened?["name"] == "A keyboard of the stand")
        #expect(opened?["identity"] == "0003:046d:c31c:usb-1/input0")

        let records = lines.filter { $0["what"] == "record" }
        #expect(
            records.map { "\($0["action"] ?? "") \($0["class"] ?? "") \($0["held"] ?? "")" } == [
                "press letter 1", "press letter 2", "release letter 1", "release letter 0",
                "press enter 1",
            ])
        #expect(
            records.map { $0["stamp"] }
                == [1, 2, 4, 5, 6].map { "\(1_000_000_000_000 + $0 * 1000)" })
        // Byte for byte: stamp, action, class, held, nothing else.
        #expect(records.first?["bytes"] == "e8 13 a5 d4 e8 0 0 0 1 1 1 0 0 0 0 0")
        #expect(lines.contains { $0["what"] == "ended" })
        // What was typed before the recording was read and thrown away.
        #expect(lines.contains { $0["what"] == "queued before" })
        #expect(records.count == 5)
    }

    @Test("A pause: revoked, nothing more to read, and then clock and masks anew")
    func revoked() throws {
        let lines = try run("keyboard-paused")
        let revoking = try #require(lines.firstIndex { $0["kernel"] == "EVIOCREVOKE" })
        let before = lines[..<revoking]
        let after = lines[revoking...]
        func actions(_ lines: ArraySlice<[String: String]>) -> [String] {
            lines.filter { $0["what"] == "record" }.compactMap { $0["action"] }
        }
        #expect(actions(before) == ["press", "press"])
        // The next thing that the kernel is asked for says that the device is gone.
        let next = after.dropFirst().first { $0["kernel"] != nil }
        #expect(next?["kernel"] == "read" && next?["what"] == "revoked")
        let setUp = ["EVIOCSCLOCKID", "EVIOCSMASK", "EVIOCSMASK", "EVIOCSMASK", "EVIOCSMASK"]
        for part in [before, after] {
            let asked = part.compactMap { $0["kernel"] }.filter { setUp.contains($0) }
            #expect(asked == setUp)
        }
        // What was typed meanwhile is thrown away, and keys that went down before do not rise.
        #expect(after.contains { $0["what"] == "queued before" })
        #expect(actions(after) == ["press"])
    }

    @Test(
        "A keyboard that cannot be kept private or on the clock is not read at all",
        arguments: [
            ("keyboard-without-masks", "privacyRefused"),
            ("keyboard-without-clock", "clockRefused"),
        ])
    func failsClosed(scenario: String, code: String) throws {
        let lines = try run(scenario)
        #expect(lines.contains { $0["what"] == "error" && $0["code"] == code })
        #expect(!lines.contains { $0["kernel"] == "read" || $0["what"] == "record" })
    }

    @Test("A mouse is no keyboard")
    func wrongKind() throws {
        let lines = try run("keyboard-that-is-a-mouse")
        #expect(lines.contains { $0["what"] == "error" && $0["code"] == "wrongKind" })
    }

    @Test("A pointer: buttons, motion by report, wheel")
    func pointer() throws {
        let lines = try run("pointer")
        let records = lines.filter { $0["what"] == "record" }
        #expect(
            records.map { $0["action"] } == ["motion", "buttonPress", "buttonRelease", "wheel"])
        #expect(records.map { $0["horizontal"] } == ["7", "0", "0", "0"])
        #expect(records.map { $0["vertical"] } == ["-2", "0", "0", "-1"])
        let keys = lines.first { $0["kernel"] == "EVIOCSMASK" && $0["type"] == "1" }
        #expect(keys?["passing"]?.contains("272") == true)
    }
}
