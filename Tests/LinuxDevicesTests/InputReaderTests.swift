import CSystemCalls
import Glibc
import LinuxDevices
import SystemCalls
import TestSupport
import Testing
import Timebase

@Suite("Key events become records of classes")
struct InputReaderTests {
    private func record(
        _ microseconds: Int64, _ action: InputRecord.Action, _ keyClass: KeyClass? = nil,
        held: UInt16 = 0, horizontal: Int16 = 0, vertical: Int16 = 0
    ) -> InputRecord {
        InputRecord(
            stamp: Instant(nanoseconds: 1_000_000_000_000 + microseconds * 1000),
            action: action, keyClass: keyClass, held: held, horizontal: horizontal,
            vertical: vertical)
    }

    @Test("Press and release, with the event's own time")
    func pressAndRelease() {
        var converter = Converter(.keyboard)
        let records = converter.records(EventBytes.key(10, 30, 1) + EventBytes.key(250, 30, 0))
        #expect(records == [record(10, .press, .letter, held: 1), record(250, .release, .letter)])
    }

    @Test("Rollover: two keys of a class at once are counted, each class by itself")
    func rollover() {
        var converter = Converter(.keyboard)
        let records = converter.records(
            EventBytes.key(1, 30, 1) + EventBytes.key(2, 31, 1) + EventBytes.key(3, 57, 1)
                + EventBytes.key(4, 30, 0) + EventBytes.key(5, 31, 0) + EventBytes.key(6, 57, 0))
        #expect(
            records == [
                record(1, .press, .letter, held: 1), record(2, .press, .letter, held: 2),
                record(3, .press, .space, held: 1), record(4, .release, .letter, held: 1),
                record(5, .release, .letter), record(6, .release, .space),
            ])
    }

    @Test("Autorepeat is left out, and so is the release of a key held before")
    func repeatsAndOrphans() {
        var converter = Converter(.keyboard)
        let records = converter.records(
            EventBytes.key(1, 28, 0) + EventBytes.key(2, 30, 1) + EventBytes.key(3, 30, 2)
                + EventBytes.key(4, 30, 2) + EventBytes.key(5, 30, 0) + EventBytes.key(6, 30, 7))
        #expect(records == [record(2, .press, .letter, held: 1), record(5, .release, .letter)])
    }

    @Test("After SYN_DROPPED everything up to the next report's end is void, and nothing is held")
    func droppedEvents() {
        var converter = Converter(.keyboard)
        var records = converter.records(
            EventBytes.key(1, 30, 1) + EventBytes.dropped(2) + EventBytes.event(3, 1, 31, 1)
                + EventBytes.dropped(3))
        // The state outlives the call.
        records += converter.records(
            EventBytes.event(4, 1, 32, 1) + EventBytes.report(4) + EventBytes.key(5, 30, 0)
                + EventBytes.key(6, 33, 1))
        #expect(
            records == [
                record(1, .press, .letter, held: 1), record(2, .dropped),
                record(6, .press, .letter, held: 1),
            ])
    }

    @Test("Motion is one record a report, saturating; the wheel counts in detents")
    func motion() {
        var converter = Converter(.pointer)
        var records = converter.records(
            EventBytes.event(1, 2, 0, 30) + EventBytes.event(1, 2, 1, -7)
                + EventBytes.event(1, 2, 0, 12))
        #expect(records == [])
        records = converter.records(
            EventBytes.report(2) + EventBytes.event(3, 2, 8, -1) + EventBytes.event(3, 2, 11, -120)
                + EventBytes.event(3, 2, 6, 2) + EventBytes.event(3, 2, 0, .max)
                + EventBytes.event(3, 2, 0, .max) + EventBytes.event(3, 2, 1, .min)
                + EventBytes.report(3) + EventBytes.report(4))
        #expect(
            records == [
                record(2, .motion, horizontal: 42, vertical: -7),
                record(3, .motion, horizontal: .max, vertical: .min),
                record(3, .wheel, horizontal: 2, vertical: -1),
            ])
    }

    @Test("A pointer gives no keys, a keyboard no buttons, and motion only where it is allowed")
    func kinds() {
        let mixed =
            EventBytes.key(1, 30, 1) + EventBytes.key(2, 0x110, 1)
            + EventBytes.event(3, 2, 0, 5) + EventBytes.event(3, 2, 8, 1) + EventBytes.report(3)
        var keyboard = Converter(.keyboard)
        #expect(keyboard.records(mixed) == [record(1, .press, .letter, held: 1)])
        var pointer = Converter(.pointer, policy: InputPolicy(recordsMotion: false))
        #expect(
            pointer.records(mixed) == [
                record(2, .buttonPress, .pointerButton, held: 1), record(3, .wheel, vertical: 1),
            ])
    }

    @Test("Two letters typed in the same rhythm give the same bytes: no code gets through")
    func noCodes() {
        func typed(_ first: UInt16, _ second: UInt16) -> [UInt8] {
            var converter = Converter(.keyboard)
            return converter.convert(
                EventBytes.key(1, first, 1) + EventBytes.key(9, second, 1)
                    + EventBytes.key(20, first, 0) + EventBytes.key(31, second, 0)
                    + EventBytes.key(40, first, 2)
            ).output
        }
        for keyClass in KeyClass.allCases where keyClass != .pointerButton {
            let codes = (UInt16(1)..<768).filter { KeyClass.of(code: $0) == keyClass }
                .filter { !(0x100...0x15F).contains($0) && !(0x220...0x223).contains($0) }
                .filter { !(0x2C0...0x2E7).contains($0) }
            let expected = codes.first.map { typed($0, $0) }
            #expect(expected?.count == 4 * InputRecord.byteCount)
            for code in codes {
                #expect(typed(code, codes[codes.count / 2]) == expected, "\(keyClass) \(code)")
            }
        }
    }

    @Test("Codes are kept in presses alone, and of keys alone, where the policy says so")
    func codesWithConsent() {
        let policy = InputPolicy(keepsCodes: true)
        var keyboard = Converter(.keyboard, policy: policy)
        let keys = keyboard.records(
            EventBytes.key(1, 30, 1) + EventBytes.key(2, 30, 2) + EventBytes.key(3, 0x2FF, 1)
                + EventBytes.key(4, 30, 0))
        #expect(keys.map(\.code) == [30, 0x2FF, nil])
        #expect(keys.map(\.keyClass) == [.letter, .other, .letter])
        var pointer = Converter(.pointer, policy: policy)
        #expect(pointer.records(EventBytes.key(1, 0x110, 1)).map(\.code) == [nil])
        var usual = Converter(.keyboard)
        #expect(usual.records(EventBytes.key(1, 30, 1)).map(\.code) == [nil])
    }

    @Test("The input is zeroed, whatever it held")
    func inputIsZeroed() {
        var generator = SeededGenerator(seed: 4)
        for kind in InputDeviceKind.allCases {
            var converter = Converter(kind)
            for count in [0, 1, 23, 24, 25, 48, 1000] {
                let bytes = (0..<count).map { _ in UInt8.random(in: 1...255, using: &generator) }
                let left = converter.convert(bytes).input
                #expect(left == [UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test("Garbage and cut events never trap, and every record is valid")
    func garbage() {
        var generator = SeededGenerator(seed: 5)
        for isTestSource in [false, true] {
            for kind in InputDeviceKind.allCases {
                var converter = Converter(kind, isTestSource: isTestSource)
                for _ in 0..<4000 {
                    let count = Int.random(in: 0...200, using: &generator)
                    var bytes = (0..<count).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                    // Types and codes that mean something, more often than chance has them.
                    for start in stride(from: 0, to: max(0, count - 24), by: 24) {
                        bytes[start + 16] = UInt8.random(in: 0...3, using: &generator)
                        bytes[start + 17] = 0
                        bytes[start + 19] = UInt8.random(in: 0...2, using: &generator)
                    }
                    let capacity =
                        Bool.random(using: &generator)
                        ? nil : Int.random(in: 0...64, using: &generator)
                    let output = converter.convert(bytes, capacity: capacity).output
                    #expect(output.count % InputRecord.byteCount == 0)
                    #expect(
                        Converter.records(in: output).count
                            == output.count / InputRecord.byteCount)
                }
            }
        }
    }

    @Test("A test source's events may be cut anywhere")
    func cutEvents() {
        let events = (0..<20).flatMap { EventBytes.key(Int64($0), 30, $0 % 2 == 0 ? 1 : 0) }
        var whole = Converter(.keyboard)
        let expected = whole.convert(events).output
        #expect(expected.count == 20 * InputRecord.byteCount)
        for step in [1, 5, 23, 25, 47, 100] {
            var converter = Converter(.keyboard, isTestSource: true)
            var output: [UInt8] = []
            for start in stride(from: 0, to: events.count, by: step) {
                output +=
                    converter.convert(
                        Array(events[start..<min(start + step, events.count)]), capacity: 400
                    ).output
            }
            #expect(output == expected, "in steps of \(step)")
        }
    }

    @Test("What does not fit is said at the next chance, and nothing is paired across it")
    func smallOutput() {
        var converter = Converter(.keyboard)
        let events = EventBytes.key(1, 30, 1) + EventBytes.key(2, 31, 1) + EventBytes.key(3, 32, 1)
        #expect(
            converter.records(events, capacity: 20) == [record(1, .press, .letter, held: 1)])
        #expect(
            converter.records(EventBytes.key(8, 30, 0) + EventBytes.key(9, 33, 1))
                == [record(9, .dropped), record(9, .press, .letter, held: 1)])
    }

    @Test("Reading: events, nothing, the end")
    func reading() throws {
        var ends: [Int32] = [0, 0]
        unsafe #expect(pipe(&ends) == 0)
        _ = attune_fcntl_integer(ends[0], F_SETFL, O_NONBLOCK)
        let reading = FileDescriptor(owning: ends[0])
        var reader = InputReader(kind: .keyboard)
        var output = [UInt8](repeating: 0, count: InputReader.outputCapacity)
        func read() -> InputReading {
            // The array stays in place for the call.
            unsafe output.withUnsafeMutableBytes { unsafe reader.read(reading.number, into: $0) }
        }
        #expect(read() == InputReading(outcome: .empty, byteCount: 0))
        let burst = (0..<40).flatMap { EventBytes.key(Int64($0), 30, $0 % 2 == 0 ? 1 : 0) }
        try FileSystem.writeAll(burst, to: ends[1])
        let first = read()
        let second = read()
        #expect(first.outcome == .read && second.outcome == .read)
        #expect(first.byteCount + second.byteCount == 40 * InputRecord.byteCount)
        #expect(read().outcome == .empty)
        close(ends[1])
        #expect(read().outcome == .ended)
        var closed = InputReader(kind: .keyboard)
        let refused = unsafe output.withUnsafeMutableBytes { unsafe closed.read(-1, into: $0) }
        #expect(refused.outcome == .failed(EBADF))
    }
}
