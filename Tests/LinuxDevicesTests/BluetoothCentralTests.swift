import Glibc
import LinuxDevices
import SystemCalls
import Testing

/// A real message bus and a made-up BlueZ.
@Suite("Bluetooth devices of a made-up BlueZ", .serialized)
struct BluetoothCentralTests {
    static let measurement = "00002a37-0000-1000-8000-00805f9b34fb"
    static let location = "00002a38-0000-1000-8000-00805f9b34fb"
    static let heartRate = "0000180d-0000-1000-8000-00805f9b34fb"
    static let strap = """
        {"address": "AA:00:00:00:00:01", "name": "Strap 1", "services": ["\(heartRate)"],
         "manufacturer": {"107": "0102"}, "battery": 80,
         "information": {"2a24": "H10", "2a25": "SN7", "2a26": "1.2", "2a29": "Polar"},
         "characteristics": [
          {"name": "measurement", "uuid": "\(measurement)", "flags": ["notify"]},
          {"name": "location", "uuid": "\(location)", "flags": ["read"], "value": "01"},
          {"name": "echo", "uuid": "fb005c81-02e7-f387-1cad-8acd2d8df0c8",
           "flags": ["write", "notify", "indicate"]},
          {"name": "line", "uuid": "6e400002-b5a3-f393-e0a9-e50e24dcca9e",
           "flags": ["write-without-response"]}]}
        """
    static let characteristics = [
        GATTCharacteristic(name: "measurement", uuid: measurement, subscription: .notify)
    ]
    let first = BlueZStand.address(1)

    @Test(
        "Found by what it shows, opened, packets with their arrival, closed",
        arguments: [GATTCharacteristic.Subscription.notify, .acquire])
    func wholeWay(subscription: GATTCharacteristic.Subscription) throws {
        let stand = try BlueZStand(devices: "[\(Self.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.setWanted([.match(name: "Strap*", services: [Self.heartRate], manufacturer: 107)])
        let found = try stand.wait {
            for case .found(let found) in stand.seen { return found }
            return nil
        }
        #expect(found.address == first)
        #expect(found.name == "Strap 1")
        #expect(found.services == [Self.heartRate])
        #expect(found.manufacturers == [107])
        #expect(found.rssi != nil && !found.isConnected)
        try stand.sync()
        #expect(stand.lines.contains { $0["filter"]?.contains(Self.heartRate) == true })

        var characteristics = Self.characteristics
        characteristics[0].subscription = subscription
        central.open(id: 4, address: first.lowercased(), characteristics: characteristics)
        let opened = try stand.opened(4)
        let reader = PacketReader(opened.descriptor)
        #expect(opened.subscriptions == [subscription])
        #expect(opened.identity.model == "H10" && opened.identity.serial == "SN7")
        #expect(opened.identity.firmware == "1.2" && opened.identity.maker == "Polar")
        #expect(opened.identity.name == "Strap 1" && opened.settings.isEmpty)
        try stand.wait { stand.has("discovery", "off") }
        try stand.wait {
            for case .battery(4, 80) in stand.seen { return true }
            return false
        }
        stand.command("battery \(first) 79")
        try stand.wait {
            for case .battery(4, 79) in stand.seen { return true }
            return false
        }

        for beat in 0..<20 {
            let before = Clocks.now().nanoseconds
            stand.command("notify \(first) measurement 10\(String(format: "%02x", beat))0004")
            let packet = try #require(reader.next())
            #expect(packet.characteristic == 0)
            #expect(packet.bytes == [0x10, UInt8(beat), 0, 4])
            #expect(packet.stamp >= before && packet.stamp <= Clocks.now().nanoseconds)
        }
        central.close(id: 4)
        #expect(try stand.closed(4) == nil)
        #expect(reader.next() == nil)
        try stand.wait { stand.has("disconnect", first) }
        try stand.sync()
        if subscription == .acquire {
            // Sockets first: bluetoothd would crash otherwise.
            let order = stand.lines.compactMap { $0["released"] ?? $0["disconnect"] }
            #expect(order == ["measurement", first] || order == [first])
        } else {
            #expect(stand.has("stopped", "measurement"))
        }
        #expect(stand.lines.allSatisfy { $0["crash"] == nil })
    }
}
