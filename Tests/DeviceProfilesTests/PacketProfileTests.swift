import Declarations
import DeviceProfiles
import TestSupport
import Testing
import Timebase

private func mistakes(_ text: String) -> [String] {
    do {
        _ = try DeviceProfile.read(text, file: "p.yaml")
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct PacketProfileTests {
    @Test(
        arguments: [
            (
                "characteristic: data\n        fields:\n          - {name: kind",
                "characteristic: date\n        fields:\n          - {name: kind",
                "p.yaml:28:25: framing.packets.records[1].characteristic: expected one of the characteristics data, other, found 'date'"
            ),
            (
                "type: s24, byteOrder: little", "type: s42",
                "p.yaml:18:33: framing.packets.records[0].fields[3].type: expected one of u8, s8, u16, s16, u24, s24, u32, s32, f32, sfloat, float, found 's42'"
            ),
            (
                "{skip: 2, ", "{skip: 2, type: u8, ",
                "p.yaml:20:13: framing.packets.records[0].fields[5]: expected exactly one of the keys type, skip"
            ),
            (
                "skip: 2,", "skip: 0,",
                "p.yaml:20:20: framing.packets.records[0].fields[5].skip: expected 1 to 512 bytes, found 0"
            ),
            (
                "{name: number, type: u8}", "{type: u8}",
                "p.yaml:17:13: framing.packets.records[0].fields[2]: expected a name, or skip instead of type"
            ),
            (
                "if: flags.8,", "if: flag.8,",
                "p.yaml:19:43: framing.packets.records[0].fields[4].if: expected a bit of a field before this one (sort, flags, number, level), such as flags.0, found 'flag.8'"
            ),
            (
                "if: flags.8,", "if: flags,",
                "p.yaml:19:43: framing.packets.records[0].fields[4].if: expected a bit of a field before this one (sort, flags, number, level), such as flags.0, found 'flags'"
            ),
            (
                "if: flags.8,", "if: flags.16,",
                "p.yaml:19:43: framing.packets.records[0].fields[4].if: expected bit 0 to 15 of 'flags', found 16"
            ),
            (
                "if: flags.8,", "if: level.0,",
                "p.yaml:19:43: framing.packets.records[0].fields[4].if: expected a field of u8, u16, u24 or u32 that is always there and does not repeat, found 'level'"
            ),
            (
                "if: flags.8,", "if: flags.8, unless: flags.7,",
                "p.yaml:19:13: framing.packets.records[0].fields[4]: expected at most one of the keys if, unless"
            ),
            (
                "{skip: 2, unless: flags.8}", "{name: warmth, type: f32, unless: flags.7}",
                "p.yaml:20:20: framing.packets.records[0].fields[5].name: 'warmth' is the name of two fields: expected that only if one has if: and the other unless: of the same bit"
            ),
            (
                "{skip: 2, unless: flags.8}", "{name: warmth, type: u8, unless: flags.8}",
                "p.yaml:20:34: framing.packets.records[0].fields[5].type: expected a type like that of the other field 'warmth'"
            ),
            (
                "type: s8, repeats: true, if: flags.0", "type: s8",
                "p.yaml:22:13: framing.packets.records[0].fields[7]: expected no field behind one that repeats to the packet's end"
            ),
            (
                "type: s8, repeats: true, if: flags.0", "type: s8, repeats: true",
                "p.yaml:22:13: framing.packets.records[0].fields[7]: expected the same condition as the repeating field before this one has"
            ),
            (
                "{name: mode, of: flags, at: 12, count: 4}", "{name: mode, of: x, at: 12}",
                "p.yaml:24:30: framing.packets.records[0].bits[0].of: expected the name of one field of u8, u16, u24 or u32 that does not repeat, found 'x'"
            ),
            (
                "at: 12, count: 4", "at: 12, count: 5",
                "p.yaml:24:52: framing.packets.records[0].bits[0].count: expected 1 to 4, found 5"
            ),
            (
                "at: 12, count: 4", "at: 16",
                "p.yaml:24:41: framing.packets.records[0].bits[0].at: expected bit 0 to 15, found 16"
            ),
            (
                "{field: sort, is", "{field: warmth, is",
                "p.yaml:26:21: framing.packets.records[0].faults[0].field: expected the name of a field with whole numbers that does not repeat, or of bits, found 'warmth'"
            ),
            (
                "means: leadsOff", "means: leadOff",
                "p.yaml:26:43: framing.packets.records[0].faults[0].means: expected one of leadsOff, noContact, found 'leadOff'"
            ),
            (
                "{field: number, step: 2}", "{field: level, step: 2}",
                "p.yaml:27:26: framing.packets.records[0].counter.field: expected the name of a field of u8, u16, u24 or u32 that is always there, found 'level'"
            ),
            (
                "step: 2", "step: 256",
                "p.yaml:27:40: framing.packets.records[0].counter.step: expected at least 1 and less than the counter's range"
            ),
            (
                "counter: {field: number, step: 2}", "ignoreRest: true",
                "p.yaml:36:12: streams[0].clock: expected arrival, since the packets have no counter of its samples"
            ),
            (
                "{source: warmth, unit: °C}", "{source: warmth, number: integer}",
                "p.yaml:41:34: streams[0].channels[1].number: expected real, since some packets of the stream do not have the field"
            ),
            (
                "{source: level,", "{source: levels,",
                "p.yaml:40:18: streams[0].channels[0].source: expected one of the fields sort, flags, number, level, warmth, x, y, mode of the packets of 'data', found 'levels'"
            ),
            (
                "channels: [{source: x}, {source: y}]", "channels: [{source: x}, {source: level}]",
                "p.yaml:48:38: streams[1].channels[1].source: expected a field that repeats as the stream's others do"
            ),
            (
                "{name: word, type: u32}", "{name: word, type: u32, scale: 2}",
                "p.yaml:31:44: framing.packets.records[1].fields[1].scale: expected only with f32, sfloat and float; whole numbers have theirs in the channel"
            ),
            (
                "{name: word, type: u32}", "{name: word, type: s32, unitsPerSecond: 2}",
                "p.yaml:31:53: framing.packets.records[1].fields[1].unitsPerSecond: expected only with u8, u16, u24 and u32"
            ),
            (
                "{name: word, type: u32}", "{name: word, type: sfloat, missing: [1]}",
                "p.yaml:31:49: framing.packets.records[1].fields[1].missing: expected only with types of whole numbers"
            ),
            (
                "{name: word, type: u32}",
                "{name: word, type: u32, plausible: {minimum: 2, maximum: 1}}",
                "p.yaml:31:70: framing.packets.records[1].fields[1].plausible.maximum: expected at least the minimum 2, found 1"
            ),
            (
                "name: other, uuid: 2a38", "name: face, uuid: 2a38",
                "p.yaml:8:16: transport.bluetooth.characteristics[1].name: expected a name that cannot be taken for bytes, found 'face'"
            ),
        ])
    func everyMistakeHasItsPlace(_ right: String, _ wrong: String, _ message: String) {
        #expect(mistakes(packetProfileText).isEmpty)
        #expect(packetProfileText.contains(right))
        let found = mistakes(packetProfileText.replacing(right, with: wrong))
        #expect(found.contains(message), "\(found)")
    }

    @Test func packetsNeedABluetoothDevice() throws {
        let text = """
            name: p
            version: 1
            title: P
            transport: {serial: {baud: 9600}}
            framing: {packets: {records: []}}
            streams: []
            """
        #expect(
            mistakes(text).contains(
                "p.yaml:5:20: framing.packets: expected only with the transport bluetooth, which gives whole packets"
            ))
    }

    static let profiles = [
        "heart-rate", "pulse-oximeter", "nonin-3150", "thermometer", "environmental-sensing",
    ]

    @Test(arguments: profiles)
    func randomPacketsNeverTrap(_ name: String) throws {
        try runRandomPackets(try shipped(name), seed: 3)
    }

    @Test func randomPacketsNeverTrapOnAnyField() throws {
        try runRandomPackets(try DeviceProfile.read(packetProfileText, file: "p"), seed: 4)
    }

    /// Packets at random, with saves, interruptions and settings among them.
    private func runRandomPackets(_ profile: DeviceProfile, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        var samples = 0
        for turn in 0..<30_000 {
            var packet = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // Few flags lead deeper than many do.
            if !packet.isEmpty, Bool.random(using: &generator) { packet[0] &= 0x13 }
            // Nonin's packets begin with their length.
            if packet.count == 10 { packet[0] = 10 }
            decoder.decode(
                packet: packet, from: Int.random(in: -1...8, using: &generator), into: &output)
            switch turn % 97 {
            case 0: decoder.interrupt()
            case 1: decoder.finish(into: &output)
            case 2: decoder.configure(packet)
            case 3: decoder.decode(packet, into: &output)
            case 4:
                var writer = StateWriter()
                decoder.save(into: &writer)
                var bytes = writer.bytes
                var reader = StateReader(bytes)
                decoder = profile.makeDecoder()
                try decoder.restore(from: &reader)
                #expect(reader.isAtEnd)
                // A damaged state is refused or harmless.
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 0xFF
                var other = profile.makeDecoder()
                var damaged = StateReader(bytes)
                do {
                    try other.restore(from: &damaged)
                    other.decode(packet: packet, from: 0, into: &output)
                } catch {}
            default: break
            }
            #expect(output.streams.allSatisfy { $0.isEven })
            #expect(output.streams.allSatisfy { $0.ages.isEmpty || $0.ages.count == $0.count })
            #expect(output.streams.allSatisfy { $0.ages.allSatisfy { $0 >= 0 } })
            samples += output.streams.map(\.count).reduce(0, +)
            if turn % 5 == 0 { output.removeAll() }
        }
        #expect(samples > 0)
    }

    @Test func aSavedDecoderGoesOnWithTheNextPacket() throws {
        let profile = try shipped("nonin-3150")
        var values = ReadValues()
        values.add([1], of: 1)
        let packets = [1, 2, 5, 6, 9].map { hex("0A 14 1E 0258 000\($0) 62 0048") }
        func run(savedAt split: Int?) throws -> DecodedOutput {
            var decoder = profile.makeDecoder()
            decoder.configure(values.bytes)
            var output = DecodedOutput(profile)
            for index in 0...packets.count {
                if index == split {
                    var writer = StateWriter()
                    decoder.save(into: &writer)
                    decoder = profile.makeDecoder()
                    var reader = StateReader(writer.bytes)
                    try decoder.restore(from: &reader)
                }
                if index < packets.count {
                    decoder.decode(packet: packets[index], from: 0, into: &output)
                }
            }
            return output
        }
        let whole = try run(savedAt: nil)
        #expect(whole.streams[0].breaks.map(\.missing) == [2, 2])
        for split in 0...packets.count { #expect(same(try run(savedAt: split), whole)) }
    }
}
