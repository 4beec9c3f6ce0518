import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct HeartRateTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    /// The check value of the protocol's description: 60 bpm, RR 1000.0 and 1043.95 ms.
    @Test func aMeasurementHasItsBytes() {
        #expect(
            HeartRatePeripheral.packet(rate: 60, contact: 0, energy: nil, intervals: [1024, 1069])
                == [0x10, 0x3C, 0x00, 0x04, 0x2D, 0x04])
        #expect(
            HeartRatePeripheral.packet(rate: 300, contact: 3, energy: 258, intervals: [])
                == [0x0F, 0x2C, 0x01, 0x02, 0x01])
        #expect(
            HeartRatePeripheral.packet(rate: 0, contact: 2, energy: nil, intervals: [])
                == [0x04, 0x00])
    }

    @Test func isReadAndWrittenAsTheServiceSays() throws {
        var port = try BluetoothPort("heart-rate", directory)
        for (line, answer) in [
            ("read battery", ["value", "battery", "57"]),
            ("read location", ["value", "location", "01"]),
            ("read firmware", ["value", "firmware", "312E30"]),
            (
                "write control 02",
                ["error", "control", "80", "control", "point", "not", "supported"]
            ),
            ("read measurement", ["error", "measurement", "not", "permitted"]),
        ] {
            try port.say(line)
            #expect(try port.lines().map(\.words) == [answer])
        }
        try port.say("write control 01")
        #expect(try port.run(seconds: 2).isEmpty)
        try port.device.close()
    }

    /// Rate and intervals come from one heart: intervals add up to the time between beats, to 1/2048 s
    /// each, across notifications that were lost.
    @Test func intervalsFillTheTime() throws {
        var port = try BluetoothPort("heart-rate", directory) { $0.impairments.loss = 0.2 }
        try port.say("subscribe measurement")
        try port.say("subscribe battery")
        let packets = try port.run(seconds: 130)
        #expect(packets.filter { $0.name == "battery" }.count >= 1)
        let log = try port.log()
        let sent = try log.frames(.sent).filter { $0.values[0] == 0 }
        let measured = packets.filter { $0.name == "measurement" }.map(\.bytes)
        #expect(measured.count == sent.count)
        for (packet, frame) in zip(measured, sent) {
            #expect(packet[0] & 0x06 == 0x06)
            #expect(Int64(packet[1]) == frame.values[1])
            let energy = packet[0] & 0x08 != 0
            #expect(energy == (frame.values[3] >= 0))
            var place = energy ? 4 : 2
            var intervals: [Int64] = []
            while place < packet.count {
                intervals.append(Int64(packet[place]) | Int64(packet[place + 1]) << 8)
                place += 2
            }
            #expect((packet[0] & 0x10 != 0) == !intervals.isEmpty)
            #expect(intervals == Array(frame.values.dropFirst(5)))
        }
        let all = try log.frames().filter { $0.values[0] == 0 }
        #expect(all.count == 130 && sent.count < 130)
        let beating = all.filter { $0.values[4] >= 0 }
        let first = try #require(beating.first)
        let last = try #require(beating.last)
        let total = beating.dropFirst().flatMap { $0.values.dropFirst(5) }.reduce(0, +)
        let passed =
            (last.due + -1000 * last.values[4]) - (first.due + -1000 * first.values[4])
        #expect(abs(Double(total) / 1024 - Double(passed) * 1e-9) < 0.05)
        // A pulse of about 70 in each.
        #expect(all.dropFirst(5).allSatisfy { (45...110).contains($0.values[1]) })
        try port.device.close()
    }

    @Test func contactIsLostAndFalseIntervalsCome() throws {
        var port = try BluetoothPort("heart-rate", directory) {
            $0.options.contactLossEverySeconds = 10
            $0.options.falseIntervals = 0.3
        }
        try port.say("subscribe measurement")
        let packets = try port.run(seconds: 30).map(\.bytes)
        let without = packets.filter { $0[0] & 0x06 == 0x04 }
        #expect((3...8).contains(without.count))
        #expect(without.allSatisfy { $0[0] & 0x10 == 0 && $0[1] == 0 })
        let intervals = try port.log().frames().flatMap { $0.values.dropFirst(5) }
        #expect(intervals.contains { (45...59).contains($0) })
        try port.device.close()
    }

    @Test func aRecordingOfIntervalsIsReplayed() throws {
        let recorded: [Int64] = [812, 799, 1004, 640, 700]
        var port = try BluetoothPort("heart-rate", directory) {
            $0.recording = RecordedSignal(names: ["rr"], columns: [recorded])
            $0.staysWhenDone = true
        }
        try port.say("subscribe measurement")
        _ = try port.run(seconds: 20)
        let intervals = try port.log().frames().flatMap { $0.values.dropFirst(5) }
        #expect(intervals == recorded.map { ($0 * 1024 + 500) / 1000 })
        try port.device.close()
    }

    /// Garbage is a packet of its own, so that the lines stay lines, and is logged.
    @Test func garbageComesAsPackets() throws {
        var port = try BluetoothPort("heart-rate", directory) { $0.impairments.garbage = 0.5 }
        try port.say("subscribe measurement")
        let packets = try port.run(seconds: 20)
        var garbage = 0
        try port.log().forEach {
            if case .garbage(_, .sent, _, let bytes) = $0 {
                garbage += 1
                #expect(packets.contains { $0.bytes == bytes })
            }
        }
        #expect(garbage > 2)
        #expect(packets.count == garbage + Int(port.device.counts.sent))
        #expect(packets.allSatisfy { $0.name == "measurement" })
        try port.device.close()
    }
}
