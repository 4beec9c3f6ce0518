import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct DeviceLogTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func whatIsWrittenIsRead() throws {
        let path = directory.file("log")
        let time = Instant(nanoseconds: 123_456_789_012)
        var log = try DeviceLog(path: path, facts: ["device test", "columns a b"])
        for (number, fate) in FrameFate.allCases.enumerated() {
            try log.frame(
                Int64(number), fate, due: time, written: time + 5,
                values: [0, -1, 1023, .max, .min])
        }
        try log.garbage(before: 9, .sent, written: time, bytes: [0x00, 0xAF])
        try log.command([0xFF], meaning: "go to idle", written: time)
        try log.event("started rate 10", written: time)
        try log.flush()
        let reader = try DeviceLogReader(path: path)
        #expect(reader.facts["device"] == "test")
        #expect(reader.facts["columns"] == "a b")
        let expected: [DeviceLogEntry] =
            FrameFate.allCases.enumerated().map {
                .frame(
                    DeviceLogFrame(
                        number: Int64($0), fate: $1, due: time, written: time + 5,
                        values: [0, -1, 1023, .max, .min]))
            } + [
                .garbage(number: 9, fate: .sent, written: time, bytes: [0x00, 0xAF]),
                .command(written: time, bytes: [0xFF], meaning: "go to idle"),
                .event(written: time, what: "started rate 10"),
            ]
        #expect(try reader.entries() == expected)
    }

    @Test func anUnfinishedLineIsLeftOutAndAWrongOneRefused() throws {
        let path = directory.file("log")
        let first = "# attune-device-log 1\nF 0 sent 1 2 3\n"
        try FileSystem.write(Array((first + "F 1 sent 1 2").utf8), to: path)
        #expect(try DeviceLogReader(path: path).frames().count == 1)
        for line in ["X 1", "F 1 gone 1 2 3", "F 1 sent 1", "G 1 sent 2 ABC", "F 1 sent 1 2 3x"] {
            try FileSystem.write(Array((first + line + "\n").utf8), to: path)
            #expect(throws: VirtualDeviceError.self) { try DeviceLogReader(path: path).frames() }
        }
        try FileSystem.write(Array("hello\n".utf8), to: path)
        #expect(throws: VirtualDeviceError.self) { try DeviceLogReader(path: path) }
    }

    /// Lines reach the file within 200 ms of the device's time, without being asked.
    @Test func linesAreWrittenWhileTheDeviceRuns() throws {
        var settings = VirtualBitalino.Settings()
        settings.logPath = directory.file("log")
        settings.startsAtOnce = true
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 1)
        let count = try DeviceLogReader(path: directory.file("log")).frames().count
        #expect((800...1000).contains(count))
        try device.close()
        #expect(try DeviceLogReader(path: directory.file("log")).frames().count == 1000)
    }
}
