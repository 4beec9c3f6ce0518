import Glibc
import Synchronization
import SystemCalls

/// Bluetooth devices through BlueZ, on a thread and a bus connection of its own.
///
/// Nothing waits on that thread, so a slow device never holds up another one's packets. All
/// functions may be called from any thread; they leave an order and return, and what comes of it is
/// told through `notify`, on the Bluetooth thread. It outlives bluetoothd and the bus: open devices
/// are told as closed, and openings go on once both are back.
///
/// An opening (`open`) goes on trying to reach its device until it is open or `close` is called, so
/// a device that comes back is open again as soon as it is heard. What fails after the connection
/// stands (a missing characteristic, a conversation) ends it with `.closed`; so does a disconnect.
///
/// bluetoothd 5.66 crashes when a client leaves the bus while it holds a socket of AcquireNotify.
/// So such sockets are closed first, and end with this process otherwise; never pass one on.
public final class BluetoothCentral: Sendable {
    private let mailbox: BluetoothMailbox
    private let thread: DedicatedThread

    /// Starts the thread, which begins to connect.
    /// - Parameters:
    ///   - busAddress: nil is the system's bus (or `DBUS_SYSTEM_BUS_ADDRESS`); another one for
    ///     tests.
    ///   - heart: beats while the thread goes on.
    ///   - notify: called on the Bluetooth thread; must return at once.
    /// - Throws: when there is no thread or descriptor left. A bus or BlueZ that is not there is
    ///   told by `.adapters`.
    public init(
        busAddress: String? = nil, heart: Heartbeat = Heartbeat(name: "bluetooth"),
        notify: @escaping @Sendable (BluetoothNotice) -> Void
    ) throws(SystemError) {
        let mailbox = try BluetoothMailbox()
        self.mailbox = mailbox
        thread = try DedicatedThread(name: "bluetooth") {
            BluetoothLoop(
                busAddress: busAddress, mailbox: mailbox, heart: heart, notify: notify
            ).run()
        }
    }

    /// What is to be looked for from now on. The adapters search while something of it is not
    /// connected, and only then, since searching takes air time from what is connected.
    public func setWanted(_ wanted: [BluetoothWanted]) {
        mailbox.post { $0.setWanted(wanted) }
    }

    /// Opens a device: connects, or takes one that is connected already, subscribes, talks, and then
    /// delivers packets. Ends in `.opened` or `.closed`; `.waiting` tells why it takes long.
    /// - Parameters:
    ///   - id: names this opening in notices. After `close`, id and address may be opened again at
    ///     once: the new opening begins when the old one is told `.closed` (BlueZ takes up to 2 s to
    ///     disconnect).
    ///   - characteristics: packets name them by their index.
    ///   - conversation: the talk before the device sends.
    ///   - resuming: the device was open before the daemon restarted: where it is still connected,
    ///     the conversation is passed over.
    public func open(
        id: UInt32, address: String, characteristics: [GATTCharacteristic],
        conversation: any BluetoothTalk = SilentTalk(), resuming: Bool = false
    ) {
        mailbox.post {
            $0.open(
                BluetoothLink.Order(
                    id: id, address: address.uppercased(), characteristics: characteristics,
                    conversation: conversation, resuming: resuming))
        }
    }

    /// Ends an opening: has the stop conversation (5 s at most; packets are delivered meanwhile),
    /// unsubscribes and disconnects. Ends in `.closed` with no reason; of an id that is not open
    /// any more, nothing is told.
    public func close(id: UInt32, conversation: any BluetoothTalk = SilentTalk()) {
        mailbox.post { $0.close(id: id, conversation: conversation) }
    }

    /// Opens the serial port (classic Bluetooth's SPP) of a device that BlueZ knows, paired where
    /// the device asks for that. Ends in `.openedSerial` or `.closed`. After `close` of the same id
    /// the device is disconnected.
    public func openSerial(id: UInt32, address: String) {
        mailbox.post { $0.openSerial(id: id, address: address.uppercased()) }
    }

    /// Pairs with a device that was found. Ends in `.paired` or `.failed`; questions come before.
    public func pair(address: String) {
        mailbox.post { $0.pair(address: address.uppercased()) }
    }

    /// The answer to a question of `pair`.
    public func answerPairing(address: String, _ answer: BluetoothAnswer) {
        mailbox.post { $0.answerPairing(address: address.uppercased(), answer) }
    }

    /// Makes BlueZ forget a device and its keys.
    public func forget(address: String) {
        mailbox.post { $0.forget(address: address.uppercased()) }
    }

    /// Closes everything without conversations, leaves the bus and ends the thread; waits for that
    /// 3 s at most. Once, and last; not on the Bluetooth thread.
    /// - Parameter disconnecting: false leaves devices connected, for a daemon that comes back soon.
    public func stop(disconnecting: Bool = true) {
        mailbox.post { $0.stop(disconnecting: disconnecting) }
        thread.join()
    }
}

/// Orders to the Bluetooth thread.
final class BluetoothMailbox: Sendable {
    typealias Order = @Sendable (BluetoothLoop) -> Void

    private let orders = Mutex<[Order]>([])
    let signal: EventSignal

    init() throws(SystemError) { signal = try EventSignal() }

    func post(_ order: @escaping Order) {
        orders.withLock { $0.append(order) }
        signal.raise()
    }

    func take() -> [Order] {
        signal.clear()
        return orders.withLock { orders in
            defer { orders = [] }
            return orders
        }
    }
}
