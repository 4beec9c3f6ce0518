import Foundation
import Glibc
import LinuxDevices
import SystemCalls
import TestSupport
import Testing

@Suite("The service manager")
struct ServiceManagerTests {
    @Test("What is told arrives at NOTIFY_SOCKET")
    func notify() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("notify")
        let socket = FileDescriptor(
            owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            // The path of a temporary directory is shorter than the address has room for.
            unsafe place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        let told = try Helper.run(
            [Helper.probe, "notify", "READY=1\nSTATUS=recording"],
            environment: ["NOTIFY_SOCKET": path])
        #expect(told == [["what": "notified", "listening": "true"]])
        var buffer = [UInt8](repeating: 0, count: 256)
        // The buffer is as large as it says.
        let count = unsafe recv(socket.number, &buffer, buffer.count, 0)
        #expect(
            String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
                == "READY=1\nSTATUS=recording")
    }

    @Test("Without a service manager nothing is told; one that is gone is said")
    func nobodyListens() throws {
        let command = [Helper.probe, "notify", "READY=1"]
        let alone = try Helper.run(["-u", "NOTIFY_SOCKET"] + command)
        #expect(alone == [["what": "notified", "listening": "false"]])
        let gone = try Helper.run(command, environment: ["NOTIFY_SOCKET": "/nonexistent/notify"])
        #expect(gone.map { $0["code"] } == ["serviceUnavailable"])
    }

    @Test(
        "The watchdog's interval", arguments: [("3000000", "3.0 seconds"), ("nonsense", nil)])
    func watchdog(microseconds: String, interval: String?) throws {
        let set = try Helper.run(
            ["-u", "WATCHDOG_PID", Helper.probe, "watchdog"],
            environment: ["WATCHDOG_USEC": microseconds])
        #expect(set.map { $0["interval"] } == [interval])
        if interval == nil { #expect(set.map { $0["code"] } == ["serviceUnavailable"]) }
        let unset = try Helper.run(["-u", "WATCHDOG_USEC", Helper.probe, "watchdog"])
        #expect(unset == [["what": "watchdog", "interval": "none"]])
    }

    @Test("Sleep: held until it is let go, and a bus without an answer is not waited for")
    func sleep() throws {
        let lines = try Helper.run([
            "/usr/bin/python3", Helper.script("logind.py"), Helper.probe,
        ])
        func outcome(_ scenario: String) -> [String?] {
            lines.filter { $0["scenario"] == scenario }.map { $0["what"] ?? $0["lock"] }
        }
        #expect(
            lines.first { $0["asked"] != nil }?["asked"]
                == "sleep|attuned|a session is being recorded|delay")
        #expect(outcome("granted") == ["held", "locked", "released", "unlocked"])
        for (scenario, code) in [
            ("refused", "permissionDenied"), ("silent", "timedOut"), ("mute", "timedOut"),
            ("absent", "serviceUnavailable"), ("nobody", "serviceUnavailable"),
        ] {
            let refused = lines.first { $0["scenario"] == scenario && $0["what"] == "refused" }
            #expect(refused?["code"] == code, "\(scenario): \(lines)")
            // Far below sd-bus's own limits of 25 and 90 s, even on a busy machine.
            let waited = refused?["milliseconds"].flatMap { Int($0) } ?? .max
            #expect(waited < 10_000, "\(scenario)")
        }
    }
}
