import DeviceProfiles
import TestSupport
import Testing
import Timebase

/// A Shimmer's packet, written from the protocol's description.
func shimmerPacket(_ ticks: Int, _ values: [Int], timestampBytes: Int = 3, checksum: Int = 0)
    -> [UInt8]
{
    var packet =
        [0] + little(ticks, bytes: timestampBytes) + values.flatMap { little($0, bytes: 2) }
    guard checksum > 0 else { return packet }
    // CRC-16 bit by bit over a text of bits: x¹⁶ + x¹² + x⁵ + 1 from 0xB0CA.
    var register = 0xB0CA
    for byte in packet + (packet.count % 2 == 0 ? [] : [0]) {
        for bit in (0..<8).reversed() {
            let out = (register >> 15 & 1) ^ Int(byte >> UInt8(bit) & 1)
            register = register << 1 & 0xFFFF
            if out == 1 { register ^= 0b1_0000_0010_0001 }
        }
    }
    packet += little(register, bytes: 2).prefix(checksum)
    return packet
}

/// So many packets of one channel at 512 Hz, with values that tell their index.
func shimmerPackets(_ range: Range<Int>, checksum: Int = 0) -> [UInt8] {
    range.flatMap {
        shimmerPacket(
            ($0 * 64 + 5) & 0xFF_FFFF, [shimmerValue($0)], checksum: checksum)
    }
}

func shimmerValue(_ index: Int) -> Int { index % 4 << 14 | (index * 37) % 4096 }

@Suite struct ShimmerTests {
    private func values(_ range: Range<Int>) -> [Int64] { range.map { Int64(shimmerValue($0)) } }

    @Test(arguments: [
        (0x0800, 49.769), (0x4800, 6.971), (0x8800, 2.0007), (0xC800, 0.6063),
    ])
    func knownConductances(_ raw: Int, _ expected: Double) throws {
        let channel = try shipped("shimmer3-gsr").streams[0].channels[0]
        #expect(channel.unit == "µS" && channel.bits == 16)
        let value = channel.physical(Double(raw))
        #expect(abs(value - expected) < 0.00051 * max(1, expected / 10), "\(value)")
        let stored = try #require(channel.conversion?.description)
        #expect(stored == "shimmer-gsr")
        #expect(ChannelConversion(stored)?.apply(Double(raw)) == value)
    }

    @Test func conductancesAreKeptWithinTheSensorsLimits() {
        let conversion = ChannelConversion(.shimmerGSR)
        // In the highest range counts below 683 are taken as 683.
        #expect(conversion.apply(0xC000) == conversion.apply(Double(0xC000 + 683)))
        // 8 kΩ and 4700 kΩ.
        #expect(conversion.apply(0x0FFF) == 1000 / max(8, 40.2 / 5))
        #expect(conversion.apply(0x0000) == 1000.0 / 4700)
        #expect(conversion.apply(0xC000) == 1000.0 / 4700)
        #expect(conversion.apply(-1).isNaN && conversion.apply(65536).isNaN)
        #expect(conversion.apply(.nan).isNaN)
    }

    @Test func theKnownInquiry() throws {
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(rate: 256, channels: ["pulse"]))
        // It says 512 Hz and one channel, 0x12, whatever the profile says.
        for prefix in [[], [0xFF]] as [[UInt8]] {
            let packets = (0..<20).flatMap { shimmerPacket($0 * 64, [$0]) }
            let output = decode(prefix + hex("02 40 00 01 FF 01 09 01 01 12") + packets, profile)
            #expect(output.streams[0].integers(0) == (0..<20).map { Int64($0) })
            #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
        }
    }

    @Test func everyPacketHasItsTime() throws {
        let profile = try shipped("shimmer3-gsr")
        // Twice around the clock of 512 s.
        let indices = Array(262_100..<262_180)
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode(indices.flatMap { shimmerPackets($0..<$0 + 1) }, into: &output)
        #expect(output.streams[0].count == 80)
        #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
        #expect(output.streams[0].deviceTimes.map(\.offset) == Array(0..<80))
        let first = (262_100 * 64 + 5)
        for (offset, time) in output.streams[0].deviceTimes.enumerated() {
            let exact = Double(first + 64 * offset) * 1e9 / 32768
            #expect(abs(Double(time.nanoseconds) - exact) <= 1)
        }
        #expect(profile.streams[0].counterModulus == 262_144)
    }

    @Test func lossesAreCountedByTheClock() throws {
        let profile = try shipped("shimmer3-gsr")
        let bytes =
            shimmerPackets(0..<30) + shimmerPackets(31..<60) + shimmerPackets(160..<200)
            // Beyond half of the clock's turn.
            + shimmerPackets(200_000..<200_050)
        let output = decode(bytes, profile, isEnd: true)
        #expect(
            output.streams[0].breaks == [
                CounterBreak(beforeOffset: 30, missing: 1),
                CounterBreak(beforeOffset: 59, missing: 100),
                CounterBreak(beforeOffset: 99, missing: 199_800),
            ])
        #expect(
            output.streams[0].integers(0)
                == values(0..<30) + values(31..<60) + values(160..<200) + values(200_000..<200_050))
        #expect(output.faults.isEmpty)
        // A clock that is read a tick late or early is none.
        let jittered = (0..<50).flatMap {
            shimmerPacket($0 * 64 + [0, 1, -1, 3][$0 % 4] + 9, [$0])
        }
        let late = decode(jittered, profile)
        #expect(late.streams[0].count == 50 && late.streams[0].breaks.isEmpty)
    }

    @Test func statusMessagesMayStandBetween() throws {
        let profile = try shipped("shimmer3-gsr")
        let bytes =
            hex("FF 8A 71 21") + shimmerPackets(0..<2) + hex("8A 71 00") + shimmerPackets(2..<10)
            + hex("8A 71 FF FF") + shimmerPackets(10..<20) + hex("FF 8A 71 8A")
            + shimmerPackets(20..<30)
        let output = decode(bytes, profile)
        #expect(output.streams[0].integers(0) == values(0..<30))
        #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
    }

    @Test(arguments: [[UInt8]](arrayLiteral: [0], [0x42], Array(0...255), [0, 0, 0, 0, 0]))
    func garbageBetweenPackets(_ garbage: [UInt8]) throws {
        let profile = try shipped("shimmer3-gsr")
        let output = decode(
            garbage + shimmerPackets(0..<40) + garbage + shimmerPackets(43..<90), profile,
            isEnd: true)
        #expect(output.streams[0].integers(0) == values(0..<40) + values(43..<90))
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 40, missing: 3)])
        #expect(output.faults.map(\.bytes).reduce(0, +) == 2 * garbage.count)
    }

    @Test func aLostByteCostsOnePacket() throws {
        let profile = try shipped("shimmer3-gsr")
        for lost in 0..<6 {
            var bytes = shimmerPackets(0..<40)
            bytes.remove(at: 20 * 6 + lost)
            let output = decode(bytes, profile, isEnd: true)
            #expect(output.streams[0].count == 39, "byte \(lost)")
            // A packet that lacks a byte of its value takes the next one's first byte for it, and the
            // next one is lost in its stead: only the check that a station can ask for shows that.
            let place = lost < 4 ? 20 : 21
            #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: place, missing: 1)])
            var checked = shimmerPackets(0..<40, checksum: 2)
            checked.remove(at: 20 * 8 + lost)
            let profile = try profile.applying(
                options: ProfileOptions(parameters: ["checksumBytes": 2]))
            #expect(
                decode(checked, profile, isEnd: true).streams[0].integers(0)
                    == values(0..<20) + values(21..<40))
        }
    }

    @Test func noiseGivesNoPackets() throws {
        let profile = try shipped("shimmer3-gsr")
        var generator = SeededGenerator(seed: 11)
        let noise = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(decode(noise, profile).streams[0].count == 0)
        #expect(decode([UInt8](repeating: 0, count: 20_000), profile).streams[0].count == 0)
    }

    @Test(arguments: [1, 2])
    func withACheck(_ bytes: Int) throws {
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(parameters: ["checksumBytes": Double(bytes)]))
        var stream = shimmerPackets(0..<40, checksum: bytes)
        stream[20 * (6 + bytes) + 4] ^= 1
        let output = decode(stream, profile)
        #expect(output.streams[0].integers(0) == values(0..<20) + values(21..<40))
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 20, missing: 1)])
        #expect(
            output.faults == [
                DecodeFault(cause: .checksum, bytes: 6 + bytes, stream: 0, beforeOffset: 20)
            ])
    }

    @Test func oldFirmwareHasShortTimes() throws {
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(parameters: ["timestampBytes": 2]))
        #expect(profile.streams[0].counterModulus == 1024)
        let packets = (1000..<1100).filter { $0 != 1050 }.flatMap {
            shimmerPacket($0 * 64 & 0xFFFF, [$0], timestampBytes: 2)
        }
        let output = decode(packets, profile, isEnd: true)
        #expect(output.streams[0].count == 99)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 50, missing: 1)])
        #expect(
            output.streams[0].deviceTimes.last?.nanoseconds == Int64(2_146_484_375))
    }

    @Test func aFixedRangeIsPutIntoTheNumber() throws {
        let profile = try shipped("shimmer3-gsr").applying(
            options: ProfileOptions(parameters: ["range": 2]))
        let packets = (0..<5).flatMap { shimmerPacket($0 * 64, [0x0800]) }
        let output = decode(packets, profile)
        #expect(output.streams[0].integers(0) == [Int64](repeating: 0x8800, count: 5))
    }

    @Test func settingsSayWhatPacketsHold() throws {
        let profile = try shipped("shimmer3-gsr")
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        // Three channels: an acceleration, the pressure of three bytes, and the skin conductance.
        decoder.configure([1, 3, 0] + hex("02 80 00 00 00 00 08 03 01 00 1B 1C"))
        for index in 0..<10 {
            decoder.decode(
                [0] + little(index * 128, bytes: 3) + [9, 9, 8, 8, 8] + little(index, bytes: 2),
                into: &output)
        }
        #expect(output.streams[0].integers(0) == (0..<10).map { Int64($0) })
        // What makes no sense, or lacks the recorded channel, changes nothing.
        for senseless in [
            "", "01", "01 03 00 02 80 00", "02 03 00 02 80 00 00 00 00 08 01 01 1C",
            "01 09 00 02 80 00 00 00 00 08 01 01 1C", "01 03 00 02 00 00 00 00 00 08 01 01 1C",
            "01 03 00 02 80 00 00 00 00 08 01 01 12", "01 03 00 02 80 00 00 00 00 08 01 01 77",
        ] { decoder.configure(hex(senseless)) }
        decoder.decode(
            [0] + little(1280, bytes: 3) + [9, 9, 8, 8, 8] + little(10, bytes: 2), into: &output)
        #expect(output.streams[0].count == 11 && output.faults.isEmpty)
    }

    @Test func ratesThatTheClockCannotGiveAreRefused() throws {
        let profile = try shipped("shimmer3-gsr")
        #expect(try profile.applying(options: ProfileOptions(rate: 51.2)).streams[0].rate == 51.2)
        #expect(throws: OptionError.self) {
            try profile.applying(options: ProfileOptions(rate: 500))
        }
        #expect(throws: OptionError.self) {
            try profile.applying(options: ProfileOptions(parameters: ["range": 5]))
        }
        #expect(throws: OptionError.self) {
            try profile.applying(options: ProfileOptions(parameters: ["gain": 5]))
        }
    }
}
