import DeviceProfiles
import TestSupport
import Testing
import Timebase

/// A made-up device with everything that packets can have.
let packetProfileText = """
    name: made-up
    version: 1
    title: A made-up patch
    transport:
      bluetooth:
        characteristics:
          - {name: data, uuid: 2a37, subscribe: notify}
          - {name: other, uuid: 2a38, subscribe: notify}
    framing:
      packets:
        byteOrder: big
        records:
          - characteristic: data
            fields:
              - {name: sort, type: u8, expect: [1, 2]}
              - {name: flags, type: u16}
              - {name: number, type: u8}
              - {name: level, type: s24, byteOrder: little}
              - {name: warmth, type: f32, if: flags.8, scale: 2, offset: 1}
              - {skip: 2, unless: flags.8}
              - {name: x, type: s16, repeats: true, if: flags.0}
              - {name: y, type: s8, repeats: true, if: flags.0}
            bits:
              - {name: mode, of: flags, at: 12, count: 4}
            faults:
              - {field: sort, is: [2], means: leadsOff}
            counter: {field: number, step: 2}
          - characteristic: data
            fields:
              - {name: kind, type: u8, expect: [9]}
              - {name: word, type: u32}
            ignoreRest: true
    streams:
      - name: slow
        rate: 10
        clock: counter
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels:
          - {source: level, unit: V, scale: 0.5}
          - {source: warmth, unit: °C}
          - {source: mode, unit: V, scale: 16, ofFullScale: true}
      - name: fast
        rate: 100
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels: [{source: x}, {source: y}]
      - name: words
        rate: 0
        clock: arrival
        typicalDelayMilliseconds: 5
        delayUncertaintyMilliseconds: 5
        channels: [{source: word}]
    """

@Suite struct PacketTests {
    @Test func readsEveryKindOfField() throws {
        let profile = try DeviceProfile.read(packetProfileText, file: "p")
        #expect(profile.streams.map(\.counterModulus) == [128, nil, nil])
        #expect(profile.streams[0].channels.map(\.isReal) == [false, true, false])
        #expect(profile.streams[0].channels[2].physical(15) == 15)
        let output = decode(
            packets: [
                // Flags 0xA101: mode 10, warmth 1.5, then (-2, -1) and (258, 3).
                "01 A101 FE FEFFFF 3FC00000 FFFE FF 0102 03",
                // Neither warmth nor repetitions; the number follows.
                "02 5000 00 010000 ABCD",
                "09 DEADBEEF 00 00",
                // Two packets are missing, then one that is too short, one too long, one of no form.
                "01 0000 06 020000 0000", "01 0000 08 0200", "01 0000 08 020000 000000", "03",
                "01 A101 0A 020000 3FC00000 FFFE",
            ], of: "data", profile)
        #expect(output.streams[0].integers(0) == [-2, 1, 2])
        #expect(output.streams[0].reals(1).map(\.isNaN) == [false, true, true])
        #expect(output.streams[0].reals(1)[0] == 4)
        #expect(output.streams[0].integers(2) == [10, 5, 0])
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 2, missing: 2)])
        #expect(output.streams[1].integers(0) == [-2, 258])
        #expect(output.streams[1].integers(1) == [-1, 3])
        #expect(output.streams[2].integers(0) == [0xDEAD_BEEF])
        #expect(
            output.faults == [
                DecodeFault(cause: .leadsOff, bytes: 9, stream: 0, beforeOffset: 1),
                DecodeFault(cause: .length, bytes: 6, stream: 0, beforeOffset: 3),
                DecodeFault(cause: .length, bytes: 10, stream: 0, beforeOffset: 3),
                DecodeFault(cause: .unparsable, bytes: 1, stream: 0, beforeOffset: 3),
                DecodeFault(cause: .length, bytes: 13, stream: 0, beforeOffset: 3),
            ])
    }

    @Test func otherCharacteristicsArePassedOver() throws {
        let profile = try DeviceProfile.read(packetProfileText, file: "p")
        let output = decode(packets: ["00", "FF FF", ""], of: "other", profile)
        #expect(output.faults.isEmpty && output.streams.allSatisfy { $0.count == 0 })
    }

    @Test func aCounterTellsItsLossesAcrossInterruptionsAndSaves() throws {
        let profile = try DeviceProfile.read(packetProfileText, file: "p")
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        func packet(_ number: UInt8) -> [UInt8] { hex("01 0000") + [number] + hex("020000 0000") }
        decoder.decode(packet: packet(250), from: 0, into: &output)
        decoder.interrupt()
        var writer = StateWriter()
        decoder.save(into: &writer)
        var other = profile.makeDecoder()
        var reader = StateReader(writer.bytes)
        try other.restore(from: &reader)
        #expect(reader.isAtEnd)
        // 252 follows: a break without a loss. 254, 0 and 2 are missing before 4.
        other.decode(packet: packet(252), from: 0, into: &output)
        other.decode(packet: packet(4), from: 0, into: &output)
        #expect(
            output.streams[0].breaks == [
                CounterBreak(beforeOffset: 1, missing: 0),
                CounterBreak(beforeOffset: 2, missing: 3),
            ])
        // An odd number is none of the device's; nothing may trap.
        other.decode(packet: packet(5), from: 0, into: &output)
        other.decode(packet: packet(5), from: 0, into: &output)
        #expect(output.streams[0].count == 5)
    }

    @Test(
        arguments: [
            // From the specifications: special values of SFLOAT, then exponents at both ends.
            ("FF07", Double.nan), ("0008", .nan), ("FE07", .nan), ("0208", .nan), ("0108", .nan),
            ("D4F3", 98), ("CEE2", 7.18), ("6300", 99), ("FF7F", -1e7), ("0180", 1e-8),
            ("FD07", 2045), ("0308", -2045),
        ] as [(String, Double)])
    func sfloat(_ word: String, _ value: Double) throws {
        let output = decode(
            packets: ["00 \(word) 6300"], of: "continuous", try shipped("pulse-oximeter"))
        let found = output.streams[0].reals(0)[0]
        #expect(found == value || found.isNaN && value.isNaN)
    }

    @Test func settingsAreTheFirstSamples() throws {
        let profile = try shipped("heart-rate")
        var values = ReadValues()
        values.add([87], of: 1)
        values.add(Array("Polar".utf8), of: 2)
        let output = decode(
            packets: ["00 3C", "00 3D"], of: "measurement", profile, settings: values.bytes)
        #expect(output.streams[3].integers(0) == [87])
        #expect(output.streams[0].integers(0) == [60, 61])
        #expect(output.faults.isEmpty)
        // They outlive the decoder, as long as nothing has come.
        var decoder = profile.makeDecoder()
        decoder.configure(values.bytes)
        var writer = StateWriter()
        decoder.save(into: &writer)
        var reader = StateReader(writer.bytes)
        decoder = profile.makeDecoder()
        try decoder.restore(from: &reader)
        var restored = DecodedOutput(profile)
        decoder.decode(packet: hex("00 3C"), from: 0, into: &restored)
        #expect(restored.streams[3].integers(0) == [87])
        let broken = decode(packets: ["00 3C"], of: "measurement", profile, settings: [1, 9, 9])
        #expect(broken.streams.map(\.count) == [1, 0, 0, 0] && broken.faults.isEmpty)
    }
}

@Suite struct ServiceTests {
    @Test func heartRateWithIntervals() throws {
        let profile = try shipped("heart-rate")
        let output = decode(packets: ["10 3C 00 04 2D 04"], of: "measurement", profile)
        #expect(output.streams[0].integers(0) == [60])
        #expect(output.streams[0].integers(1) == [0])
        let rr = output.streams[1].integers(0).map {
            profile.streams[1].channels[0].physical(Double($0))
        }
        #expect(rr[0] == 1000 && abs(rr[1] - 1043.95) < 0.005)
        // The last beat was when the packet came, the one before it a (second) interval earlier.
        #expect(output.streams[1].ages == [1_043_945_313, 0])
        #expect(output.faults.isEmpty)
    }

    @Test func heartRateWithEverything() throws {
        // 16 bits, contact lost, energy 300 kJ, one interval.
        let output = decode(
            packets: ["1D 2C01 2C01 0004", "06 50", "04 00"], of: "measurement",
            try shipped("heart-rate"))
        #expect(output.streams[0].integers(0) == [300, 80, 0])
        #expect(output.streams[0].integers(1) == [2, 3, 2])
        #expect(output.streams[1].integers(0) == [1024])
        #expect(output.streams[2].integers(0) == [300])
        #expect(output.faults.map(\.cause) == [.noContact, .noContact])
        #expect(output.faults.map(\.beforeOffset) == [0, 2])
    }

    @Test func aBogusIntervalIsKeptAndTold() throws {
        let output = decode(
            packets: ["10 38 0004", "10 38 2d 04 35 00"], of: "measurement",
            try shipped("heart-rate"))
        #expect(output.streams[1].integers(0) == [1024, 1069, 53])
        #expect(
            output.faults == [
                DecodeFault(cause: .implausible, bytes: 2, stream: 1, beforeOffset: 2)
            ]
        )
    }

    @Test(arguments: ["10 3C 00", "00", "01 3C", "", "00 3C 01", "08 3C 01", "10"])
    func brokenHeartRateGivesNoHalfSample(_ packet: String) throws {
        let output = decode(packets: [packet], of: "measurement", try shipped("heart-rate"))
        #expect(output.streams.allSatisfy { $0.count == 0 })
        #expect(output.faults.map(\.cause) == [.length])
        #expect(output.faults.first?.bytes == hex(packet).count)
    }

    @Test func oximeterWithAllOptionals() throws {
        let profile = try shipped("pulse-oximeter")
        let output = decode(
            packets: ["1f d4f3 6300 d4f3 6000 caf3 6300 0001 000000 cee2", "00 ff07 ff07"],
            of: "continuous", profile)
        let first = profile.streams[0].channels.indices.map { output.streams[0].reals($0)[0] }
        #expect(first == [98, 99, 98, 96, 97, 99, 7.18, 0x100, 0])
        let second = profile.streams[0].channels.indices.map { output.streams[0].reals($0)[1] }
        #expect(second.allSatisfy { $0.isNaN })
        #expect(output.faults.isEmpty)
        let off = decode(packets: ["08 d4f3 6300 008800"], of: "continuous", profile)
        #expect(off.faults.map(\.cause) == [.noContact, .leadsOff])
        #expect(off.streams[0].count == 1)
        let spot = decode(
            packets: ["01 d4f3 6300 E6070102030405"], of: "spot", profile)
        #expect(spot.streams[1].reals(0) == [98])
        #expect(spot.streams[1].reals(2)[0].isNaN)
    }

    @Test func nonin() throws {
        let profile = try shipped("nonin-3150")
        let output = decode(
            packets: [
                "0A 14 1E 0258 FFFF 62 0048", "0A 14 1E 0258 0000 62 0048",
                "0A 08 1E 0000 0003 7F 01FF", "0B 14 1E 0258 0004 62 0048",
            ], of: "oximetry", profile)
        let stream = output.streams[0]
        #expect(stream.count == 3)
        #expect(stream.reals(0).prefix(2) == [98, 98] && stream.reals(0)[2].isNaN)
        #expect(stream.reals(1).prefix(2) == [72, 72] && stream.reals(1)[2].isNaN)
        #expect(profile.streams[0].channels[2].physical(600) == 6)
        #expect(profile.streams[0].channels[3].physical(Double(stream.integers(3)[0])) == 3)
        #expect(stream.breaks == [CounterBreak(beforeOffset: 2, missing: 2)])
        #expect(output.faults.map(\.cause) == [.noContact, .unparsable])
        #expect(profile.streams[0].counterModulus == 65536)
    }

    @Test func thermometer() throws {
        let profile = try shipped("thermometer")
        // 36.4 °C; 98.6 °F with a time and a place; not a number.
        let output = decode(
            packets: ["00 6C0100FF", "07 DA0300FF E6070102030405 02", "00 FFFF7F00"],
            of: "measurement", profile)
        let values = output.streams[0].reals(0)
        #expect(values[0] == 36.4 && abs(values[1] - 37) < 1e-9 && values[2].isNaN)
        #expect(output.streams[0].reals(1)[1] == 2)
        #expect(output.faults.isEmpty)
    }

    @Test func environment() throws {
        let profile = try shipped("environmental-sensing")
        func physical(_ packet: String, _ name: String, _ stream: Int) -> Double {
            let output = decode(packets: [packet], of: name, profile)
            let raw = output.streams[stream].columns[0]
            let channel = profile.streams[stream].channels[0]
            return switch raw {
            case .integers(let values): channel.physical(Double(values[0]))
            case .reals(let values): channel.physical(values[0])
            }
        }
        #expect(abs(physical("2EFB", "temperature", 0) + 12.34) < 1e-9)
        #expect(physical("0080", "temperature", 0).isNaN)
        #expect(abs(physical("8813", "humidity", 1) - 50) < 1e-9)
        #expect(abs(physical("02760F00", "pressure", 2) - 101_325) < 1e-6)
    }
}
