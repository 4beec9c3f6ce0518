import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct VirtualBitalinoTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func settings() -> VirtualBitalino.Settings {
        var settings = VirtualBitalino.Settings()
        settings.link = directory.file("bitalino")
        settings.logPath = directory.file("bitalino.log")
        return settings
    }

    @Test func answersCommandsWhileIdle() throws {
        let device = try VirtualBitalino(settings())
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        try port.write([0x07])
        try stepped.obey()
        #expect(try port.read(14) == Array("BITalino_v5.1\n".utf8))

        // Battery threshold 41, outputs O1 on and O2 off, then the state.
        for byte: UInt8 in [41 << 2, 0xB7, 0x0B] {
            try port.write([byte])
            try stepped.obey()
        }
        let state = try port.read(16)
        #expect(state[14] == 41)
        #expect(state[15] >> 4 == 0b0010)
        var unsigned = state
        unsigned[15] &= 0xF0
        #expect(state[15] & 15 == BitalinoFrame.checksum(unsigned))
        #expect(Int(state[0]) | Int(state[1]) << 8 <= 1023)

        // Nothing else is answered: pulse width with its value, idle, and what means nothing.
        for byte: UInt8 in [0xA3, 0x07, 0xFF, 0x13] {
            try port.write([byte])
            try stepped.obey()
        }
        #expect(try port.isQuiet())
        #expect(device.counts.commands == 7)
        #expect(device.counts.made == 0)
        try device.close()
    }

    @Test(arguments: [(0x03, 1), (0x43, 10), (0x83, 100), (0xC3, 1000)] as [(UInt8, Int)])
    func sendsAtTheRateThatItWasTold(command: UInt8, rate: Int) throws {
        let device = try VirtualBitalino(settings())
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        // A1 and A3 only.
        for byte: UInt8 in [command, 0x01 | 0b101 << 2] {
            try port.write([byte])
            try stepped.obey()
        }
        try stepped.run(seconds: 3)
        #expect(device.counts.made == Int64(3 * rate))
        let frames = WireFrame.split(try port.read(4 * 3 * rate), channels: 2)
        for (number, frame) in frames.enumerated() {
            #expect(frame?.sequence == Int64(number % 16))
        }
        try port.write([0x00])
        try stepped.obey()
        try stepped.run(seconds: 2)
        #expect(device.counts.made == Int64(3 * rate))
        #expect(try port.isQuiet())
        try device.close()
        let log = try DeviceLogReader(path: directory.file("bitalino.log")).frames()
        #expect(log.map { $0.values.dropFirst(2) } == frames.map { $0?.values[...] ?? [] })
        let steps = zip(log, log.dropFirst()).map { $1.due - $0.due }
        #expect(steps.allSatisfy { $0 == Int64(1_000_000_000 / rate) })
    }

    @Test func sendsDigitalLinesAndSimulatedFrames() throws {
        let device = try VirtualBitalino(settings())
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        try port.write([0x02 | 0b111111 << 2])
        try stepped.obey()
        try stepped.run(seconds: 0.02)
        for frame in WireFrame.split(try port.read(8 * 20), channels: 6) {
            #expect(frame != nil && frame?.digital == frame?.sequence)
        }
        for byte: UInt8 in [0xFF, 0x01 | 1 << 2, 0xBB] {
            try port.write([byte])
            try stepped.obey()
        }
        device.setInputs(first: true, second: false)
        try stepped.run(seconds: 0.01)
        for frame in WireFrame.split(try port.read(3 * 10), channels: 1) {
            #expect(frame?.digital == 0b1001)
        }
        // While it sends it understands only stop, idle and outputs.
        try port.write([0x07])
        try stepped.obey()
        #expect(try port.isQuiet())
        try device.close()
    }

    /// Nobody reads for 20 s of the device's time; what comes out then is exactly what the log calls sent.
    @Test func whatNobodyReadsIsDroppedWholeAndTold() throws {
        var settings = settings()
        settings.startsAtOnce = true
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        try stepped.run(seconds: 20)
        #expect(device.counts.made == 20_000)
        #expect(device.counts.overrun > 5_000)
        #expect(device.counts.made == device.counts.sent + device.counts.overrun)
        // Reading goes on while the device does, in small bites.
        var bytes: [UInt8] = []
        for _ in 0..<100 {
            bytes += try port.readSome(limit: 3000)
            try stepped.run(seconds: 0.05)
        }
        bytes += try port.read(8 * Int(device.counts.sent) - bytes.count)
        // Bytes of a frame that was begun go out with the next service.
        #expect(try port.isQuiet())
        try device.close()
        let log = try DeviceLogReader(path: directory.file("bitalino.log"))
        try expectBytes(bytes, of: log)
        #expect(try log.frames().count == 25_000)
        #expect(try log.frames(.overrun).count == Int(device.counts.overrun))
        #expect(device.counts.sent > 7000)
    }

    @Test func lossAndGarbageAreTold() throws {
        var settings = settings()
        settings.startsAtOnce = true
        settings.impairments.loss = 0.05
        settings.impairments.garbage = 0.1
        settings.impairments.lossEvery = 100
        settings.impairments.lossRun = 16
        settings.impairments.jitterMilliseconds = 20
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        var bytes: [UInt8] = []
        for _ in 0..<5 {
            try stepped.run(seconds: 1)
            let counts = device.counts
            bytes += try port.read(8 * Int(counts.sent) + Int(counts.garbageBytes) - bytes.count)
        }
        let counts = device.counts
        #expect(counts.garbageBytes > 1000)
        #expect((900...1400).contains(counts.lost))
        #expect(counts.made == counts.sent + counts.lost)
        #expect(try port.isQuiet())
        try device.close()
        let log = try DeviceLogReader(path: directory.file("bitalino.log"))
        try expectBytes(bytes, of: log)
        let frames = try log.frames()
        #expect(frames[84..<100].allSatisfy { $0.fate == .lost })
        var previous = frames[0].written
        for frame in frames {
            #expect((0...20_000_000).contains(frame.written - frame.due))
            #expect(frame.written >= previous)
            previous = frame.written
        }
        #expect(frames.contains { $0.written - $0.due > 10_000_000 })
    }

    @Test func theClockDriftsAndDoesNotAddUpErrors() throws {
        var settings = settings()
        settings.startsAtOnce = true
        settings.rate = 100
        settings.impairments.driftPPM = 150
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 600)
        try device.close()
        let frames = try DeviceLogReader(path: directory.file("bitalino.log")).frames()
        #expect(frames.count == 60_009)
        let expected = 60_000 * 1e7 / 1.00015
        #expect(abs(Double(frames[60_000].due - frames[0].due) - expected) < 2)
    }

    @Test func aRecordingIsSentRowByRowAndThenItEnds() throws {
        let values = (0..<3000).map { Int64(($0 * 7919) % 1024) }
        let path = directory.file("recording.csv")
        let text = "timer,hr\r\n" + values.map { "0.5,\($0)\r\n" }.joined()
        try FileSystem.write(Array(text.utf8), to: path)
        var settings = settings()
        settings.recording = try RecordedSignal(path: path, columns: ["hr"], range: 0...1023)
        settings.channels = 1
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        try port.write([0x01 | 1 << 2])
        try stepped.obey()
        try stepped.run(seconds: 1)
        // Stopped and started again it goes on where it was.
        for byte: UInt8 in [0x00, 0x01 | 1 << 2] {
            try port.write([byte])
            try stepped.obey()
        }
        try stepped.run(seconds: 4)
        #expect(device.counts.made == 3000)
        #expect(!device.isFinished)
        let frames = WireFrame.split(try port.read(3 * 3000), channels: 1)
        #expect(frames.map { $0?.values[0] } == values)
        try stepped.run(seconds: 0.1)
        #expect(device.isFinished)
        try device.close()
    }

    @Test func aRecordingBeginsAnewUntilItsCount() throws {
        var settings = settings()
        settings.recording = RecordedSignal(names: ["1"], columns: [[5, 17, 1023]])
        settings.channels = 1
        settings.count = 1000
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("bitalino"))
        try port.write([0x01 | 1 << 2])
        try stepped.obey()
        try stepped.run(seconds: 2)
        let frames = WireFrame.split(try port.read(3 * 1000), channels: 1)
        #expect(frames.map { $0?.values[0] } == (0..<1000).map { [5, 17, 1023][$0 % 3] })
        try device.close()
    }

    @Test func theSameSeedSendsTheSame() throws {
        func values(seed: UInt64) throws -> [[Int64]] {
            var settings = settings()
            settings.seed = seed
            settings.startsAtOnce = true
            let device = try VirtualBitalino(settings)
            var stepped = SteppedDevice(device)
            try stepped.run(seconds: 4)
            try device.close()
            return try DeviceLogReader(path: directory.file("bitalino.log")).frames().map(\.values)
        }
        let first = try values(seed: 5)
        #expect(first.count == 4000)
        #expect(try values(seed: 5) == first)
        #expect(try values(seed: 6) != first)
    }

    @Test func unpluggedItHangsUpAndComesBackUnderTheSameName() throws {
        let device = try VirtualBitalino(settings())
        var stepped = SteppedDevice(device)
        let link = directory.file("bitalino")
        for _ in 0..<20 {
            let before = device.counts
            let port = try Port(link)
            try port.write([0x01 | 1 << 2])
            try stepped.obey()
            try stepped.run(seconds: 0.1)
            _ = try port.read(3 * Int(device.counts.sent - before.sent))
            try device.goAway(forSeconds: 1, now: stepped.now)
            let sent = device.counts.sent
            try stepped.run(seconds: 0.5)
            #expect(device.path == nil)
            #expect(!FileSystem.exists(link))
            _ = try port.read(3 * Int(device.counts.sent - sent))
            // Now the line has hung up: an end, or the kernel's error.
            #expect((try? port.readSome())?.isEmpty ?? true)
            try stepped.run(seconds: 1)
            #expect(FileSystem.exists(link))
            #expect(!device.isSending)
        }
        #expect(device.counts.interruptions == 20)
        #expect(device.counts.made == device.counts.sent)
        try device.close()
        #expect(!FileSystem.exists(link))
        let log = try DeviceLogReader(path: directory.file("bitalino.log"))
        let events = try log.entries().filter {
            if case .event(_, let what) = $0 { what == "unplugged unread 0" } else { false }
        }
        #expect(events.count == 20)
    }

    @Test func silentItGoesOnSamplingUnheard() throws {
        var settings = settings()
        settings.startsAtOnce = true
        settings.impairments.absence = .silent
        settings.impairments.absentEverySeconds = 1
        settings.impairments.absentForSeconds = 0.5
        let device = try VirtualBitalino(settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 3.2)
        let counts = device.counts
        try device.close()
        #expect(counts.made == 3200)
        #expect((900...1010).contains(counts.away))
        #expect(counts.interruptions == 2)
        #expect(counts.made == counts.sent + counts.away)
    }

    @Test func wrongSettingsAreRefused() throws {
        func refused(_ change: (inout VirtualBitalino.Settings) -> Void) -> Bool {
            var settings = settings()
            change(&settings)
            do {
                try VirtualBitalino(settings).close()
                return false
            } catch {
                return error.code == .setting || error.code == .recording
            }
        }
        #expect(refused { $0.rate = 500 })
        #expect(refused { $0.channels = 7 })
        #expect(refused { $0.impairments.loss = 2 })
        #expect(refused { $0.impairments.driftPPM = .nan })
        #expect(refused { $0.recording = RecordedSignal(names: ["a"], columns: [[1024]]) })
        #expect(!refused { $0.rate = 10 })
    }

    /// Compares what a reader got with what the log says was sent, byte by byte.
    private func expectBytes(_ bytes: [UInt8], of log: DeviceLogReader) throws {
        var expected: [UInt8] = []
        var frame: [UInt8] = []
        try log.forEach {
            switch $0 {
            case .frame(let entry) where entry.fate == .sent:
                BitalinoFrame.encode(
                    sequence: UInt8(entry.values[0]), digital: UInt8(entry.values[1]),
                    values: Array(entry.values.dropFirst(2)), into: &frame)
                expected += frame
            case .garbage(_, .sent, _, let garbage): expected += garbage
            default: break
            }
        }
        #expect(bytes.count == expected.count)
        // As one value, for a difference of thousands of bytes helps nobody.
        let isSame = bytes == expected
        #expect(isSame)
    }
}
