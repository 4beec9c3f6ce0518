import Glibc
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct VirtualKeyboardTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private struct InputEvent: Equatable {
        let microseconds: Int64
        let type, code: Int64
        let value: Int64

        init(_ bytes: ArraySlice<UInt8>) {
            func number(_ offset: Int, _ size: Int) -> Int64 {
                bytes.dropFirst(offset).prefix(size).reversed().reduce(0) { $0 << 8 | Int64($1) }
            }
            microseconds = number(0, 8) * 1_000_000 + number(8, 8)
            type = number(16, 2)
            code = number(18, 2)
            value = number(20, 4)
        }
    }

    @Test(arguments: [true, false])
    func writesInputEvents(toPipe: Bool) throws {
        var settings = VirtualKeyboard.Settings()
        if toPipe {
            settings.pipe = directory.file("keyboard")
        } else {
            settings.link = directory.file("keyboard")
        }
        settings.logPath = directory.file("keyboard.log")
        settings.text = "Hi, you: A-Z ok?\n"
        let device = try VirtualKeyboard(settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 5)
        #expect(device.counts.made == 0)
        let port = try Port(directory.file("keyboard"))
        try stepped.noticeOpening()
        // In steps shorter than the device waits for a reader after its last key.
        for _ in 0..<3000 where device.counts.made < 44 { try stepped.run(seconds: 0.01) }
        // The kernel hands a terminal's bytes on in its own time, which no made-up clock moves.
        for _ in 0..<500 where device.unread == 0 { usleep(10_000) }
        let counts = device.counts
        // Seventeen characters, of which H, :, A, Z and ? need shift.
        #expect(counts.made == 2 * (17 + 5))
        #expect(counts.sent == counts.made)
        #expect(!device.isFinished)
        let bytes = try port.read(48 * Int(counts.sent))
        #expect(try port.isQuiet())
        try stepped.run(seconds: 0.1)
        #expect(device.isFinished)
        try device.close()
        #expect(!FileSystem.exists(directory.file("keyboard")))

        let log = try DeviceLogReader(path: directory.file("keyboard.log")).frames()
        var shifted = false
        var typed = ""
        for (number, frame) in log.enumerated() {
            let event = InputEvent(bytes[(48 * number)..<(48 * number + 24)])
            let end = InputEvent(bytes[(48 * number + 24)..<(48 * number + 48)])
            #expect(event.type == 1 && end.type == 0 && end.code == 0 && end.value == 0)
            #expect(event.microseconds * 1000 == frame.due.nanoseconds)
            #expect(end.microseconds == event.microseconds)
            #expect([event.code, event.value] == frame.values)
            if event.code == 42 {
                shifted = event.value == 1
            } else if event.value == 1 {
                let all = (32...126).map { Character(UnicodeScalar($0)) } + ["\n", "\t"]
                let match = all.first {
                    KeyboardLayout.key(for: $0)
                        .map { Int64($0.code) == event.code && $0.shifted == shifted } ?? false
                }
                typed.append(match ?? "?")
            }
        }
        #expect(typed == "Hi, you: A-Z ok?\n")
    }

    @Test func typesLikeSomebody() {
        var typist = Typist(seed: 11)
        var same = Typist(seed: 11)
        var down: [UInt16: Int64] = [:]
        var holds: [Int64] = []
        var presses: [Int64] = []
        var rollovers = 0
        var takenBack = 0
        var last: Int64 = 0
        for _ in 0..<6000 {
            guard let action = typist.next() else {
                Issue.record("the typist stopped")
                return
            }
            #expect(same.next() == action)
            #expect(action.microseconds >= last)
            last = action.microseconds
            if action.isPress {
                #expect(down[action.code] == nil)
                if !down.isEmpty, action.code != 42, down[42] == nil { rollovers += 1 }
                if action.code == KeyboardLayout.backspace { takenBack += 1 }
                down[action.code] = action.microseconds
                presses.append(action.microseconds)
            } else if let pressed = down.removeValue(forKey: action.code) {
                holds.append(action.microseconds - pressed)
            } else {
                Issue.record("key \(action.code) went up without having been down")
            }
        }
        let middleHold = holds.sorted()[holds.count / 2]
        #expect((70_000...120_000).contains(middleHold))
        let intervals = zip(presses, presses.dropFirst()).map { $1 - $0 }.sorted()
        #expect((130_000...230_000).contains(intervals[intervals.count / 2]))
        #expect(intervals.filter { $0 > 2_000_000 }.count > 6)
        #expect(rollovers > 60)
        #expect(takenBack > 15)
        var other = Typist(seed: 12)
        #expect(other.next() != Typist(seed: 11).firstAction)
    }

    @Test func aFullPipeDropsWholeEvents() throws {
        var settings = VirtualKeyboard.Settings()
        settings.pipe = directory.file("keyboard")
        settings.logPath = directory.file("keyboard.log")
        settings.startsAtOnce = true
        settings.count = 5000
        let device = try VirtualKeyboard(settings)
        var stepped = SteppedDevice(device)
        let port = try Port(directory.file("keyboard"))
        try stepped.run(seconds: 3600)
        let counts = device.counts
        #expect(counts.made == 5000)
        #expect(counts.overrun > 3000)
        #expect(counts.sent + counts.overrun == 5000)
        let bytes = try port.read(48 * Int(counts.sent))
        try device.close()
        let log = try DeviceLogReader(path: directory.file("keyboard.log")).frames(.sent)
        #expect(log.count == Int(counts.sent))
        for (number, frame) in log.enumerated() {
            let event = InputEvent(bytes[(48 * number)..<(48 * number + 24)])
            #expect([event.code, event.value] == frame.values)
        }
    }
}

extension Typist {
    fileprivate var firstAction: KeyAction? {
        var copy = self
        return copy.next()
    }
}
