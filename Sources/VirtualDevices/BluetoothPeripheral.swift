import Timebase

/// A characteristic of a virtual Bluetooth device, by the name that its profile gives it.
struct BluetoothCharacteristic: Hashable, Sendable {
    /// What a host may do with it.
    struct Uses: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let read = Uses(rawValue: 1)
        static let write = Uses(rawValue: 2)
        static let notify = Uses(rawValue: 4)
    }

    let name: String
    let uses: Uses

    init(_ name: String, _ uses: Uses) {
        self.name = name
        self.uses = uses
    }
}

/// What becomes of a host's write.
struct BluetoothAnswer: Sendable {
    /// How the device understood it, for the log; nil if it did not.
    var meaning: String?
    /// Why it refuses the write; nil if it takes it.
    var refusal: String?
    /// What it indicates in reply: characteristic and bytes.
    var replies: [(name: String, bytes: [UInt8])] = []

    static func understood(_ meaning: String) -> BluetoothAnswer {
        BluetoothAnswer(meaning: meaning)
    }

    static func refused(_ refusal: String) -> BluetoothAnswer {
        BluetoothAnswer(refusal: refusal)
    }
}

/// What a kind of Bluetooth device answers and sends; `BluetoothBehaviour` puts it into text.
protocol BluetoothPeripheral: Sendable {
    /// What the numbers behind the time and the name are in the log of what it sent.
    static var columns: String { get }

    /// What it has; only what stands here is read, written or subscribed.
    var characteristics: [BluetoothCharacteristic] { get }

    /// Characteristics that never change and are only read: of the Device Information Service.
    var information: [String: [UInt8]] { get }

    /// When it wants to send next; nil while it sends nothing.
    var due: Instant? { get }

    /// Whether its recording has ended.
    var isExhausted: Bool { get }

    /// A host is connected; nothing is subscribed.
    mutating func connect(now: Instant)

    /// The connection is gone, and with it all subscriptions.
    mutating func disconnect(now: Instant)

    /// A host has subscribed, or has ended its subscription.
    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant)

    /// The value of a characteristic that can be read.
    mutating func read(_ name: String, now: Instant) -> [UInt8]

    /// A host writes.
    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer

    /// Sends the one packet that is due.
    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError)
}

extension BluetoothPeripheral {
    var information: [String: [UInt8]] { [:] }

    /// Texts of the Device Information Service (0x180A) of a device that says what it is.
    static func information(model: String, seed: UInt64) -> [String: [UInt8]] {
        [
            "maker": Array("Attune virtual devices".utf8), "model": Array(model.utf8),
            "serial": Array("V\(seed)".utf8), "firmware": Array("1.0".utf8),
        ]
    }

    var isExhausted: Bool { false }
    mutating func connect(now: Instant) {}
    mutating func read(_ name: String, now: Instant) -> [UInt8] { [] }
    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        BluetoothAnswer()
    }
}
