/// The talk with a Bluetooth device before it sends, or when it is to stop, as a pure value: it is
/// told what happened and says what is to be done next. The Bluetooth thread carries it out.
public protocol BluetoothTalk: Sendable {
    /// Called first with `.begun`, then after each action with what came of it; after `.finished` or
    /// `.failed` not any more. Called on the Bluetooth thread: never blocks.
    mutating func next(_ event: BluetoothTalkEvent) -> BluetoothTalkAction
}

/// What came of the action before. Characteristics are indices in the list that was given to `open`.
public enum BluetoothTalkEvent: Hashable, Sendable {
    /// The device is connected and its notifications are subscribed to.
    case begun
    /// The bytes were written and, where the characteristic answers writes, confirmed; or the time
    /// has passed.
    case done
    /// A packet came while the action was `.receive`, or before it and nobody had taken it yet.
    case received([UInt8], characteristic: Int)
    /// The answer to `.read`.
    case value([UInt8])
    /// Nothing was received within the time of `.receive`.
    case timedOut
    /// The device refused a write or a read, in words.
    case refused(String)
}

/// What is to be done next.
public enum BluetoothTalkAction: Hashable, Sendable {
    /// Write; with a response where the characteristic gives one.
    case write([UInt8], characteristic: Int)
    /// Read a characteristic's value once.
    case read(characteristic: Int)
    /// Do nothing for so long; what is received meanwhile is kept.
    case wait(milliseconds: Int)
    /// Wait for the next packet, at most so long; with `isContinued`, within the time of the
    /// `.receive` before.
    case receive(milliseconds: Int, isContinued: Bool = false)
    /// The device sends now. Packets that nobody took become the first ones of the stream.
    case finished(settings: [UInt8], leftover: [UInt8])
    /// It cannot go on, in words for a person.
    case failed(String)
}

/// A talk of no words: the device sends as soon as it is subscribed to.
public struct SilentTalk: BluetoothTalk {
    public init() {}
    public mutating func next(_ event: BluetoothTalkEvent) -> BluetoothTalkAction {
        .finished(settings: [], leftover: [])
    }
}
