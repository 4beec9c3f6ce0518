import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// Devices whose lines and frames span notifications of 20 bytes.
@Suite struct NotificationStreamTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test func aBangleSendsLinesInPieces() throws {
        var port = try BluetoothPort("bangle-js", directory)
        try port.say("subscribe output")
        // The command of its profile, in pieces.
        for text in [
            "\u{10}GB({\"t\":\"act\",", "\"hrm\":true,", "\"stp\":true,\"int\":1", "})\n",
        ] {
            try port.say(
                "write input "
                    + text.utf8.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined())
        }
        let packets = try port.run(seconds: 5.05)
        #expect(packets.allSatisfy { $0.name == "output" && (1...20).contains($0.bytes.count) })
        let lines = String(decoding: packets.flatMap(\.bytes), as: UTF8.self).split(separator: "\n")
        let frames = try port.log().frames(.sent)
        #expect(lines.count == frames.count && lines.count == 10)
        for (line, frame) in zip(lines, frames) {
            let values = frame.values
            if values[0] == 0 {
                #expect(
                    line == "{\"t\":\"act\",\"stp\":\(values[1]),\"hrm\":\(values[2]),\"rt\":1}")
            } else {
                let axes = values.dropFirst().map { DecimalText.text($0, decimals: 3) }
                #expect(
                    line.hasPrefix("{\"t\":\"accel\",\"accel\":{\"x\":\(axes[0]),\"y\":\(axes[1]),")
                )
                #expect(line.hasSuffix(",\"mag\":\(axes[3])}}"))
            }
        }
        try port.say(
            "write input "
                + Array("GB({\"t\":\"act\",\"hrm\":false,\"stp\":false})\n".utf8).map {
                    String(UInt16($0) + 256, radix: 16).dropFirst()
                }.joined())
        try port.say("unsubscribe output")
        #expect(try port.run(seconds: 3).isEmpty)
        try port.device.close()
    }

    @Test func decimalsAreWritten() {
        #expect(DecimalText.text(-5, decimals: 3) == "-0.005")
        #expect(DecimalText.text(12345, decimals: 2) == "123.45")
        #expect(DecimalText.text(7, decimals: 0) == "7")
    }

    /// A frame that any lost notification held a piece of is lost; the others are there.
    @Test func aBitalinosFramesSpanNotifications() throws {
        var port = try BluetoothPort("bitalino-ble", directory) { $0.impairments.lossEvery = 10 }
        try port.say("subscribe frames")
        try port.say("write commands 07")
        #expect(try port.lines().map(\.bytes) == [Array("BITalino_v5.1\n".utf8)])
        try port.say("write commands 0B")
        let state = try port.lines().flatMap(\.bytes)
        #expect(state.count == 16)
        try port.say("write commands 83")
        try port.say("write commands FD")
        let packets = try port.run(seconds: 5)
        #expect(packets.allSatisfy { $0.bytes.count == 20 })
        try port.say("write commands 00")
        #expect(try port.run(seconds: 1).isEmpty)
        let log = try port.log().frames()
        // 500 frames of 8 bytes are 200 notifications, each tenth lost, each with pieces of 3 or 4.
        #expect(log.count == 500 && packets.count == 180)
        let lost = log.filter { $0.fate == .lost }.count
        #expect((60...80).contains(lost))
        // The bytes that came, in order, with the whole frames among them.
        let bytes = packets.flatMap(\.bytes)
        var place = 0
        var found = 0
        var frame: [UInt8] = []
        for entry in log where entry.fate == .sent {
            BitalinoFrame.encode(
                sequence: UInt8(entry.values[0]), digital: UInt8(entry.values[1]),
                values: Array(entry.values[2...]), into: &frame)
            // At most the pieces of a loss's neighbours lie before it.
            while place + 8 <= bytes.count, Array(bytes[place..<place + 8]) != frame { place += 1 }
            if place + 8 <= bytes.count { found += 1 }
            place += 8
        }
        #expect(found == 500 - lost)
        try port.device.close()
    }
}
