import Timebase

/// One thing that a participant did with a key or pointer, as it goes through the ring: 16 bytes,
/// little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 0–7 | the event's own time, nanoseconds of CLOCK_MONOTONIC |
/// | 8 | action |
/// | 9 | key class; 0 where there is none |
/// | 10–11 | how many keys of that class are held after the event |
/// | 12–15 | motion or wheel: horizontal Int16, vertical Int16, saturating; else 0 |
///
/// In the press of a key bytes 12–13 hold the key's code where the policy keeps codes; else 0.
public struct InputRecord: Hashable, Sendable {
    /// What was done. The raw values are stored; they never change.
    public enum Action: UInt8, Sendable, CaseIterable {
        /// A key went down.
        case press = 1
        /// A key went up.
        case release = 2
        /// Events were lost here (SYN_DROPPED): a gap. Held keys are forgotten.
        case dropped = 3
        /// A pointer's button went down.
        case buttonPress = 4
        /// A pointer's button went up.
        case buttonRelease = 5
        /// The pointer moved; the sum of one report of the device, in its own counts.
        case motion = 6
        /// The wheel turned; in detents.
        case wheel = 7
    }

    /// Bytes of one record.
    public static let byteCount = 16

    /// The event's own time.
    public var stamp: Instant
    /// What was done.
    public var action: Action
    /// The class of the key or button; nil for the rest.
    public var keyClass: KeyClass?
    /// How many keys of the class are held after this event.
    ///
    /// A release belongs to the first press of its class that is still open. That is exact as long
    /// as the count never passed 1 since it was last 0; otherwise it is by order only.
    public var held: UInt16
    /// Motion to the right, or detents of the horizontal wheel to the right.
    public var horizontal: Int16
    /// Motion downwards, or detents of the wheel away from the person.
    public var vertical: Int16

    public init(
        stamp: Instant, action: Action, keyClass: KeyClass? = nil, held: UInt16 = 0,
        horizontal: Int16 = 0, vertical: Int16 = 0
    ) {
        self.stamp = stamp
        self.action = action
        self.keyClass = keyClass
        self.held = held
        self.horizontal = horizontal
        self.vertical = vertical
    }

    /// The key's code, in a press of a reader whose policy keeps codes; nil in all else.
    public var code: UInt16? {
        guard action == .press, horizontal != 0 else { return nil }
        return UInt16(bitPattern: horizontal)
    }

    /// Keeps the key's code in a press.
    mutating func keepCode(_ code: UInt16) { horizontal = Int16(bitPattern: code) }
}
