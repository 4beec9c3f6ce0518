import CSystemCalls
import Glibc
import SystemCalls
import Timebase

/// The Bluetooth thread: its bus, its timers, BlueZ's objects and the links that are open. Nothing
/// in it waits but `run`.
final class BluetoothLoop {
    private let busAddress: String?
    private let mailbox: BluetoothMailbox
    private let heart: Heartbeat
    let notify: @Sendable (BluetoothNotice) -> Void

    private var connection: BusConnection?
    /// Milliseconds until the bus is tried again.
    private var busBackoff = 250
    private var timers: [Timer] = []
    private var timerCount = 0
    private var isDone = false

    /// Whether BlueZ is there and its objects are known.
    var isReady = false
    /// Why it is not there; nil while that is not known yet.
    private(set) var absence: String?
    var objects = BluetoothObjects()
    var links: [UInt32: BluetoothLink] = [:]
    /// Openings that wait until one with the same number or address has closed.
    var successors: [BluetoothLink.Order] = []
    /// What the Device Information service said, by address: it does not change while we run.
    var identities: [String: BluetoothIdentity] = [:]
    var search = BluetoothSearch()
    var serial = BluetoothSerial()
    var pairings: [String: BluetoothPairingState] = [:]
    private var stopping = false

    private struct Timer {
        let id: Int
        let due: Instant
        let fire: () -> Void
    }

    init(
        busAddress: String?, mailbox: BluetoothMailbox, heart: Heartbeat,
        notify: @escaping @Sendable (BluetoothNotice) -> Void
    ) {
        self.busAddress = busAddress
        self.mailbox = mailbox
        self.heart = heart
        self.notify = notify
    }

    func run() {
        connect()
        while !isDone {
            heart.beat()
            for order in mailbox.take() { order(self) }
            processBus()
            fireTimers()
            if !isDone { wait() }
        }
        connection = nil
    }

    // MARK: Waiting

    private func wait() {
        var polled = [pollfd(fd: mailbox.signal.number, events: Int16(POLLIN), revents: 0)]
        if let connection {
            polled.append(pollfd(fd: connection.descriptor, events: connection.events, revents: 0))
        }
        let busCount = polled.count
        var readers: [BluetoothLink] = []
        for link in links.values {
            for descriptor in link.acquiredDescriptors {
                polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                readers.append(link)
            }
        }
        var due = timers.map(\.due).min()
        if let microseconds = connection?.timeout {
            let instant = Instant(nanoseconds: Int64(clamping: microseconds) &* 1000)
            due = min(due ?? instant, instant)
        }
        let longest = Int64(Heartbeat.longestPause) * 1_000_000
        let limit = due.map { min(max(0, $0 - Clocks.now()), longest) } ?? longest
        let ready = unsafe polled.withUnsafeMutableBufferPointer {
            unsafe attune_poll($0.baseAddress, $0.count, limit)
        }
        guard ready > 0 else { return }
        for (reader, poll) in zip(readers, polled[busCount...]) where poll.revents != 0 {
            reader.readAcquired(poll.fd)
        }
    }

    /// Calls `fire` on this thread after so long, unless it is cancelled.
    @discardableResult
    func after(_ milliseconds: Int, _ fire: @escaping () -> Void) -> Int {
        timerCount += 1
        let due = Clocks.now() + Int64(max(0, milliseconds)) * 1_000_000
        timers.append(Timer(id: timerCount, due: due, fire: fire))
        return timerCount
    }

    func cancel(_ timer: Int) { timers.removeAll { $0.id == timer } }

    private func fireTimers() {
        guard !timers.isEmpty else { return }
        let now = Clocks.now()
        let due = timers.filter { $0.due <= now }.sorted { $0.due < $1.due }
        guard !due.isEmpty else { return }
        for timer in due {
            // One that fired before may have cancelled it.
            guard let index = timers.firstIndex(where: { $0.id == timer.id }) else { continue }
            timers.remove(at: index)
            timer.fire()
        }
    }

    // MARK: The bus

    private func connect() {
        guard !stopping else { return }
        do {
            let connection = try BusConnection(address: busAddress)
            try watch(connection)
            self.connection = connection
            askForObjects()
        } catch {
            tellAbsence(error.message)
            reconnectLater()
        }
    }

    private func reconnectLater() {
        after(busBackoff) { [weak self] in self?.connect() }
        busBackoff = min(5000, busBackoff * 2)
    }

    private func processBus() {
        guard let connection else { return }
        do {
            // Not for ever: sockets and timers have their turn.
            var turns = 0
            while try connection.process() {
                turns += 1
                if turns == 64 { return mailbox.signal.raise() }
            }
        } catch {
            self.connection = nil
            blueZWent("the system's message bus went away")
            if stopping { isDone = true } else { reconnectLater() }
        }
    }

    private func watch(_ connection: BusConnection) throws(DeviceError) {
        try connection.match(
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                + "member='NameOwnerChanged',arg0='org.bluez'"
        ) { [weak self] message in
            guard let self else { return }
            // Somebody new under the name knows nothing of us, even when nobody was seen to leave.
            blueZWent("the Bluetooth service (bluetoothd) went away")
            if message.values.last?.text?.isEmpty == false { askForObjects() }
        }
        try connection.match(
            "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.ObjectManager'"
        ) { [weak self] in self?.objectsChanged($0) }
        try connection.match(
            "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.Properties',"
                + "member='PropertiesChanged',path_namespace='/org/bluez'"
        ) { [weak self] in self?.propertiesChanged($0) }
        try connection.export("/org/attune/agent") { [weak self] in self?.agentCalled($0) }
        try connection.export("/org/attune/serial") { [weak self] in self?.serialCalled($0) }
    }

    /// Calls BlueZ. `reply` comes later, on this thread; never, when BlueZ or the bus goes away
    /// first, which `blueZWent` tells everybody.
    func call(
        _ path: String, _ interface: String, _ member: String, _ arguments: [BusValue] = [],
        seconds: Int = 30, reply: @escaping BusConnection.Reply = { _ in }
    ) {
        guard let connection else { return }
        connection.call(
            "org.bluez", path, interface, member, arguments, seconds: seconds, reply: reply)
    }

    func getObjects(_ reply: @escaping BusConnection.Reply) {
        call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", reply: reply)
    }

    private func askForObjects() {
        getObjects { [weak self] result in
            guard let self, !stopping else { return }
            switch result {
            case .success(let values):
                busBackoff = 250
                objects = BluetoothObjects(values.first)
                isReady = true
                absence = nil
                tellAdapters()
                for path in objects.paths(BluetoothObjects.device) { deviceChanged(path) }
                for link in Array(links.values) { link.reach() }
                updateSearch()
                serial.isRegistered = false
            case .failure(let failure):
                tellAbsence(
                    failure.isRefusedByPolicy
                        ? "this user may not use Bluetooth: add the user to group 'bluetooth' "
                            + "(usermod -aG bluetooth USER) and log in again"
                        : "there is no Bluetooth service: install bluez and start bluetooth.service"
                )
                // Its coming is told by NameOwnerChanged; this is for a name that can be started.
                after(10_000) { [weak self] in
                    guard let self, !isReady, connection != nil else { return }
                    askForObjects()
                }
            }
        }
    }

    private func tellAbsence(_ words: String) {
        absence = words
        tellAdapters(trouble: words)
        for link in Array(links.values) { link.reach() }
    }

    private func blueZWent(_ words: String) {
        let wasReady = isReady
        isReady = false
        absence = wasReady ? words : absence
        objects = BluetoothObjects()
        search.forget()
        let reason = DeviceError(code: .serviceUnavailable, message: words)
        for link in Array(links.values) { link.blueZWent(reason) }
        for (address, _) in pairings {
            notify(.pairing(address: address, .failed(reason)))
        }
        pairings = [:]
        failSerial(reason)
        if wasReady { tellAdapters(trouble: words) }
    }

    // MARK: The end

    /// Closes all links, sees that BlueZ has noticed, and leaves the bus.
    func stop(disconnecting: Bool) {
        guard !stopping else { return }
        stopping = true
        setWanted([])
        successors = []
        for link in Array(links.values) { link.leave(disconnecting: disconnecting) }
        after(3000) { [weak self] in self?.isDone = true }
        guard isReady else { return isDone = true }
        // Calls are answered in order, so all that was asked above has been done by then; and
        // BlueZ has had a turn of its loop to see that the sockets are closed.
        call("/org/bluez", "org.freedesktop.DBus.Peer", "Ping") { [weak self] _ in
            self?.after(100) { self?.endWhenClosed() }
        }
    }

    private func endWhenClosed() {
        if links.isEmpty { return isDone = true }
        after(50) { [weak self] in self?.endWhenClosed() }
    }
}
