import Glibc
import Foundation
import LinuxDevices
import ServiceManagement
import SystemCalls
import Timebase

/// What the program can do, one function a command.
enum Probe {
    static func enumerate(_ subsystems: [String]) throws {
        for device in try UdevMonitor.enumerate(subsystems: subsystems) {
            say(["what": "device"].merging(describe(device)) { _, new in new })
        }
    }

    /// Tells of devices until standard input ends.
    static func monitor(_ subsystems: [String]) throws {
        let monitor = try UdevMonitor(subsystems: subsystems)
        let queue = try Epoll()
        try queue.add(monitor.descriptor, token: 0, .readable)
        try queue.add(0, token: 1, .readable)
        say(["what": "ready"])
        var isDone = false
        while !isDone {
            try queue.wait(milliseconds: -1) { token, _ in
                if token == 1 { isDone = true }
            }
            while let event = monitor.next() {
                say(
                    ["what": event.action.rawValue].merging(describe(event.device)) { _, new in
                        new
                    })
            }
        }
    }

    /// Records a device until it goes away.
    static func input(_ path: String, kind: String) throws {
        guard let kind = InputDeviceKind(rawValue: kind) else { return }
        let device = try InputDevice.open(path, kind: kind)
        say(device.description)
        record(device.number, InputReader(kind: kind), pausesWhenEmpty: true)
    }

    /// Reads a device once, has it revoked, shows that nothing can be read any more, and opens it
    /// anew.
    static func pause(_ path: String, kind: String) throws {
        guard let kind = InputDeviceKind(rawValue: kind) else { return }
        do {
            let device = try InputDevice.open(path, kind: kind)
            record(
                device.number, InputReader(kind: kind), pausesWhenEmpty: true, atMost: 1)
            try InputDevice.revoke(device.number)
            record(device.number, InputReader(kind: kind), pausesWhenEmpty: true)
        }
        try input(path, kind: kind.rawValue)
    }

    /// Records a test source until nothing waits, and then looks for traces in its own memory.
    /// - Parameter hiddenNeedle: what to look for, as hexadecimal of the inverted bytes, so that
    ///   the question itself is no trace.
    static func source(_ path: String, kind: String, hiddenNeedle: String) throws {
        guard let kind = InputDeviceKind(rawValue: kind) else { return }
        let device = try TestInputSource.open(path, kind: kind, isAllowed: true)
        say(device.description)
        var entry = pollfd(fd: device.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, 20_000)
        record(
            device.number, InputReader(kind: kind, isTestSource: true), pausesWhenEmpty: false)
        let digits = Array(hiddenNeedle)
        let needle = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        let search = MemorySearch(inverted: needle)
        say(["what": "traces", "found": String(try search.count())])
        // Shows that the search finds what is there.
        let planted = needle.map { ~$0 }
        let withPlanted = try search.count()
        say(["what": "planted", "found": String(withPlanted), "bytes": "\(planted.count)"])
    }

    static func inhibit(mode: String, milliseconds: Int) throws {
        guard let mode = SleepInhibitor.Mode(rawValue: mode) else { return }
        let before = Clocks.now()
        do {
            let inhibitor = try SleepInhibitor(
                why: "a session is being recorded", mode: mode, milliseconds: milliseconds)
            say(["what": "held"])
            // Until the test says so.
            _ = readLine()
            withExtendedLifetime(inhibitor) {}
        } catch {
            let waited = (Clocks.now() - before) / 1_000_000
            say(["what": "refused", "code": error.code.rawValue, "milliseconds": "\(waited)"])
        }
        say(["what": "released"])
        _ = readLine()
    }

    static func notify(_ state: String) throws {
        say(["what": "notified", "listening": String(try ServiceManager.notify(state))])
    }

    static func watchdog() throws {
        let interval = try ServiceManager.watchdogInterval()
        say(["what": "watchdog", "interval": interval.map { "\($0)" } ?? "none"])
    }

    private static func record(
        _ descriptor: Int32, _ reader: consuming InputReader, pausesWhenEmpty: Bool,
        atMost limit: Int = .max
    ) {
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: InputReader.outputCapacity, alignment: 8)
        defer { unsafe output.deallocate() }
        for _ in 0..<limit {
            let reading = unsafe reader.read(descriptor, into: output)
            // The reader wrote whole records, as many bytes as it says.
            for offset in stride(
                from: 0, to: reading.byteCount, by: InputRecord.byteCount)
            {
                let bytes = unsafe UnsafeRawBufferPointer(
                    rebasing: output[offset..<offset + InputRecord.byteCount])
                unsafe say(record: InputRecord(bytes), Array(bytes))
            }
            switch reading.outcome {
            case .read: continue
            case .empty where pausesWhenEmpty: usleep(2000)
            case .empty, .ended:
                say(["what": "ended"])
                return
            case .failed(let code):
                say(["what": "failed", "code": String(code)])
                return
            }
        }
    }
}
