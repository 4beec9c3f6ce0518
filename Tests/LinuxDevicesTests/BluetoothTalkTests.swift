import Glibc
import LinuxDevices
import SystemCalls
import Testing
import Timebase

/// A conversation of fixed actions that writes down what it was told.
private struct Script: BluetoothTalk {
    var actions: [BluetoothTalkAction]
    var settings: [UInt8] = []
    var position = 0

    init(_ actions: [BluetoothTalkAction]) { self.actions = actions }

    /// What it hears becomes its settings, each with a letter before it, and `/` behind.
    mutating func next(_ event: BluetoothTalkEvent) -> BluetoothTalkAction {
        switch event {
        case .begun: settings += Array("b".utf8)
        case .done: settings += Array("d".utf8)
        case .received(let bytes, let index): settings += Array("r\(index):".utf8) + bytes
        case .value(let bytes): settings += Array("v".utf8) + bytes
        case .timedOut: settings += Array("t".utf8)
        case .refused: settings += Array("x".utf8)
        }
        settings += Array("/".utf8)
        defer { position += 1 }
        return position < actions.count
            ? actions[position] : .finished(settings: settings, leftover: [9])
    }
}

@Suite("Conversations with Bluetooth devices", .serialized)
struct BluetoothTalkTests {
    static let characteristics = [
        GATTCharacteristic(
            name: "measurement", uuid: BluetoothCentralTests.measurement, subscription: .acquire),
        GATTCharacteristic(
            name: "echo", uuid: "FB005C81-02E7-F387-1CAD-8ACD2D8DF0C8", subscription: .notify),
        GATTCharacteristic(name: "location", uuid: BluetoothCentralTests.location),
        GATTCharacteristic(name: "line", uuid: "6e400002-b5a3-f393-e0a9-e50e24dcca9e"),
        GATTCharacteristic(
            name: "absent", uuid: "6e400009-b5a3-f393-e0a9-e50e24dcca9e", subscription: .notify,
            isOptional: true),
    ]
    let first = BlueZStand.address(1)

    @Test("Writes, reads, waits and answers, in order; what nobody took becomes the stream's start")
    func talk() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        let script = Script([
            .write([0x41], characteristic: 1),
            .receive(milliseconds: 10_000),
            .read(characteristic: 2),
            .write([0x42], characteristic: 3),
            .write([0x43], characteristic: 4),
            .receive(milliseconds: 60),
            .receive(milliseconds: 60_000, isContinued: true),
            .write([0x44], characteristic: 1),
            .wait(milliseconds: 200),
        ])
        central.open(
            id: 1, address: first, characteristics: Self.characteristics, conversation: script)
        let opened = try stand.opened(1)
        #expect(
            opened.settings
                == Array("b/d/r1:".utf8) + [0xF0, 0x41] + Array("/v".utf8) + [1]
                + Array("/d/x/t/t/d/d/".utf8))
        #expect(opened.leftover == [9])
        #expect(opened.subscriptions == [.acquire, .notify, .none, .none, .none])
        try stand.sync()
        #expect(
            stand.lines.filter { $0["write"] != nil }.map { $0["type"] } == [
                "request", "command", "request",
            ])
        let reader = PacketReader(opened.descriptor)
        let packet = try #require(reader.next())
        #expect(packet.characteristic == 1 && packet.bytes == [0xF0, 0x44])

        // Packets are delivered while the stop conversation goes on.
        central.close(
            id: 1,
            conversation: Script([
                .wait(milliseconds: 100), .write([0x45], characteristic: 1),
                .receive(milliseconds: 5000),
            ]))
        #expect(try stand.closed(1) == nil)
        #expect(reader.rest().map(\.bytes) == [[0xF0, 0x45]])
        try stand.sync()
        let order = stand.lines.compactMap { $0["write"] ?? $0["disconnect"] }
        #expect(order.suffix(2) == ["echo", first])
    }

    @Test("A conversation that fails, a characteristic that is missing, one that is refused")
    func failures() throws {
        let refusing = BluetoothCentralTests.strap.replacing(
            "\"battery\": 80", with: "\"refuse_notify\": [\"measurement\"]")
        let stand = try BlueZStand(devices: "[\(refusing)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        let silent = [Self.characteristics[2]]
        central.open(
            id: 1, address: first, characteristics: silent,
            conversation: Script([.failed("it says nothing")]))
        #expect(try stand.closed(1)?.message == "\(first): it says nothing")
        var missing = silent
        missing[0].uuid = "6e400009-b5a3-f393-e0a9-e50e24dcca9e"
        central.open(id: 2, address: first, characteristics: missing)
        let wrong = try #require(try stand.closed(2))
        #expect(wrong.code == .wrongKind && wrong.message.contains("'location' (6e400009"))
        central.open(id: 3, address: first, characteristics: [Self.characteristics[0]])
        let refused = try #require(try stand.closed(3))
        #expect(refused.message.contains("attune devices pair \(first)"))
        // Each was let go.
        try stand.wait { stand.count("disconnected", first) == 3 }
        #expect(stand.seen.allSatisfy { if case .opened = $0 { false } else { true } })
    }

    @Test("Where AcquireNotify is refused, StartNotify is used")
    func fallback() throws {
        let refusing = BluetoothCentralTests.strap.replacing(
            "\"battery\": 80", with: "\"refuse_acquire\": [\"measurement\"]")
        let stand = try BlueZStand(devices: "[\(refusing)]")
        defer { stand.close() }
        try stand.bluetooth.open(
            id: 1, address: first, characteristics: [Self.characteristics[0]])
        let opened = try stand.opened(1)
        #expect(opened.subscriptions == [.notify])
        let reader = PacketReader(opened.descriptor)
        stand.command("notify \(first) measurement 0102")
        #expect(reader.next()?.bytes == [1, 2])
    }

    @Test("A stop conversation without an end is ended")
    func endlessStop() throws {
        let stand = try BlueZStand(devices: "[\(BluetoothCentralTests.strap)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.open(id: 1, address: first, characteristics: [Self.characteristics[0]])
        let reader = PacketReader(try stand.opened(1).descriptor)
        let before = Clocks.now()
        central.close(id: 1, conversation: Script([.wait(milliseconds: 3_600_000)]))
        // The same number again waits for the end of the one before.
        central.open(id: 1, address: first, characteristics: [Self.characteristics[0]])
        #expect(try stand.closed(1) == nil)
        #expect(Clocks.now() - before < 15_000_000_000)
        #expect(reader.next() == nil)
        let again = try stand.wait {
            let all = stand.seen.compactMap { notice -> Int32? in
                if case .opened(let opened) = notice { opened.descriptor } else { nil }
            }
            return all.count == 2 ? all[1] : nil
        }
        _ = PacketReader(again)
        // So does another number for the same device; while it is open, it is refused.
        central.open(id: 2, address: first, characteristics: [Self.characteristics[0]])
        #expect(try stand.closed(2)?.code == .busy)
        stand.forgetNotices()
        central.close(id: 1)
        central.open(id: 2, address: first, characteristics: [Self.characteristics[0]])
        _ = PacketReader(try stand.opened(2).descriptor)
        #expect(stand.isClosed(1))
    }
}
