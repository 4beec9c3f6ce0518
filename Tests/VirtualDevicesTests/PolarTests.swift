import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct PolarTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static let startECG = "write control 02 00 00 01 82 00 01 01 0E 00"
    private static let startACC = "write control 02 02 00 01 C8 00 01 01 10 00 02 01 02 00"

    private static func little(_ bytes: some Sequence<UInt8>, signed: Bool = true) -> Int64 {
        var value: Int64 = 0
        var bits: Int64 = 0
        for byte in bytes {
            value |= Int64(byte) << bits
            bits += 8
        }
        return signed && bits < 64 && value >> (bits - 1) & 1 == 1 ? value - 1 << bits : value
    }

    /// The samples of a delta frame's content, by way of a string of bits.
    private static func unpack(_ content: [UInt8], channels: Int, resolution: Int) -> [Int64] {
        let size = (resolution + 7) / 8
        var samples = (0..<channels).map { little(content[$0 * size..<($0 + 1) * size]) }
        var rest = content.dropFirst(channels * size)
        while rest.count >= 2 {
            let bits = Int(rest.removeFirst())
            let count = Int(rest.removeFirst())
            let payload = rest.prefix((bits * count * channels + 7) / 8)
            rest = rest.dropFirst(payload.count)
            // Lowest bit of the first byte first.
            let digits = payload.flatMap { byte in (0..<8).map { Int64(byte >> UInt8($0) & 1) } }
            for place in 0..<count * channels {
                var value: Int64 = 0
                for bit in 0..<bits { value += digits[place * bits + bit] << Int64(bit) }
                if digits[place * bits + bits - 1] == 1 { value -= 1 << Int64(bits) }
                samples.append(samples[samples.count - channels] + value)
            }
        }
        return samples
    }

    /// The check value of the protocol's description: reference, bits, count and first differences.
    @Test func differencesArePackedFromTheLowestBitOn() {
        var samples: [Int64] = [1905, 27376, -29282]
        for step in 0..<56 {
            let change: [Int64] =
                switch step {
                case 0: [190, -105, -85]
                case 1: [2, 300, 0]
                default: [0, 0, 0]
                }
            for channel in 0..<3 { samples.append(samples[samples.count - 3] + change[channel]) }
        }
        var packet: [UInt8] = []
        PolarFrame.appendDelta(samples, channels: 3, resolution: 16, block: 56, to: &packet)
        #expect(
            Array(packet[..<12]) == [
                0x71, 0x07, 0xF0, 0x6A, 0x9E, 0x8D, 0x0A, 0x38, 0xBE, 0x5C, 0xBE, 0xBA,
            ])
        #expect(packet.count == 8 + (10 * 56 * 3 + 7) / 8)
        #expect(Self.unpack(packet, channels: 3, resolution: 16) == samples)
        for (value, bits) in [(0, 1), (-1, 1), (1, 2), (-2, 2), (127, 8), (-128, 8), (128, 9)] {
            #expect(PolarFrame.bits(Int64(value)) == bits)
        }
    }

    @Test func answersTheControlPoint() throws {
        var port = try BluetoothPort("polar-h10", directory)
        try port.say("subscribe control")
        try port.say("read control")
        let features = try port.lines()
        #expect(features.first?.words.first == "value")
        #expect(features.first.map { Array($0.bytes[..<3]) } == [0x0F, 0x05, 0x00])
        for (command, answer) in [
            ("01 00", "F0010000000001820001010E00"),
            ("01 02", "F0010200000004190032006400C800010110000203020004000800"),
            // Unknown command, kind, kind that this sensor lacks, length, settings.
            ("0A 00", "F00A000100"), ("01 0C", "F0010C0200"), ("01 01", "F001010300"),
            ("02 00 00 01 82", "F002000400"), ("02 00 00 01 83 00 01 01 0E 00", "F002000800"),
            ("02 00 00 01 82 00 01 01 10 00", "F002000700"),
            ("02 02 00 01 C8 00 01 01 10 00 02 01 10 00", "F002020900"),
            ("02 00 00 01 82 00", "F002000500"), ("02 00 00 02 82 00 82 00", "F002000500"),
            ("03 00", "F003000600"), ("02 09", "F002090300"),
        ] {
            try port.say("write control \(command)")
            #expect(try port.lines().map(\.words) == [["control", answer]], "\(command)")
        }
        // Status: nothing runs, then the ECG does; twice is once too often.
        for (command, answer) in [
            ("write control 05", "F00500" + "0000" + "0002"), (Self.startECG, "F002000000"),
            (Self.startECG, "F002000600"), ("write control 05", "F00500" + "0000" + "4002"),
            ("write control 03 00", "F003000000"),
        ] {
            try port.say(command)
            #expect(try port.lines().map(\.words) == [["control", answer]], "\(command)")
        }
        for (line, name) in [
            ("write data 00", "data"), ("read data", "data"), ("subscribe heart", "heart"),
            ("write control 0G", "control"), ("dance control", "control"),
        ] {
            try port.say(line)
            let refused = try port.lines()
            #expect(refused.map { Array($0.words.prefix(2)) } == [["error", name]], "\(line)")
        }
        try port.device.close()
    }

    @Test func longRepliesComeInParts() throws {
        var port = try BluetoothPort("polar-h10", directory) { $0.options.replyLimit = 9 }
        try port.say("subscribe control")
        try port.say("write control 01 02")
        let replies = try port.lines().map(\.bytes)
        #expect(
            replies.map { Array($0[..<4]) } == [
                [0xF0, 1, 2, 0], [0xF0, 1, 2, 0], [0xF0, 1, 2, 0],
            ])
        #expect(replies.map { $0[4] } == [1, 1, 0])
        #expect(replies.flatMap { $0[5...] }.count == 22)
        try port.device.close()
    }

    @Test func ecgAndAccelerationCarryTheDevicesTime() throws {
        let start = VirtualDeviceOptions.polarFactoryClock
        var port = try BluetoothPort("polar-h10", directory) {
            $0.options.clockStart = start
            $0.impairments.driftPPM = 200
            $0.impairments.loss = 0.1
        }
        for line in ["subscribe control", "subscribe data", Self.startECG, Self.startACC] {
            try port.say(line)
        }
        #expect(try port.lines().map(\.name) == ["control", "control"])
        let packets = try port.run(seconds: 20)
        #expect(packets.allSatisfy { $0.name == "data" })
        let frames = try port.log().frames(.sent)
        #expect(packets.count == frames.count)
        var times: [UInt8: [Int64]] = [:]
        for (packet, frame) in zip(packets.map(\.bytes), frames) {
            #expect(packet.count <= 229)
            let isECG = packet[0] == 0
            var values = [
                Int64(packet[0]), Self.little(packet[1..<9]), Int64(packet[9]),
            ]
            let size = isECG ? 3 : 2
            for place in stride(from: 10, to: packet.count, by: size) {
                values.append(Self.little(packet[place..<place + size]))
            }
            #expect(values == frame.values)
            #expect(packet[9] == (isECG ? 0 : 1))
            #expect((packet.count - 10) / size == (isECG ? 73 : 108))
            times[packet[0], default: []].append(values[1])
        }
        // By the device's own clock its rates are true, whatever its drift; losses leave whole steps.
        for (kind, step) in [(UInt8(0), 73e9 / 130), (2, 36e9 / 200)] {
            let own = try #require(times[kind])
            #expect(own[0] > start && own[0] < start + 5_000_000_000)
            for (earlier, later) in zip(own, own.dropFirst()) {
                let steps = Double(later - earlier) / step
                #expect(abs(steps - steps.rounded()) < 1e-6)
            }
        }
        // And by this machine's clock it is faster.
        let all = try port.log().frames().filter { $0.values[0] == 0 }
        let first = try #require(all.first)
        let last = try #require(all.last)
        let ratio =
            Double(last.values[1] - first.values[1]) / Double(last.due - first.due)
        #expect(abs(ratio - 1.0002) < 1e-7)
        try port.device.close()
    }

    @Test func packedStreamsUnpackToWhatWasLogged() throws {
        var port = try BluetoothPort("polar-verity-sense", directory) {
            $0.options.intervalDelaySeconds = 8
        }
        for line in [
            "subscribe control", "subscribe data",
            "write control 02 01 00 01 37 00 01 01 16 00 04 01 04",
            "write control 02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
            "write control 02 03",
        ] { try port.say(line) }
        // The factors: one for light, 16 g over 2^16 steps for acceleration.
        #expect(
            try port.lines().compactMap { $0.words.last } == [
                "F00201000005010000803F", "F00202000005010000803" + "9", "F002030000",
            ])
        let packets = try port.run(seconds: 20.5).map(\.bytes)
        let frames = try port.log().frames(.sent)
        #expect(packets.count == frames.count)
        var kinds: [UInt8: Int] = [:]
        for (packet, frame) in zip(packets, frames) {
            let content = Array(packet[10...])
            kinds[packet[0], default: 0] += 1
            #expect(packet.count <= 229)
            switch packet[0] {
            case 1:
                #expect(packet[9] == 0x80)
                #expect(
                    Self.unpack(content, channels: 4, resolution: 22)
                        == Array(frame.values[3...]))
            case 2:
                #expect(packet[9] == 0x80)
                let steps = Self.unpack(content, channels: 3, resolution: 16)
                #expect(steps == Array(frame.values[3...]))
                // The earth pulls with 1 g.
                #expect(abs(Double(steps[2]) * 16 / 65536 - 1) < 0.1)
            default:
                var values: [Int64] = []
                for place in stride(from: 0, to: content.count, by: 6) {
                    values += [
                        Int64(content[place]), Self.little(content[place + 1..<place + 3]),
                        Self.little(content[place + 3..<place + 5]), Int64(content[place + 5]),
                    ]
                }
                #expect(values == Array(frame.values[3...]))
            }
        }
        // 20.5 s of 55 Hz by 18, of 52 Hz by 30, and intervals each 5 s from 10 s on.
        #expect(kinds == [1: 62, 2: 35, 3: 3])
        try port.device.close()
    }

    @Test func aDroppedConnectionForgetsStreamsButNotTheClock() throws {
        var port = try BluetoothPort("polar-h10", directory)
        for line in ["subscribe control", "subscribe data", Self.startECG] { try port.say(line) }
        let before = try port.run(seconds: 3)
        let device = try #require(port.device as? VirtualInstrument)
        try device.goAway(forSeconds: 5, now: port.now)
        #expect(try port.run(seconds: 2).map(\.words) == [["disconnected"]])
        try port.say("read control")
        #expect(try port.lines().first?.name == "error")
        #expect(try port.run(seconds: 4).map(\.words) == [["connected"]])
        #expect(!device.isSending)
        for line in ["subscribe control", "subscribe data", Self.startECG] { try port.say(line) }
        let after = try port.run(seconds: 3)
        let times = [before, after].map { lines in
            lines.filter { $0.name == "data" }.map { Self.little($0.bytes[1..<9]) }
        }
        let last = try #require(times[0].last)
        let next = try #require(times[1].first)
        #expect((5_000_000_000...9_000_000_000).contains(next - last))
        try device.close()
    }

    @Test func packetsThatNobodySubscribedToAreGone() throws {
        var port = try BluetoothPort("polar-h10", directory)
        for line in ["subscribe control", "subscribe data", Self.startECG] { try port.say(line) }
        let before = try port.run(seconds: 3).filter { $0.name == "data" }
        try port.say("unsubscribe data")
        #expect(try port.run(seconds: 10).isEmpty)
        try port.say("subscribe data")
        let after = try port.run(seconds: 3).filter { $0.name == "data" }
        #expect(before.count == 5 && (5...6).contains(after.count))
        let times = [before, after].map { $0.map { Self.little($0.bytes[1..<9]) } }
        let last = try #require(times[0].last)
        let next = try #require(times[1].first)
        #expect((10_000_000_000...11_000_000_000).contains(next - last))
        try port.device.close()
    }

    @Test func itMayStopByItself() throws {
        var port = try BluetoothPort("polar-h10", directory) { $0.options.stopsAfterSeconds = 2 }
        for line in ["subscribe control", "subscribe data", Self.startECG, Self.startACC] {
            try port.say(line)
        }
        let lines = try port.run(seconds: 5)
        #expect(lines.last?.words == ["control", "010002"])
        try port.device.close()
    }

    /// A recording is sent to its last sample.
    @Test func aRecordingIsReplayed() throws {
        var port = try BluetoothPort("polar-h10", directory) {
            $0.recording = RecordedSignal(names: ["1"], columns: [(0..<100).map { $0 * 37 - 900 }])
            $0.staysWhenDone = true
        }
        for line in ["subscribe control", "subscribe data", Self.startECG] { try port.say(line) }
        let data = try port.run(seconds: 3).filter { $0.name == "data" }.map(\.bytes)
        let samples = data.flatMap { packet in
            stride(from: 10, to: packet.count, by: 3).map { Self.little(packet[$0..<$0 + 3]) }
        }
        #expect(samples == (0..<100).map { $0 * 37 - 900 })
        let times = data.map { Self.little($0[1..<9]) }
        #expect(abs(Double(times[1] - times[0]) - 27e9 / 130) < 10)
        try port.device.close()
    }
}
