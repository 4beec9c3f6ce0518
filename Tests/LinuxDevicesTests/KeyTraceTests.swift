import Foundation
import Glibc
import LinuxDevices
import SystemCalls
import TestSupport
import Testing

@Suite("Traces of keys in memory")
struct KeyTraceTests {
    @Test("After reading, no event is left anywhere in the process's memory")
    func noTrace() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("keys")
        unsafe #expect(mkfifo(path, 0o600) == 0)
        // Held open here, so that what is written waits for the probe.
        let writer = try FileDescriptor(opening: path, flags: O_RDWR | O_NONBLOCK)
        let seconds: Int64 = 0x0123_4567_89AB
        let press = EventBytes.event(0x7_6543, 1, 44, 1, seconds: seconds)
        let hidden = press.map { byte -> String in
            let digits = String(~byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
        let lines = try Helper.run([Helper.probe, "source", path, "keyboard", hidden]) {
            // What was there before the opening is thrown away, as with a device.
            try FileSystem.writeAll(press + EventBytes.report(0x7_6543), to: writer.number)
        }
        let records = lines.filter { $0["what"] == "record" }
        #expect(records.map { $0["class"] } == ["letter"])
        #expect(lines.first { $0["what"] == "opened" }?["test"] == "true")
        #expect(lines.first { $0["what"] == "traces" }?["found"] == "0")
        // The search can find: the probe then writes the same bytes down on purpose.
        let planted = lines.first { $0["what"] == "planted" }?["found"]
        #expect(planted.flatMap { Int($0) } ?? 0 > 0, "\(lines)")
    }
}
