import Glibc
import LinuxDevices
import SystemCalls
import Testing

@Suite("Pairing, and serial ports over Bluetooth", .serialized)
struct BluetoothPairingTests {
    let first = BlueZStand.address(1)

    static func device(_ settings: String) -> String {
        BluetoothCentralTests.strap.replacing("\"battery\": 80", with: settings)
    }

    @Test(
        "Each way of pairing",
        arguments: [
            (#"{"method": "confirm", "passkey": 4711}"#, "yes", "confirm(passkey: \"004711\")"),
            (#"{"method": "passkey", "passkey": 123}"#, "000123", "enterPasskey"),
            (#"{"method": "code", "code": "1234"}"#, "1234", "enterCode"),
            (#"{"method": "allow"}"#, "yes", "allow"),
        ])
    func ways(pairing: String, answer: String, question: String) throws {
        let stand = try BlueZStand(devices: "[\(Self.device("\"pairing\": \(pairing)"))]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.setWanted([.anything])
        try stand.wait { stand.seen.contains { if case .found = $0 { true } else { false } } }
        central.pair(address: first)
        let asked = try stand.wait { () -> BluetoothQuestion? in
            for case .pairing(first, .asked(let question)) in stand.seen { return question }
            return nil
        }
        #expect("\(asked)".hasSuffix(question))
        central.answerPairing(address: first, answer == "yes" ? .yes : .text(answer))
        try stand.wait {
            stand.seen.contains { if case .pairing(first, .paired) = $0 { true } else { false } }
        }
        try stand.sync()
        #expect(stand.has("paired", first) && stand.has("set", "Trusted"))
        #expect(stand.has("capability", "KeyboardDisplay"))
        central.forget(address: first)
        try stand.wait {
            stand.seen.contains { if case .vanished = $0 { true } else { false } }
        }
    }

    @Test("A code to type on the device; a no; a device that is not there")
    func otherWays() throws {
        let showing = Self.device(#""pairing": {"method": "show", "passkey": 7}"#)
        let asking = BluetoothTroubleTests.other(
            #""pairing": {"method": "confirm", "passkey": 7}"#)
        let stand = try BlueZStand(devices: "[\(showing), \(asking)]")
        defer { stand.close() }
        let central = try stand.bluetooth
        let second = BlueZStand.address(2)
        central.setWanted([.anything])
        try stand.wait { stand.seen.count { if case .found = $0 { true } else { false } } >= 2 }
        central.pair(address: first)
        try stand.wait {
            stand.seen.contains {
                if case .pairing(first, .show("000007")) = $0 { true } else { false }
            }
        }
        func failure(_ address: String) throws -> DeviceError {
            try stand.wait {
                for case .pairing(address, .failed(let error)) in stand.seen { return error }
                return nil
            }
        }
        central.pair(address: second)
        try stand.wait {
            stand.seen.contains {
                if case .pairing(second, .asked) = $0 { true } else { false }
            }
        }
        central.answerPairing(address: second, .no)
        #expect(try failure(second).message.contains("Authentication Rejected"))
        central.pair(address: BlueZStand.address(9))
        #expect(try failure(BlueZStand.address(9)).code == .notFound)
    }

    @Test("A serial port: bytes both ways, closed by us, closed by the device, and refused")
    func serialPort() throws {
        let stand = try BlueZStand(
            devices:
                "[\(Self.device("\"serial\": true")), \(BluetoothTroubleTests.other("\"x\": 1"))]")
        defer { stand.close() }
        let central = try stand.bluetooth
        central.setWanted([.anything])
        try stand.wait { stand.seen.count { if case .found = $0 { true } else { false } } >= 2 }
        for id in [UInt32(1), 2] {
            central.openSerial(id: id, address: first)
            let descriptor = try stand.wait { () -> Int32? in
                for case .openedSerial(id, let descriptor) in stand.seen { return descriptor }
                return nil
            }
            let port = FileDescriptor(owning: descriptor)
            // Three bytes, and as many come back.
            let sent = unsafe write(port.number, [UInt8(1), 2, 3], 3)
            var polled = pollfd(fd: port.number, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&polled, 1, 20_000)
            var answer: [UInt8] = [0, 0, 0]
            let received = unsafe read(port.number, &answer, 3)
            #expect(sent == 3 && ready == 1 && received == 3)
            #expect(answer == [1, 2, 3])
            // There is nothing more to search for.
            central.setWanted([.address(first)])
            try stand.wait { stand.lines.last { $0["discovery"] != nil }?["discovery"] == "off" }
            if id == 1 {
                central.close(id: 1)
                #expect(try stand.closed(1) == nil)
                try stand.sync()
                #expect(stand.lines.contains { $0["profile"] != nil && $0["disconnect"] == first })
            } else {
                stand.command("drop \(first)")
                #expect(try stand.closed(2)?.code == .disconnected)
            }
        }
        #expect(stand.lines.count { $0["role"] == "client" } == 1)
        central.openSerial(id: 3, address: BlueZStand.address(2))
        #expect(try stand.closed(3)?.code == .disconnected)
        central.openSerial(id: 4, address: BlueZStand.address(9))
        #expect(try stand.closed(4)?.code == .notFound)
    }
}
