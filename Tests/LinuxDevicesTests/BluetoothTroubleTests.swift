import Foundation
import Glibc
import LinuxDevices
import SystemCalls
import Testing
import Timebase

/// Devices, BlueZ and the bus that go and come back.
@Suite("Bluetooth that goes away and comes back", .serialized)
struct BluetoothTroubleTests {
    let first = BlueZStand.address(1)
    let second = BlueZStand.address(2)
    static let characteristics = [BluetoothTalkTests.characteristics[0]]

    /// A second device, with settings of its own.
    static func other(_ settings: String) -> String {
        BluetoothCentralTests.strap.replacing("00:01\"", with: "00:02\"")
            .replacing("\"battery\": 80", with: settings)
    }

    @Test(
        "Twenty times out of reach and back: each the stream's end, and open again by itself",
        arguments: [GATTCharacteristic.Subscription.notify, .acquire])
    func drops(subscription: GATTCharacteristic.Subscription) throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        var characteristics = Self.characteristics
        characteristics[0].subscription = subscription
        var slowest: Int64 = 0
        for round in 0..<20 {
            stand.forgetNotices()
            central.open(id: 1, address: first, characteristics: characteristics)
            stand.command("return \(first)")
            let before = Clocks.now()
            let reader = PacketReader(try stand.opened(1).descriptor)
            if round > 0 { slowest = max(slowest, Clocks.now() - before) }
            // Sent right before the end: still delivered, more than is read in one go.
            stand.command("notify \(first) measurement \(String(format: "%02x", round)) 150")
            stand.command("drop \(first)")
            let packets = reader.rest()
            #expect(packets.map(\.bytes) == Array(repeating: [UInt8(round)], count: 150))
            #expect(try stand.closed(1)?.code == .disconnected)
        }
        #expect(slowest < 5_000_000_000)
        try stand.sync()
        #expect(stand.lines.allSatisfy { $0["crash"] == nil })
    }

    @Test("A device that is not there is waited for, and said; one that fails is tried again")
    func waiting() throws {
        let slow = Self.other("\"absent\": true, \"connect_failures\": 3, \"resolve_ms\": 300")
        let stand = try BlueZStand(devices: "[\(slow)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.open(id: 7, address: second, characteristics: Self.characteristics)
        func reasons() -> [DeviceError.Code] {
            stand.seen.compactMap {
                if case .waiting(7, let reason) = $0 { reason.code } else { nil }
            }
        }
        try stand.wait { reasons().contains(.notFound) }
        stand.command("return \(second)")
        let opened = try stand.opened(7)
        _ = PacketReader(opened.descriptor)
        try stand.sync()
        #expect(stand.count("refused", second) == 3)
        // For what is wanted by its services alone BlueZ looks for those; for what is opened, for
        // anything.
        let service = BluetoothCentralTests.heartRate
        func filters() -> [String] { stand.lines.compactMap { $0["filter"] } }
        central.setWanted([
            .match(services: [service]), .match(services: [service], manufacturer: 9),
        ])
        try stand.wait { filters().last?.contains(service) == true }
        central.open(id: 8, address: first, characteristics: Self.characteristics)
        try stand.wait { filters().last?.contains(service) == false }
        central.close(id: 8)
        try stand.wait { filters().last?.contains(service) == true }
        #expect(reasons().contains(.disconnected))
        #expect(!stand.isClosed(7))
        // Found notices stop at what is open; nothing was wanted anyway.
        #expect(stand.seen.allSatisfy { if case .found = $0 { false } else { true } })
    }

    @Test("A device that takes for ever to connect holds nobody up, and can be given up")
    func slowDevice() throws {
        let slow = Self.other("\"connect_ms\": 60000, \"give_up_ms\": 60000")
        let stand = try BlueZStand(devices: "[\(slow), \(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.setWanted([.anything])
        try stand.wait {
            stand.seen.count { if case .found = $0 { true } else { false } } >= 2
        }
        central.open(id: 2, address: second, characteristics: Self.characteristics)
        central.open(id: 1, address: first, characteristics: Self.characteristics)
        let reader = PacketReader(try stand.opened(1).descriptor)
        let before = Clocks.now()
        stand.command("notify \(first) measurement 0a 100")
        for _ in 0..<100 { #expect(reader.next()?.bytes == [10]) }
        #expect(Clocks.now() - before < 10_000_000_000)
        central.close(id: 2)
        #expect(try stand.closed(2) == nil)
    }

    @Test("bluetoothd ends and comes back: said, closed, and open again")
    func daemonRestart() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        // Never there, so there is always something to be searched for.
        central.setWanted([.address(second)])
        for kind in [GATTCharacteristic.Subscription.notify, .acquire] {
            stand.forgetNotices()
            var characteristics = Self.characteristics
            characteristics[0].subscription = kind
            central.open(id: 1, address: first, characteristics: characteristics)
            let reader = PacketReader(try stand.opened(1).descriptor)
            stand.killBlueZ()
            #expect(reader.next() == nil)
            let reason = try #require(try stand.closed(1))
            #expect(reason.code == .serviceUnavailable || reason.code == .disconnected)
            stand.forgetNotices()
            central.open(id: 1, address: first, characteristics: characteristics)
            try stand.startBlueZ()
            _ = PacketReader(try stand.opened(1).descriptor)
            central.close(id: 1)
            #expect(try stand.closed(1) == nil)
        }
    }

    @Test("The whole bus ends and comes back")
    func busRestart() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.setWanted([.address(first)])
        central.open(id: 1, address: first, characteristics: Self.characteristics)
        let reader = PacketReader(try stand.opened(1).descriptor)
        stand.killAll()
        #expect(reader.next() == nil)
        #expect(try stand.closed(1) != nil)
        stand.forgetNotices()
        central.open(id: 1, address: first, characteristics: Self.characteristics)
        try stand.wait { stand.seen.contains { if case .waiting = $0 { true } else { false } } }
        try stand.startBus()
        try stand.startBlueZ()
        _ = PacketReader(try stand.opened(1).descriptor)
    }

    @Test("Adapters: none, one, off and on again, each in words")
    func adapters() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]", withBlueZ: false)
        defer { stand.close() }
        try stand.bluetooth.setWanted([.address(first)])
        func trouble(_ part: String) -> Bool {
            guard
                case .adapters(_, let words)? = stand.seen.last(where: {
                    if case .adapters = $0 { true } else { false }
                })
            else { return false }
            return part.isEmpty ? words == nil : words?.contains(part) == true
        }
        try stand.wait { trouble("install bluez") }
        try stand.startBlueZ(["--absent"])
        try stand.wait { trouble("no Bluetooth adapter") }
        stand.command("adapter add")
        try stand.wait { trouble("") }
        try stand.wait { stand.count("discovery", "on") == 1 }
        stand.command("power off")
        try stand.wait { trouble("switched off") }
        stand.command("power on")
        try stand.wait { trouble("") }
        try stand.wait { stand.count("discovery", "on") == 2 }
    }

    @Test("Packets that nobody reads are counted when there is no room left")
    func loss() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        var characteristics = Self.characteristics
        characteristics[0].subscription = .notify
        central.open(id: 1, address: first, characteristics: characteristics)
        let reader = PacketReader(try stand.opened(1).descriptor)
        let sent = 20_000
        stand.command("notify \(first) measurement 0b0c \(sent)")
        func lost() -> Int {
            stand.seen.reduce(0) {
                if case .lost(1, let packets, let first, let last) = $1, first <= last {
                    $0 + packets
                } else {
                    $0
                }
            }
        }
        try stand.wait { lost() > 0 }
        try stand.wait { stand.has("did", "notify \(first) measurement 0b0c \(sent)") }
        stand.command("drop \(first)")
        _ = try stand.closed(1)
        #expect(reader.rest().count + lost() == sent)
    }

    @Test("BlueZ closes the sockets alone: the end, and a new beginning")
    func hangUp() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.open(id: 1, address: first, characteristics: Self.characteristics)
        let reader = PacketReader(try stand.opened(1).descriptor)
        stand.command("hangup \(first)")
        #expect(reader.next() == nil)
        #expect(try stand.closed(1)?.code == .disconnected)
        stand.forgetNotices()
        central.open(id: 1, address: first, characteristics: Self.characteristics)
        let again = PacketReader(try stand.opened(1).descriptor)
        stand.command("remove \(first)")
        #expect(again.next() == nil)
        #expect(try stand.closed(1)?.code == .disconnected)
    }

    @Test(
        "A recorder that stops for a moment leaves the device connected and goes on without a talk")
    func resuming() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        try stand.bluetooth.open(id: 1, address: first, characteristics: Self.characteristics)
        let reader = PacketReader(try stand.opened(1).descriptor)
        stand.stopCentral(disconnecting: false)
        #expect(reader.next() == nil)
        stand.forgetNotices()
        try stand.sync()
        #expect(!stand.has("disconnect", first))
        try stand.bluetooth.open(
            id: 1, address: first, characteristics: Self.characteristics, resuming: true)
        let opened = try stand.opened(1)
        _ = PacketReader(opened.descriptor)
        #expect(opened.isResumed)
        stand.stopCentral()
        try stand.wait { stand.has("disconnect", first) }
        // Left in the order that bluetoothd survives.
        try stand.sync()
        #expect(stand.lines.allSatisfy { $0["crash"] == nil })
    }
}
