import Glibc
import SystemCalls
import Timebase

/// One opening: the way from an address to packets, and back. The Bluetooth thread only.
final class BluetoothLink {
    /// What `open` asked for.
    struct Order: Sendable {
        let id: UInt32
        let address: String
        let characteristics: [GATTCharacteristic]
        let conversation: any BluetoothTalk
        let resuming: Bool
    }

    enum Phase {
        /// The device is not there, or did not connect.
        case waiting
        case connecting
        /// BlueZ asks the device for its services.
        case resolving
        case identifying, subscribing, talking
        case open
        /// The stop conversation.
        case stopping
        /// BlueZ disconnects.
        case leaving
        case closed
    }

    /// A characteristic of the order, as the device has it.
    struct Place {
        let path: String
        let flags: [String]
    }

    let order: Order
    unowned let loop: BluetoothLoop
    private(set) var phase = Phase.waiting
    /// Answers to what was asked in an earlier phase are not listened to.
    private var generation = 0
    private var timer: Int?

    private var failures = 0
    private var lastTry = Instant(nanoseconds: 0)
    private var told: DeviceError?
    private var wasConnected = false

    var path = ""
    var places: [Place?] = []
    var subscriptions: [GATTCharacteristic.Subscription] = []
    /// Characteristics whose notifications come over the bus.
    var notified: [String: Int] = [:]
    /// Sockets of AcquireNotify, by characteristic.
    var acquired: [Int: Int32] = [:]
    var clocks: [Int: PacketClock] = [:]

    var conversation: any BluetoothTalk
    var isReceiving = false
    var receiveLimit = Instant(nanoseconds: 0)
    /// Packets that came before the device was open, for the conversation and then for the reader.
    var kept: [KeptPacket] = []
    var pipe: PacketPipe?
    var isLossToBeTold = false

    struct KeptPacket {
        let bytes: [UInt8]
        let characteristic: Int
        let arrival: Instant
    }

    init(_ order: Order, loop: BluetoothLoop) {
        self.order = order
        self.loop = loop
        conversation = order.conversation
    }

    var isOpen: Bool { phase == .open || phase == .stopping }
    /// Whether hearing the device would help.
    var isUnreached: Bool { phase == .waiting || phase == .connecting }
    var isConnected: Bool {
        switch phase {
        case .resolving, .identifying, .subscribing, .talking, .open, .stopping: true
        case .waiting, .connecting, .leaving, .closed: false
        }
    }
    var isClosing: Bool { phase == .stopping || phase == .leaving }
    var acquiredDescriptors: [Int32] { Array(acquired.values) }

    /// Goes into a phase; what was asked for and timed in the one before is forgotten.
    func enter(_ next: Phase) {
        generation += 1
        cancelLimit()
        isReceiving = false
        phase = next
    }

    /// Calls BlueZ; the answer is told only while the phase lasts.
    func call(
        _ path: String, _ interface: String, _ member: String, _ arguments: [BusValue] = [],
        seconds: Int = 30, then: @escaping BusConnection.Reply
    ) {
        let asked = generation
        loop.call(path, interface, member, arguments, seconds: seconds) { [weak self] result in
            guard let self, generation == asked else { return }
            then(result)
        }
    }

    /// The one timer of a phase.
    func limit(_ milliseconds: Int, _ fire: @escaping () -> Void) {
        cancelLimit()
        timer = loop.after(milliseconds) { [weak self] in
            self?.timer = nil
            fire()
        }
    }

    func cancelLimit() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: Reaching the device

    /// Tries to connect, if that is what it waits for.
    func reach() {
        guard phase == .waiting else { return }
        guard loop.isReady else {
            if let absence = loop.absence { wait(.serviceUnavailable, absence) }
            return
        }
        guard let path = loop.objects.devicePath(address: order.address),
            let device = loop.objects.device(path)
        else {
            return wait(
                .notFound,
                "\(order.address) is not in sight: switch the device on and bring it near")
        }
        self.path = path
        lastTry = Clocks.now()
        wasConnected = device.isConnected
        if device.isConnected { return connected() }
        enter(.connecting)
        call(path, BluetoothObjects.device, "Connect", seconds: 60) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success: connected()
            case .failure(let failure) where failure.short == "AlreadyConnected": connected()
            case .failure(let failure): notConnected(failure)
            }
        }
    }

    private func notConnected(_ failure: BusFailure) {
        enter(.waiting)
        failures += 1
        lastTry = Clocks.now()
        if failure.short != "InProgress" {
            wait(
                failure.isRefusedByPolicy ? .permissionDenied : .disconnected,
                "\(order.address) does not connect (\(failure.words)): is it switched on, near, "
                    + "and not connected to something else?")
        }
        limit(min(8000, 250 << min(failures, 6))) { [weak self] in self?.reach() }
        loop.updateSearch()
    }

    private func wait(_ code: DeviceError.Code, _ message: String) {
        let reason = DeviceError(code: code, message: message)
        guard told != reason else { return }
        told = reason
        loop.notify(.waiting(id: order.id, reason: reason))
    }

    /// BlueZ told of the device. One that is heard is tried at once, but not all the time.
    func deviceSeen(isHeard: Bool) {
        guard phase == .waiting else { return }
        let isConnected =
            loop.objects.devicePath(address: order.address)
            .flatMap { loop.objects.device($0) }?.isConnected == true
        let pause = Int64(min(2000, 250 * failures)) * 1_000_000
        if path.isEmpty || isConnected || isHeard && Clocks.now() - lastTry >= pause { reach() }
    }

    func propertiesChanged(_ path: String, _ changed: [String: BusValue]) {
        guard path == self.path else { return }
        // While it connects, this tells of an earlier connection.
        if changed["Connected"]?.bool == false, isConnected { return disconnected() }
        if phase == .resolving, changed["ServicesResolved"]?.bool == true { resolved() }
    }

    private func connected() {
        enter(.resolving)
        limit(30_000) { [weak self] in
            guard let self else { return }
            fail(.timedOut, "\(order.address) is connected but does not tell its services")
        }
        let device = loop.objects[path, BluetoothObjects.device]
        if device?["ServicesResolved"]?.bool == true { resolved() }
    }

    // MARK: Services

    private func resolved(isRefreshed: Bool = false) {
        let there = loop.objects.characteristics(of: path)
        places = order.characteristics.map { wanted in
            there.first { $0.uuid == wanted.uuid }.map { Place(path: $0.path, flags: $0.flags) }
        }
        let missing = zip(order.characteristics, places).first { !$0.isOptional && $1 == nil }
        guard let missing = missing?.0 else { return identify(there) }
        guard isRefreshed else {
            // Objects that came while we were starting up may have been missed.
            return call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") {
                [weak self] result in
                guard let self else { return }
                if case .success(let values) = result {
                    loop.objects = BluetoothObjects(values.first)
                }
                resolved(isRefreshed: true)
            }
        }
        fail(
            .wrongKind,
            "\(order.address) has no characteristic '\(missing.name)' (\(missing.uuid)): is it the "
                + "right profile?")
    }

    /// Reads the Device Information service, once a run of the daemon.
    private func identify(_ there: [(path: String, uuid: String, flags: [String])]) {
        enter(.identifying)
        let fields: [(String, WritableKeyPath<BluetoothIdentity, String?>)] = [
            ("2a29", \.maker), ("2a24", \.model), ("2a25", \.serial), ("2a26", \.firmware),
        ]
        let reads = fields.compactMap { number, field in
            there.first { $0.uuid == GATTCharacteristic.long(number) }.map { ($0.path, field) }
        }
        guard loop.identities[order.address] == nil, !reads.isEmpty else { return subscribe(0) }
        var identity = BluetoothIdentity(address: order.address)
        var left = reads.count
        limit(5000) { [weak self] in self?.subscribe(0) }
        for (path, field) in reads {
            call(
                path, BluetoothObjects.characteristic, "ReadValue", [.properties([:])]
            ) { [weak self] result in
                guard let self else { return }
                if case .success(let values) = result, let bytes = values.first?.bytes {
                    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    identity[keyPath: field] = text.isEmpty ? nil : text
                }
                left -= 1
                guard left == 0 else { return }
                loop.identities[order.address] = identity
                subscribe(0)
            }
        }
    }

    var identity: BluetoothIdentity {
        var identity =
            loop.identities[order.address] ?? BluetoothIdentity(address: order.address)
        identity.name = loop.objects.device(path)?.name
        return identity
    }

    var isToBeResumed: Bool { order.resuming && wasConnected }

    /// The device is open: the next disconnect begins anew.
    func forgetFailures() {
        failures = 0
        told = nil
    }
}
