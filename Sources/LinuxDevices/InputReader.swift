import Glibc
import Timebase

/// Turns the kernel's input events into records of key classes, in the read call itself: no key
/// code outlives it, unless the policy keeps codes. Acquisition thread; never allocates, blocks or locks. One a device.
///
/// Between calls it keeps how many keys of each class are held, and the motion since the last
/// report; from a test source also the first part of an event that was cut in two.
public struct InputReader: ~Copyable, Sendable {
    /// Bytes of the kernel's `struct input_event` on 64-bit machines.
    public static let eventByteCount = 24
    /// Bytes that one `read` can put out at most: each event gives at most one record, but the end
    /// of a report may give two, and a test source may complete an event that was cut.
    public static let outputCapacity = (eventsPerRead + 2) * InputRecord.byteCount
    /// Events that one `read` takes at most.
    static let eventsPerRead = 64

    private let kind: InputDeviceKind
    private let policy: InputPolicy
    private let isTestSource: Bool
    /// Held keys by the class's raw value.
    private var held = InlineArray<16, UInt16>(repeating: 0)
    private var motion = MotionSum()
    private var wheel = MotionSum()
    /// After lost events, everything up to the next end of a report is void.
    private var isSkipping = false
    /// Records did not fit into the output; the next one begins with saying so.
    private var hasLostOutput = false
    private var partial = InlineArray<24, UInt8>(repeating: 0)
    private var partialCount = 0

    /// - Parameters:
    ///   - isTestSource: a test source may split an event between two reads, and then the first part is
    ///     kept; a device never does, and nothing of it is kept.
    ///   - held: keys that are down already, by the raw value of their class: of a device that stayed
    ///     open while it was not read.
    public init(
        kind: InputDeviceKind, policy: InputPolicy = InputPolicy(), isTestSource: Bool = false,
        held: [UInt8: UInt16] = [:]
    ) {
        for (keyClass, count) in held where Int(keyClass) < self.held.count {
            self.held[Int(keyClass)] = count
        }
        self.kind = kind
        self.policy = policy
        self.isTestSource = isTestSource
    }

    /// Reads what waits, at most 64 events, and writes records.
    ///
    /// - Parameter output: at least `outputCapacity` bytes, for example reserved in the ring.
    /// - Returns: how it went, and how many bytes were written.
    public mutating func read(
        _ descriptor: Int32, into output: UnsafeMutableRawBufferPointer
    ) -> InputReading {
        // Small enough to lie on the stack.
        unsafe withUnsafeTemporaryAllocation(
            byteCount: Self.eventsPerRead * Self.eventByteCount, alignment: 8
        ) { buffer in
            var count = 0
            repeat {
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while count == -1 && errno == EINTR
            switch count {
            case 1...:
                // The kernel wrote `count` bytes, at most the buffer's size.
                let written = unsafe convert(
                    UnsafeMutableRawBufferPointer(rebasing: buffer[0..<count]), into: output)
                return InputReading(outcome: .read, byteCount: written)
            case 0:
                return InputReading(outcome: .ended, byteCount: 0)
            default:
                let code = errno
                let outcome: InputReading.Outcome =
                    switch code {
                    case EAGAIN: .empty
                    // Unplugged or revoked; the other side of a pseudo-terminal closed.
                    case ENODEV, EIO: .ended
                    default: .failed(code)
                    }
                return InputReading(outcome: outcome, byteCount: 0)
            }
        }
    }

    /// Converts events that were read already; what `read` does, without the call.
    ///
    /// - Parameters:
    ///   - input: bytes as read; zeroed before this returns.
    ///   - output: at least `(events + 2) * 16` bytes; where that is too small, the rest is lost,
    ///     and the next call begins with `dropped`.
    /// - Returns: how many bytes were written.
    public mutating func convert(
        _ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        // `explicit_bzero` is the one way of zeroing that the compiler never leaves out.
        defer {
            if let start = input.baseAddress { unsafe explicit_bzero(start, input.count) }
        }
        var written = 0
        var offset = 0
        while offset < input.count {
            let rest = input.count - offset
            if partialCount > 0 || rest < Self.eventByteCount {
                // A cut event can only come from a test source, whose keys are nobody's.
                guard isTestSource else { break }
                let count = min(rest, Self.eventByteCount - partialCount)
                for index in 0..<count {
                    partial[partialCount + index] = unsafe input[offset + index]
                }
                partialCount += count
                offset += count
                if partialCount == Self.eventByteCount {
                    let event = unsafe withUnsafeBytes(of: &partial) {
                        // The array holds exactly one event.
                        unsafe InputEvent($0, at: 0)
                    }
                    unsafe take(event, into: output, &written)
                    partial = InlineArray(repeating: 0)
                    partialCount = 0
                }
            } else {
                // A whole event lies between the offset and the end.
                let event = unsafe InputEvent(UnsafeRawBufferPointer(input), at: offset)
                unsafe take(event, into: output, &written)
                offset += Self.eventByteCount
            }
        }
        return written
    }

    private mutating func take(
        _ event: borrowing InputEvent, into output: UnsafeMutableRawBufferPointer,
        _ written: inout Int
    ) {
        switch (event.type, event.code) {
        case (InputEvent.sync, InputEvent.reportEnd):
            if isSkipping {
                isSkipping = false
            } else {
                unsafe endReport(at: event.stamp, into: output, &written)
            }
        case (InputEvent.sync, InputEvent.dropped):
            if !isSkipping {
                forget()
                unsafe put(
                    InputRecord(stamp: event.stamp, action: .dropped), into: output, &written)
            }
            isSkipping = true
        case _ where isSkipping:
            return
        case (InputMask.keyType, _):
            unsafe takeKey(event, into: output, &written)
        case (InputMask.relativeType, _):
            takeMotion(event)
        default:
            return
        }
    }

    private mutating func takeKey(
        _ event: borrowing InputEvent, into output: UnsafeMutableRawBufferPointer,
        _ written: inout Int
    ) {
        let keyClass = KeyClass.of(code: event.code)
        // The masks hold the rest back already; this is for sources without masks.
        let isButton = KeyClass.isButton(code: event.code)
        switch kind {
        case .keyboard where isButton: return
        case .pointer where keyClass != .pointerButton: return
        default: break
        }
        let index = Int(keyClass.rawValue)
        let isPress: Bool
        switch event.value {
        case 0:
            // A key that was held before the recording or before lost events.
            guard held[index] > 0 else { return }
            held[index] -= 1
            isPress = false
        case 1:
            if held[index] < .max { held[index] += 1 }
            isPress = true
        // 2 is the kernel's own repeating of a held key.
        default: return
        }
        let action: InputRecord.Action =
            switch kind {
            case .keyboard: isPress ? .press : .release
            case .pointer: isPress ? .buttonPress : .buttonRelease
            }
        var record = InputRecord(
            stamp: event.stamp, action: action, keyClass: keyClass, held: held[index])
        if policy.keepsCodes && kind == .keyboard && isPress { record.keepCode(event.code) }
        unsafe put(record, into: output, &written)
    }

    private mutating func takeMotion(_ event: borrowing InputEvent) {
        guard kind == .pointer, let axis = RelativeAxis(rawValue: event.code) else { return }
        switch axis {
        case .x: if policy.recordsMotion { motion.addHorizontal(event.value) }
        case .y: if policy.recordsMotion { motion.addVertical(event.value) }
        case .horizontalWheel: wheel.addHorizontal(event.value)
        case .wheel: wheel.addVertical(event.value)
        }
    }

    private mutating func endReport(
        at stamp: Instant, into output: UnsafeMutableRawBufferPointer, _ written: inout Int
    ) {
        if !motion.isZero {
            unsafe put(
                InputRecord(
                    stamp: stamp, action: .motion, horizontal: motion.horizontal,
                    vertical: motion.vertical), into: output, &written)
            motion = MotionSum()
        }
        if !wheel.isZero {
            unsafe put(
                InputRecord(
                    stamp: stamp, action: .wheel, horizontal: wheel.horizontal,
                    vertical: wheel.vertical), into: output, &written)
            wheel = MotionSum()
        }
    }

    private mutating func put(
        _ record: InputRecord, into output: UnsafeMutableRawBufferPointer, _ written: inout Int
    ) {
        if hasLostOutput && written == 0 && record.action != .dropped {
            // Nothing that was held when records were lost can be paired any more.
            let lost = InputRecord(stamp: record.stamp, action: .dropped)
            // `written` never passes the buffer's end: it grows only where a record fitted.
            guard
                unsafe lost.write(to: UnsafeMutableRawBufferPointer(rebasing: output[written...]))
            else { return }
            written += InputRecord.byteCount
            hasLostOutput = false
        }
        guard !hasLostOutput || record.action == .dropped,
            unsafe record.write(to: UnsafeMutableRawBufferPointer(rebasing: output[written...]))
        else {
            hasLostOutput = true
            forget()
            return
        }
        if record.action == .dropped { hasLostOutput = false }
        written += InputRecord.byteCount
    }

    private mutating func forget() {
        held = InlineArray(repeating: 0)
        motion = MotionSum()
        wheel = MotionSum()
    }
}
