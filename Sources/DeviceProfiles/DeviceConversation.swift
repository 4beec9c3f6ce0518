/// The talk with a device before it sends, or when it is to stop, as a pure value: it is told what
/// happened and says what is to be done next. Whoever holds the connection (a serial port's opener,
/// the Bluetooth thread) carries it out, so that a driver needs no threads and no clock, and can be
/// tested with bytes alone.
///
/// It never traps, whatever the device says.
public protocol DeviceConversation: Sendable {
    /// Says what to do next.
    ///
    /// Called first with `.begun`, then after each action with what came of it. After `.finished` or
    /// `.failed` it is not called any more.
    mutating func next(_ event: ConversationEvent) -> ConversationAction
}

/// What came of the action before.
public enum ConversationEvent: Hashable, Sendable {
    /// The connection stands.
    case begun
    /// The bytes were written (and confirmed, where a response was wanted), or the time has passed.
    case done
    /// Something was received while the action was `.receive`. A serial device's bytes come as they
    /// were read, in any pieces; a packet of a Bluetooth device comes whole.
    case received([UInt8], characteristic: Int)
    /// The answer to `.read`.
    case value([UInt8])
    /// Nothing (more) was received within the time of `.receive`.
    case timedOut
    /// The device refused what was asked, in words: a Bluetooth write or read that failed.
    case refused(String)
}

/// What is to be done next.
public enum ConversationAction: Hashable, Sendable {
    /// Write these bytes. `characteristic` is the index in the transport's list; a serial device has
    /// only 0.
    case write([UInt8], characteristic: Int)
    /// Read a characteristic's value once (Bluetooth).
    case read(characteristic: Int)
    /// Do nothing for so long.
    case wait(milliseconds: Int)
    /// Wait for the next piece that is received, at most so long; with `isContinued`, within the
    /// time of the `.receive` before, so that a device that says something else for ever is not
    /// listened to for ever.
    case receive(milliseconds: Int, isContinued: Bool = false)
    /// The device sends now.
    /// - settings: what was negotiated and is needed to read the samples (factors, channels); it goes
    ///   to `SampleDecoder.configure` and is stored. Empty where there is nothing.
    /// - leftover: bytes of samples that were received already, behind the last reply.
    case finished(settings: [UInt8], leftover: [UInt8])
    /// It cannot go on, in words for a person: what was expected, and what to do about it.
    case failed(String)
}

/// The steps of a profile, one after the other.
public struct ScriptedConversation: DeviceConversation {
    private let steps: [DialogueStep]
    private var position = 0
    private var matcher: ReplyMatcher?
    private var values = ReadValues()

    public init(_ steps: [DialogueStep]) { self.steps = steps }

    public mutating func next(_ event: ConversationEvent) -> ConversationAction {
        switch event {
        case .begun: break
        case .done: position += 1
        case .value(let bytes):
            if case .read(let characteristic, _)? = current {
                values.add(bytes, of: characteristic)
            }
            position += 1
        case .refused(let reason):
            guard case .read(_, isOptional: true)? = current else { return .failed(reason) }
            position += 1
        case .timedOut:
            if case .expect(_, let timeout, _)? = current {
                return .failed(
                    "the device did not answer within \(timeout) ms: is it switched on, and is it "
                        + "the right profile?")
            }
        case .received(let bytes, let characteristic):
            if case .expect(_, _, let wanted?)? = current, wanted != characteristic { break }
            if matcher?.take(bytes) != nil {
                matcher = nil
                position += 1
            }
        }
        guard let step = current else {
            return .finished(settings: values.bytes, leftover: [])
        }
        switch step {
        case .send(let bytes): return .write(bytes, characteristic: 0)
        case .read(let characteristic, _): return .read(characteristic: characteristic)
        case .write(let bytes, let characteristic):
            return .write(bytes, characteristic: characteristic)
        case .wait(let milliseconds): return .wait(milliseconds: milliseconds)
        case .expect(let reply, let timeout, _):
            let isContinued = matcher != nil
            if matcher == nil { matcher = ReplyMatcher(reply) }
            return .receive(milliseconds: timeout, isContinued: isContinued)
        }
    }

    private var current: DialogueStep? {
        steps.indices.contains(position) ? steps[position] : nil
    }
}
