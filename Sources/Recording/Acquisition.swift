import CSystemCalls
import Glibc
import LinuxDevices
import Ring
import SystemCalls
import Timebase

/// The acquisition thread: owns the open devices' descriptors and nothing else.
///
/// One ring record is one read. The thread never allocates per read, never blocks on anything but
/// its epoll, never parses and never touches the disk. Others talk to it through `commands`.
final class Acquisition: Sendable {
    /// How a source's descriptor is read.
    enum Reading: Sendable {
        case serial
        /// `held`: keys that are down already, by the raw value of their class.
        case input(
            InputDeviceKind, InputPolicy, isTestSource: Bool, held: [UInt8: UInt16] = [:])
        /// A socket that keeps messages apart: each is a stamp (CLOCK_MONOTONIC, nanoseconds, eight
        /// bytes), the characteristic's index (one byte), and a packet.
        case packets
    }

    enum Command: Sendable {
        /// Takes over a descriptor. `settings` and `leftover`: what the start-up conversation gave.
        case add(
            source: UInt32, descriptor: Int32, Reading, DeviceBeginning, settings: [UInt8] = [],
            leftover: [UInt8] = [])
        /// Packets of a source were lost before they came here; they are counted as what does not
        /// fit into the ring is.
        case lost(source: UInt32, packets: Int, first: Instant, last: Instant)
        /// Gives a source up and closes its descriptor; answered by `ControlNotice.sourceRemoved`.
        case remove(source: UInt32)
        /// Takes an input device away from this process until it is added again: revoked where it is
        /// a real one, and closed. That is recorded, also where it was not open.
        case pause(source: UInt32)
        case finish
    }

    let commands: Mailbox<Command>
    private let thread: DedicatedThread

    /// - Parameters:
    ///   - ring: this thread becomes its one producer.
    ///   - heart: beats while the thread goes on.
    ///   - priority: SCHED_FIFO priority, or nil for an ordinary thread; that it is not permitted is
    ///     no error, since an unprivileged station works all the same.
    init(
        ring: Ring, notices: Mailbox<ControlNotice>, heart: Heartbeat, priority: Int32?
    ) throws(SystemError) {
        let commands = try Mailbox<Command>()
        self.commands = commands
        let epoll = try Epoll()
        try epoll.add(commands.signal.number, token: AcquisitionLoop.commandToken, .readable)
        let cargo = ThreadCargo(epoll)
        thread = try DedicatedThread(name: "acquisition") {
            if let priority { _ = attune_realtime_priority(priority) }
            let loop = AcquisitionLoop(
                writer: ring.makeWriter(), epoll: cargo.take(), commands: commands,
                notices: notices, heart: heart)
            loop.run()
        }
    }

    /// Ends the thread after it has closed all descriptors, and waits for it.
    func finish() {
        commands.post(.finish)
        thread.join()
    }
}

/// The acquisition thread's own state; lives and dies in that thread. Its unsafe storage is the
/// scratch buffer, which it allocates, alone uses, and frees.
@safe private final class AcquisitionLoop {
    static let commandToken = UInt64.max
    private static let serialRead = 4096

    private final class Source {
        let id: UInt32
        let descriptor: FileDescriptor
        let reading: Acquisition.Reading
        /// Cuts an input device's events; idle for the others.
        var input: InputReader
        init(id: UInt32, descriptor: consuming FileDescriptor, _ reading: Acquisition.Reading) {
            self.id = id
            self.descriptor = descriptor
            self.reading = reading
            input =
                switch reading {
                case .serial, .packets: InputReader(kind: .keyboard)
                case .input(let kind, let policy, let isTestSource, let held):
                    InputReader(
                        kind: kind, policy: policy, isTestSource: isTestSource, held: held)
                }
        }
    }

    /// One thread uses it and nothing of it calls back, so that no two uses meet and asking each time
    /// whether they do is spared.
    private var writer: RingWriter
    private let epoll: Epoll
    private let commands: Mailbox<Acquisition.Command>
    private let notices: Mailbox<ControlNotice>
    private let heart: Heartbeat
    private var sources: [UInt32: Source] = [:]
    private var isFinished = false
    /// Nanoseconds that the machine has slept since it was started, as far as it was told.
    private var asleep: Int64
    /// Where bytes go that the ring has no room for: they are read, counted and given up, so that
    /// the device's own buffer does not overflow uncounted.
    private let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(serialRead, InputReader.outputCapacity), alignment: 16)

    init(
        writer: consuming RingWriter, epoll: consuming Epoll,
        commands: Mailbox<Acquisition.Command>, notices: Mailbox<ControlNotice>,
        heart: Heartbeat
    ) {
        self.heart = heart
        let triple = Clocks.triple()
        asleep = triple.boottime - triple.monotonic.nanoseconds
        self.writer = writer
        self.epoll = epoll
        self.commands = commands
        self.notices = notices
    }

    deinit { unsafe scratch.deallocate() }

    func run() {
        while !isFinished {
            heart.beat()
            do throws(SystemError) {
                try epoll.wait(milliseconds: Heartbeat.longestPause) { token, ready in
                    noteSleep()
                    if token == Self.commandToken {
                        obey()
                    } else if let source = sources[UInt32(truncatingIfNeeded: token)] {
                        read(source)
                    }
                }
            } catch {
                notices.post(.acquisitionFailed(error))
                return
            }
        }
        sources.removeAll()
        _ = writer.flushOverflow()
    }

    /// Shorter sleep than this cannot be told from a thread that was held up between two readings.
    private static let shortestSleep: Int64 = 10_000_000

    /// Puts a record before whatever is read first after the machine slept.
    private func noteSleep() {
        let asleep = Clocks.boottime() - Clocks.now().nanoseconds
        guard asleep - self.asleep > Self.shortestSleep else { return }
        // Looked at again, more carefully: this thread may have waited between the two.
        let triple = Clocks.triple()
        let slept = triple.boottime - triple.monotonic.nanoseconds - self.asleep
        guard slept > Self.shortestSleep + triple.uncertainty else { return }
        self.asleep += slept
        let bytes = unsafe withUnsafeBytes(of: slept.littleEndian) { unsafe Array($0) }
        put(RecordKind.slept, 0, bytes)
    }

    private func obey() {
        for command in commands.takeAll() {
            switch command {
            case .add(let id, let number, let reading, let beginning, let settings, let leftover):
                add(id, number, reading, beginning, settings, leftover)
            case .lost(let id, let packets, let first, let last):
                for number in 0..<packets {
                    writer.countOverflow(
                        source: id, bytes: 0, stamp: number == packets - 1 ? last : first)
                }
                _ = writer.flushOverflow()
            case .remove(let id):
                if let source = sources.removeValue(forKey: id) {
                    try? epoll.remove(source.descriptor.number)
                }
                notices.post(.sourceRemoved(id))
            case .pause(let id):
                if let source = sources.removeValue(forKey: id) {
                    // Where it cannot be revoked, closing does the same for this process.
                    if case .input(_, _, isTestSource: false, _) = source.reading {
                        try? InputDevice.revoke(source.descriptor.number)
                    }
                    try? epoll.remove(source.descriptor.number)
                }
                put(RecordKind.paused, id, [])
            case .finish:
                isFinished = true
            }
        }
    }

    private func add(
        _ id: UInt32, _ number: Int32, _ reading: Acquisition.Reading,
        _ beginning: DeviceBeginning, _ settings: [UInt8], _ leftover: [UInt8]
    ) {
        let source = Source(id: id, descriptor: FileDescriptor(owning: number), reading)
        // The record goes in before the first byte, so that what follows is read rightly.
        put(RecordKind.opened, id, [beginning.rawValue])
        if !settings.isEmpty { put(RecordKind.settings, id, settings) }
        if !leftover.isEmpty { put(RecordKind.bytes, id, leftover) }
        do throws(SystemError) {
            try epoll.add(number, token: UInt64(id), .readable)
            sources[id] = source
        } catch {
            end(source, error.code)
        }
    }

    private func put(_ kind: UInt16, _ id: UInt32, _ bytes: [UInt8]) {
        let stamp = Clocks.now()
        unsafe bytes.withUnsafeBytes {
            _ = unsafe writer.append(kind: kind, source: id, stamp: stamp, bytes: $0)
        }
    }

    private func end(_ source: Source, _ code: Int32) {
        if sources.removeValue(forKey: source.id) != nil {
            try? epoll.remove(source.descriptor.number)
        }
        var value = code.littleEndian
        let stamp = Clocks.now()
        unsafe withUnsafeBytes(of: &value) {
            _ = unsafe writer.append(
                kind: RecordKind.ended, source: source.id, stamp: stamp, bytes: $0)
        }
        notices.post(.sourceEnded(source.id, code))
    }

    private func read(_ source: Source) {
        let stamp = Clocks.now()
        switch source.reading {
        case .serial: readSerial(source, stamp)
        case .packets: readPacket(source, stamp)
        case .input: readInput(source, stamp)
        }
    }

    private func readSerial(_ source: Source, _ stamp: Instant) {
        let reserved = unsafe writer.reserve(Self.serialRead, source: source.id)
        let space = unsafe reserved ?? scratch
        let count = unsafe Glibc.read(
            source.descriptor.number, space.baseAddress, Self.serialRead)
        if count > 0 {
            if unsafe reserved != nil {
                writer.commit(
                    kind: RecordKind.bytes, source: source.id, stamp: stamp, count: count)
                writer.publish()
            } else {
                writer.countOverflow(source: source.id, bytes: count, stamp: stamp)
            }
        } else if count == 0 {
            writer.withdraw()
            end(source, 0)
        } else {
            let code = errno
            writer.withdraw()
            if code != EAGAIN && code != EINTR { end(source, code) }
        }
    }

    /// Stamp and characteristic before each packet, as `Acquisition.Reading.packets` says.
    private static let packetHeader = 9
    private static let packetRead = 1024

    private func readPacket(_ source: Source, _ stamp: Instant) {
        let count = unsafe Glibc.read(
            source.descriptor.number, scratch.baseAddress, Self.packetRead)
        if count >= Self.packetHeader {
            // As many bytes were read just now.
            let taken = unsafe Instant(
                nanoseconds: Int64(littleEndian: scratch.loadUnaligned(as: Int64.self)))
            let packet = unsafe UnsafeRawBufferPointer(rebasing: scratch[8..<count])
            _ = unsafe writer.append(
                kind: RecordKind.packet, source: source.id, stamp: min(taken, stamp), bytes: packet)
        } else if count == 0 {
            end(source, 0)
        } else if count < 0 {
            let code = errno
            if code != EAGAIN && code != EINTR { end(source, code) }
        }
    }

    private func readInput(_ source: Source, _ stamp: Instant) {
        let reserved = unsafe writer.reserve(
            InputReader.outputCapacity, source: source.id)
        let space = unsafe reserved ?? scratch
        let reading = unsafe source.input.read(source.descriptor.number, into: space)
        if reading.byteCount > 0 {
            if unsafe reserved != nil {
                writer.commit(
                    kind: RecordKind.input, source: source.id, stamp: stamp,
                    count: reading.byteCount)
                writer.publish()
            } else {
                writer.countOverflow(
                    source: source.id, bytes: reading.byteCount, stamp: stamp)
            }
        }
        if reading.byteCount == 0 { writer.withdraw() }
        switch reading.outcome {
        case .read, .empty: break
        case .ended: end(source, 0)
        case .failed(let code): end(source, code)
        }
    }
}
