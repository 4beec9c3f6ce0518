import CSystemCalls
import Foundation
import Glibc
import LinuxDevices
import SystemCalls
import Testing

/// A device that speaks the text form of packets on a pseudo-terminal, as `attune simulate` does,
/// becomes a Bluetooth device of the made-up BlueZ.
@Suite("A device on a terminal as a Bluetooth device", .serialized)
struct BluetoothTextTests {
    /// The device's side of the terminal.
    private final class Terminal {
        let path: String
        private let descriptor: FileDescriptor
        private var text = ""

        init() throws {
            var name = [CChar](repeating: 0, count: 128)
            // The buffer is as large as it says.
            let number = unsafe attune_open_pseudo_terminal(&name, 128)
            descriptor = FileDescriptor(
                owning: try systemCall("posix_openpt") { number })
            path = String(decoding: name.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
        }

        func say(_ line: String) {
            let bytes = Array((line + "\n").utf8)
            // As many bytes as there are.
            _ = unsafe write(descriptor.number, bytes, bytes.count)
        }

        /// The next line of the host, or nil so far.
        func line() -> String? {
            var buffer = [UInt8](repeating: 0, count: 1024)
            // The buffer is as large as it says.
            let count = unsafe read(descriptor.number, &buffer, 1024)
            if count > 0 { text += String(decoding: buffer.prefix(count), as: UTF8.self) }
            guard let end = text.firstIndex(of: "\n") else { return nil }
            defer { text.removeSubrange(...end) }
            return String(text[..<end])
        }
    }

    /// Asks once, reads once, writes once.
    private struct Talk: BluetoothTalk {
        var position = 0
        mutating func next(_ event: BluetoothTalkEvent) -> BluetoothTalkAction {
            position += 1
            return switch (position, event) {
            case (1, .begun): .write([0x41], characteristic: 1)
            case (2, .done): .receive(milliseconds: 20_000)
            case (3, .received([0xF0, 0x41], characteristic: 1)): .read(characteristic: 2)
            case (4, .value([5])): .write([0x42], characteristic: 1)
            case (5, .refused(let words)) where words.hasSuffix("not now"):
                .finished(settings: [1], leftover: [])
            default: .failed("\(event) at \(position)")
            }
        }
    }

    @Test("Subscriptions, writes, reads, refusals and packets go through the terminal")
    func wholeWay() throws {
        let terminal = try Terminal()
        let device = BluetoothCentralTests.strap.replacing(
            "\"battery\": 80", with: "\"pty\": \"\(terminal.path)\"")
        let stand = try BlueZStand(devices: "[\(device)]")
        defer { stand.close() }
        let first = BlueZStand.address(1)
        let central = try stand.bluetooth
        let characteristics = BluetoothTalkTests.characteristics.dropLast()
        central.open(
            id: 1, address: first, characteristics: Array(characteristics), conversation: Talk())
        func expect(_ line: String) throws {
            #expect(try stand.wait { terminal.line() } == line)
        }
        try expect("subscribe measurement")
        try expect("subscribe echo")
        try expect("write echo 41")
        terminal.say("echo F0 41")
        try expect("read location")
        terminal.say("value location 05")
        try expect("write echo 42")
        terminal.say("error echo not now")
        let opened = try stand.opened(1)
        #expect(opened.settings == [1])
        let reader = PacketReader(opened.descriptor)
        terminal.say("measurement 1048")
        #expect(reader.next()?.bytes == [0x10, 0x48])
        // The device's own word that the link is lost, and that it is back.
        terminal.say("disconnected")
        #expect(reader.next() == nil)
        #expect(try stand.closed(1)?.code == .disconnected)
        try expect("unsubscribe measurement")
        try expect("unsubscribe echo")
        stand.forgetNotices()
        central.open(id: 2, address: first, characteristics: [characteristics[0]])
        terminal.say("connected")
        _ = PacketReader(try stand.opened(2).descriptor)
        try expect("subscribe measurement")
        central.close(id: 2)
        try expect("unsubscribe measurement")
    }
}
