/// A characteristic of a Bluetooth LE device that somebody needs; named by its index in a list.
public struct GATTCharacteristic: Hashable, Sendable {
    /// How its notifications are asked for.
    public enum Subscription: String, Hashable, Sendable, CaseIterable {
        /// Not at all: it is only written or read.
        case none
        /// BlueZ's StartNotify: each notification is a message on the bus, stamped when it is read.
        case notify
        /// BlueZ's AcquireNotify: a socket of its own, stamped by the kernel, for high rates. Falls
        /// back to `notify` where BlueZ refuses.
        case acquire
    }

    /// For messages to a person.
    public var name: String
    /// 128 bits in lower case, `00002a37-0000-1000-8000-00805f9b34fb`.
    public var uuid: String
    public var subscription: Subscription
    /// Whether a device without it is used all the same.
    public var isOptional: Bool

    public init(
        name: String, uuid: String, subscription: Subscription = .none, isOptional: Bool = false
    ) {
        self.name = name
        self.uuid = uuid.lowercased()
        self.subscription = subscription
        self.isOptional = isOptional
    }

    /// A UUID of 16 bits that the Bluetooth SIG assigned, in its long form.
    static func long(_ number: String) -> String { "0000\(number)-0000-1000-8000-00805f9b34fb" }
}
