import DeviceProfiles
import Glibc
import LinuxDevices
import SystemCalls
import Timebase

/// Opens a device and holds its start-up dialogue, on a thread of its own: some adapters take
/// seconds, and the control thread has others to answer.
enum DeviceOpener {
    /// - Parameter resuming: the device may still be sending, as it was before a restart: listen, and
    ///   say nothing.
    static func open(
        source: UInt32, profile: DeviceProfile, path: String, identity: String, resuming: Bool,
        notices: Mailbox<ControlNotice>
    ) throws(SystemError) {
        try begin(source, profile, identity, resuming: resuming, notices) {
            try connect(profile, path, resuming: resuming)
        }
    }

    /// Holds the start-up conversation over a descriptor that is open already, and takes it over.
    static func converse(
        source: UInt32, profile: DeviceProfile, descriptor: Int32, identity: String,
        resuming: Bool, notices: Mailbox<ControlNotice>
    ) throws(SystemError) {
        // Closed by the thread, or here if there is none.
        let owned = ThreadCargo(FileDescriptor(owning: descriptor))
        try begin(source, profile, identity, resuming: resuming, notices) { owned.take() }
    }

    /// Has the device connected and the conversation held on a thread of its own, which then posts
    /// what came of it.
    private static func begin(
        _ source: UInt32, _ profile: DeviceProfile, _ identity: String, resuming: Bool,
        _ notices: Mailbox<ControlNotice>,
        connect: @escaping @Sendable () throws -> FileDescriptor
    ) throws(SystemError) {
        _ = try DedicatedThread(name: "opener") {
            let result: DeviceOpening
            do {
                let descriptor = try connect()
                var negotiated: (settings: [UInt8], leftover: [UInt8]) = ([], [])
                if !resuming {
                    negotiated = try hold(profile.startConversation(), descriptor.number)
                }
                result = .opened(
                    descriptor: descriptor.release(), .serial, identity: identity,
                    resuming ? .resumed : .fresh, settings: negotiated.settings,
                    leftover: negotiated.leftover)
            } catch {
                result = .failed("\(error)")
            }
            notices.post(.deviceOpened(source, result))
        }
    }

    /// Tells a device to stop, over a descriptor that nobody reads by now.
    static func stop(_ profile: DeviceProfile, _ descriptor: Int32) throws {
        _ = try hold(profile.stopConversation(), descriptor)
    }

    /// Looks whether a port that stayed open is as its profile wants it; changes nothing.
    static func check(
        _ descriptor: Int32, _ profile: DeviceProfile, _ path: String
    ) throws(DeviceError) {
        guard let settings = line(of: profile) else {
            throw DeviceError(code: .wrongKind, message: "\(profile.name) is not a serial device")
        }
        try SerialPort.check(descriptor, settings, path)
    }

    private static func connect(
        _ profile: DeviceProfile, _ path: String, resuming: Bool
    ) throws -> FileDescriptor {
        guard let settings = line(of: profile) else {
            throw DialogueFailure("\(profile.name) is not a serial device")
        }
        return try SerialPort.open(path, settings, resuming: resuming)
    }

    private static func line(of profile: DeviceProfile) -> SerialLineSettings? {
        guard case .serial(let settings) = profile.transport else { return nil }
        return SerialLineSettings(
            baud: settings.baud, dataBits: settings.dataBits,
            parity: SerialLineSettings.Parity(rawValue: settings.parity.rawValue) ?? .none,
            stopBits: settings.stopBits)
    }

    /// Holds a conversation over a serial device.
    /// - Returns: what was negotiated, and bytes of samples that came behind the last reply.
    private static func hold(
        _ conversation: any DeviceConversation, _ descriptor: Int32
    ) throws -> (settings: [UInt8], leftover: [UInt8]) {
        var conversation = conversation
        var event = ConversationEvent.begun
        var deadline = Clocks.now()
        while true {
            switch conversation.next(event) {
            case .write(let bytes, _):
                try send(bytes, descriptor)
                event = .done
            case .wait(let milliseconds):
                pause(milliseconds)
                event = .done
            case .receive(let milliseconds, let isContinued):
                if !isContinued { deadline = Clocks.now() + Int64(milliseconds) * 1_000_000 }
                event = try receive(until: deadline, descriptor)
            case .read: event = .refused("a serial device has no values to read")
            case .finished(let settings, let leftover): return (settings, leftover)
            case .failed(let reason): throw DialogueFailure(reason)
            }
        }
    }

    private static func send(_ bytes: [UInt8], _ descriptor: Int32) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = try nonBlockingSystemCall("write") {
                unsafe bytes.withUnsafeBytes {
                    unsafe write(descriptor, $0.baseAddress! + done, $0.count - done)
                }
            }
            if let count { done += count } else { pause(5) }
        }
    }

    private static func receive(
        until end: Instant, _ descriptor: Int32
    ) throws -> ConversationEvent {
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let left = (end - Clocks.now()) / 1_000_000
            guard left > 0 else { return .timedOut }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&entry, 1, Int32(clamping: left))
            let count = try nonBlockingSystemCall("read") {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe read(descriptor, $0.baseAddress, $0.count)
                }
            }
            guard let count else { continue }
            guard count > 0 else { throw DialogueFailure("the device was unplugged") }
            return .received(Array(buffer[0..<count]), characteristic: 0)
        }
    }

    private static func pause(_ milliseconds: Int) {
        _ = poll(nil, 0, Int32(clamping: milliseconds))
    }
}

/// A start-up dialogue that failed, in words.
struct DialogueFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
