import Glibc
import Synchronization
import SystemCalls
import Timebase

/// The virtual keyboard of the scripted participant: takes the keys that the chat's typist presses out
/// of one named pipe, hands them to the daemon through another, and notes each that was handed over in a
/// log like that of any virtual device.
final class KeyboardRelay: Sendable {
    /// Bytes of the kernel's `struct input_event`.
    private static let eventSize = 24

    private let isStopping = Atomic(false)
    private let count = Atomic<Int64>(0)
    private let failure = Mutex<String?>(nil)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Makes both pipes and begins to relay.
    init(from typist: String, to keyboard: String, log: String) throws {
        for path in [typist, keyboard] {
            try systemCall("mkfifo", path) { unsafe mkfifo(path, 0o600) }
        }
        try FileSystem.write(
            Array(
                """
                # attune-device-log 1
                # device keyboard
                # columns code value (1 down, 0 up); due is the event's own time

                """.utf8), to: log)
        let started = try DedicatedThread(name: "keyboard") { [self] in
            do {
                try relay(typist, keyboard, log)
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
        thread.withLock { $0 = started }
    }

    /// How many keys went down or up so far.
    var sent: Int64 { count.load(ordering: .relaxed) }

    /// Relays what still waits, and ends.
    func stop() throws(DemoError) {
        isStopping.store(true, ordering: .releasing)
        let started = thread.withLock {
            let started = $0
            $0 = nil
            return started
        }
        started?.join()
        if let text = failure.withLock({ $0 }) {
            throw .program("the virtual keyboard failed: \(text)")
        }
    }

    private func relay(_ typist: String, _ keyboard: String, _ logPath: String) throws {
        // Open for both, so that neither pipe ends when its other side goes.
        let input = try FileDescriptor(opening: typist, flags: O_RDWR | O_NONBLOCK)
        let output = try FileDescriptor(opening: keyboard, flags: O_RDWR | O_NONBLOCK)
        let log = try FileDescriptor(opening: logPath, flags: O_WRONLY | O_APPEND)
        var waiting: [UInt8] = []
        var lines = ""
        var buffer = [UInt8](repeating: 0, count: 4080)
        while true {
            let stops = isStopping.load(ordering: .acquiring)
            let number = input.number
            let taken = try nonBlockingSystemCall("read", typist) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(number, $0.baseAddress, $0.count)
                }
            }
            waiting += buffer[0..<(taken ?? 0)]
            let whole = waiting.count / Self.eventSize * Self.eventSize
            if whole > 0 {
                let events = Array(waiting[0..<whole])
                waiting.removeFirst(whole)
                // At most 4080 bytes: a pipe takes that in whole or not at all.
                try handOver(events, to: output.number, keyboard)
                note(events, in: &lines)
                try FileSystem.writeAll(Array(lines.utf8), to: log.number, subject: logPath)
                lines = ""
            } else if stops {
                return
            } else {
                var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&entry, 1, 50)
            }
        }
    }

    private func handOver(_ events: [UInt8], to output: Int32, _ path: String) throws {
        for _ in 0..<1000 {
            let written = try nonBlockingSystemCall("write", path) {
                unsafe events.withUnsafeBytes {
                    unsafe Glibc.write(output, $0.baseAddress, $0.count)
                }
            }
            if written == events.count { return }
            usleep(10_000)
        }
        throw DemoError.late("the daemon has not read the virtual keyboard for 10 s")
    }

    private func note(_ events: [UInt8], in lines: inout String) {
        let now = Clocks.now().nanoseconds
        for start in stride(from: 0, to: events.count, by: Self.eventSize) {
            func number(_ offset: Int, _ size: Int) -> UInt64 {
                var value: UInt64 = 0
                for index in (0..<size).reversed() {
                    value = value << 8 | UInt64(events[start + offset + index])
                }
                return value
            }
            // EV_KEY going down or up; everything else ends a report.
            guard number(16, 2) == 1, number(20, 4) < 2 else { continue }
            let microseconds = number(0, 8) &* 1_000_000 &+ number(8, 8)
            let ordinal = count.wrappingAdd(1, ordering: .relaxed).oldValue
            lines +=
                "F \(ordinal) sent \(microseconds &* 1000) \(now) "
                + "\(number(18, 2)) \(number(20, 4))\n"
        }
    }
}
