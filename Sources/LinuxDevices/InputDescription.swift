/// What is known about an input device that was opened.
public struct InputDescription: Hashable, Sendable {
    /// The name that the device gives itself.
    public let name: String
    /// `bus:vendor:product:` in hexadecimal, and then its unique number, else its port.
    public let identity: String
    /// Whether it has the keys of a keyboard.
    public let isKeyboard: Bool
    /// Whether it moves a pointer and has a button for it.
    public let isPointer: Bool
    /// Whether the kernel stamps its events with CLOCK_MONOTONIC.
    public let isOnMonotonicClock: Bool
    /// Whether the kernel holds back everything that is not recorded.
    public let isMasked: Bool
    /// Whether it is a source for demos and tests and no device at all.
    public let isTestSource: Bool

    public init(
        name: String, identity: String, isKeyboard: Bool, isPointer: Bool,
        isOnMonotonicClock: Bool, isMasked: Bool, isTestSource: Bool
    ) {
        self.name = name
        self.identity = identity
        self.isKeyboard = isKeyboard
        self.isPointer = isPointer
        self.isOnMonotonicClock = isOnMonotonicClock
        self.isMasked = isMasked
        self.isTestSource = isTestSource
    }
}
