import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct VirtualLineSketchTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: LineFormat.allCases)
    func printsItsFormat(format: LineFormat) throws {
        var settings = VirtualLineSketch.Settings(format: format)
        settings.link = directory.file("board")
        settings.logPath = directory.file("board.log")
        let device = try VirtualLineSketch(settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 1)
        #expect(device.counts.made == 0)
        let port = try Port(directory.file("board"))
        try stepped.noticeOpening()
        try stepped.run(seconds: 0.29)
        #expect(device.counts.made == 0)
        // Read now and then: on a busy machine a terminal takes only a few thousand bytes at once, and
        // the rest of a line waits in the device, which nobody runs any more.
        var received: [UInt8] = []
        for _ in 0..<5 {
            try stepped.run(seconds: 4.003)
            while try !port.isQuiet() { received += try port.readSome() }
        }
        let samples = Int64(20 * format.usualRate)
        if format == .pulseVisualiser {
            #expect(device.counts.made > samples + 30)
        } else {
            #expect((samples...samples + 1).contains(device.counts.made))
        }
        try device.flushLog()
        let log = try DeviceLogReader(path: directory.file("board.log")).frames(.sent)
        #expect(log.count == Int(device.counts.sent))
        var expected = ""
        for frame in log {
            let values = frame.values
            switch format {
            case .integer, .grove: expected += "\(values[0])\r\n"
            case .pulsePlotter: expected += "\(values[0]),\(values[1]),\(values[2])\r\n"
            case .pulseVisualiser:
                expected += [83: "S", 66: "B", 81: "Q"][values[0]] ?? "?"
                expected += "\(values[1])\r\n"
            case .ad8232: expected += values[0] < 0 ? "!\r\n" : "\(values[0])\r\n"
            case .max3010x:
                let hundredths = String(values[1] % 100 + 100).dropFirst()
                expected += "IR=\(values[0]), BPM=\(values[1] / 100).\(hundredths), "
                expected += "Avg BPM=\(values[2])\(values[3] == 0 ? " No finger?" : "")\r\n"
            }
        }
        #expect(received == Array(expected.utf8))
        try device.close()
    }

    @Test func openingItAgainResetsIt() throws {
        let link = directory.file("board")
        let device = try VirtualLineSketch(format: .integer, rate: 100, link: link)
        var stepped = SteppedDevice(device)
        let first = try Port(link)
        try stepped.noticeOpening()
        try stepped.run(seconds: 1.3)
        #expect(device.counts.made == 100)
        let second = try Port(link)
        try stepped.noticeOpening()
        #expect(!device.isSending)
        try stepped.run(seconds: 1.3)
        #expect(device.counts.made == 200)
        #expect(try !first.readSome().isEmpty || !second.readSome().isEmpty)
        try device.close()
    }

    @Test func whatNobodyReadsIsDroppedByWholeLines() throws {
        var settings = VirtualLineSketch.Settings(format: .integer, rate: 1000)
        settings.link = directory.file("board")
        settings.logPath = directory.file("board.log")
        settings.startsAtOnce = true
        let device = try VirtualLineSketch(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("board"))
        try stepped.run(seconds: 30)
        #expect(device.counts.overrun > 1000)
        var bytes = try port.readSome(limit: 2000)
        try stepped.run(seconds: 1)
        try device.flushLog()
        let sent = try DeviceLogReader(path: directory.file("board.log")).frames(.sent)
        let expected = sent.map { "\($0.values[0])\r\n" }.joined()
        while bytes.count < expected.utf8.count {
            let more = try port.readSome()
            if more.isEmpty { break }
            bytes += more
            // What is left of a line that was begun follows when there is room.
            try stepped.run(seconds: 0)
        }
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix(expected))
        try device.close()
    }

    @Test func recordingsOfAnyWholeNumbersAreSent() throws {
        let path = directory.file("recording.csv")
        try FileSystem.write(Array("1;-5\n2;70000\n3;0\n".utf8), to: path)
        var settings = VirtualLineSketch.Settings(format: .integer)
        settings.recording = try RecordedSignal(path: path, range: Int64.min...Int64.max)
        settings.startsAtOnce = true
        let device = try VirtualLineSketch(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(try #require(device.path))
        try stepped.run(seconds: 1)
        #expect(try port.read(14) == Array("-5\r\n70000\r\n0\r\n".utf8))
        try device.close()
    }

    @Test func aRecordingThatCannotBeSentUnchangedIsRefused() throws {
        let path = directory.file("recording.csv")
        for (text, part) in [
            ("a,b\n1,2\n3,4.5\n", ":3:"), ("a,b\n1,2000\n", ":2:"), ("a\n1\n", "no column"),
            ("a,b\n1\n", ":2:"),
        ] {
            try FileSystem.write(Array(text.utf8), to: path)
            do {
                _ = try RecordedSignal(path: path, columns: ["b"], range: 0...1023)
                Issue.record("taken: \(text)")
            } catch {
                #expect(error.message.contains(part))
            }
        }
    }
}
