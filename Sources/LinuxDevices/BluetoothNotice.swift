import Timebase

/// What the Bluetooth thread tells. Told on that thread: take it elsewhere and return at once.
public enum BluetoothNotice: Sendable {
    /// A device that is wanted (`setWanted`) and not open: once when it is first known of, again
    /// when what it shows changes, and at most twice a second while it is heard.
    case found(BluetoothFound)
    /// BlueZ forgot a device that had been found.
    case vanished(address: String)
    /// The machine's adapters, first and whenever they change. `trouble` says in words why nothing
    /// can be found: no adapter, adapter off, no BlueZ, no bus; nil where all is well.
    case adapters([BluetoothAdapter], trouble: String?)
    /// An opening is not there yet and why; it goes on trying until `close`. Told when the reason
    /// changes.
    case waiting(id: UInt32, reason: DeviceError)
    /// A device is open and sends.
    case opened(BluetoothOpened)
    /// An opening has ended, for good: its reader sees the end. Reason nil: `close` was called.
    case closed(id: UInt32, reason: DeviceError?)
    /// Charge of the battery in percent: once when it opens, then when it changes.
    case battery(id: UInt32, percent: Int)
    /// Packets that arrived and did not fit, because the reader had not read for long: how many, and
    /// the first and the last one's arrival.
    case lost(id: UInt32, packets: Int, first: Instant, last: Instant)
    /// A serial port (classic Bluetooth) is open: a stream socket, non-blocking, that the receiver
    /// of this notice owns and closes. Its hang-up tells of a disconnect.
    case openedSerial(id: UInt32, descriptor: Int32)
    /// The course of `pair`.
    case pairing(address: String, BluetoothPairing)
}

/// A device that sends.
public struct BluetoothOpened: Sendable {
    public var id: UInt32
    /// The read end of a SOCK_SEQPACKET pair, non-blocking and close-on-exec; the receiver of the
    /// notice owns and closes it. Each message is the arrival (i64, little-endian, nanoseconds of
    /// CLOCK_MONOTONIC), the characteristic's index (u8) and the packet.
    public var descriptor: Int32
    /// What the conversation negotiated; empty where it was passed over.
    public var settings: [UInt8]
    /// Bytes of samples that the conversation received behind its last reply.
    public var leftover: [UInt8]
    public var identity: BluetoothIdentity
    /// How each characteristic is subscribed to in fact; `none` also for one that is missing.
    public var subscriptions: [GATTCharacteristic.Subscription]
    /// Whether the device was connected already, and the conversation was passed over as asked.
    public var isResumed: Bool
}

/// The course of a pairing.
public enum BluetoothPairing: Hashable, Sendable {
    /// A question of the device to a person; answered with `answerPairing`.
    case asked(BluetoothQuestion)
    /// A code to be typed on the device itself.
    case show(code: String)
    case paired
    case failed(DeviceError)
}

/// What a device asks when it is paired.
public enum BluetoothQuestion: Hashable, Sendable {
    /// Does the device show the same six digits?
    case confirm(passkey: String)
    /// The six digits that the device shows.
    case enterPasskey
    /// The code (up to 16 characters) of an older device, often 0000 or 1234.
    case enterCode
    /// The device wants to be paired without any code.
    case allow
}

/// A person's answer.
public enum BluetoothAnswer: Hashable, Sendable {
    case yes
    case no
    /// Digits or code, as typed.
    case text(String)
}
