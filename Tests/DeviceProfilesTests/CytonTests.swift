import DeviceProfiles
import TestSupport
import Testing
import Timebase

/// A Cyton's packet, written from the protocol's description.
func cytonPacket(_ number: Int, _ channels: [Int], rest: [UInt8], kind: UInt8) -> [UInt8] {
    [0xA0, UInt8(number & 0xFF)] + channels.flatMap { little($0, bytes: 3).reversed() } + rest
        + [kind]
}

func cytonValue(_ index: Int, channel: Int) -> Int {
    (index * 7919 + channel * 104_729) % 8_388_607 - 4_000_000
}

/// So many packets with values that tell their index; every tenth has an acceleration.
func cytonPackets(_ range: Range<Int>) -> [UInt8] {
    range.flatMap { index in
        cytonPacket(
            index, (0..<8).map { cytonValue(index, channel: $0) },
            rest: index % 10 == 0
                ? little(index, bytes: 2).reversed() + little(-index - 1, bytes: 2).reversed() + [
                    0x1F, 0x40,
                ] : [0, 0, 0, 0, 0, 0], kind: 0xC0)
    }
}

@Suite struct CytonTests {
    private func values(_ range: Range<Int>, _ channel: Int) -> [Int64] {
        range.map { Int64(cytonValue($0, channel: channel)) }
    }

    @Test func knownScale() throws {
        let profile = try shipped("openbci-cyton")
        let channel = profile.streams[0].channels[0]
        #expect(channel.unit == "µV" && channel.bits == 24)
        #expect(abs(channel.physical(1) - 0.022352) < 5e-7)
        #expect(abs(profile.streams[1].channels[2].physical(8000) - 1) < 1e-12)
        let other = try profile.applying(options: ProfileOptions(parameters: ["gain": 12]))
        #expect(abs(other.streams[0].channels[0].physical(1) - 0.044703) < 5e-7)
        #expect(throws: OptionError.self) {
            try profile.applying(options: ProfileOptions(parameters: ["gain": 7]))
        }
    }

    @Test func channelsAndAcceleration() throws {
        let profile = try shipped("openbci-cyton")
        let output = decode(cytonPackets(0..<600), profile)
        for channel in 0..<8 {
            #expect(output.streams[0].integers(channel) == values(0..<600, channel))
        }
        #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
        #expect(output.streams[0].deviceTimes.isEmpty)
        let moments = stride(from: 0, to: 600, by: 10)
        #expect(output.streams[1].integers(0) == moments.map { Int64($0) })
        #expect(output.streams[1].integers(1) == moments.map { Int64(-$0 - 1) })
        #expect(output.streams[1].integers(2) == moments.map { _ in 8000 })
        let extremes = [-8_388_608, 8_388_607, -1, 0, 1, 2, 3, 4]
        let edge = decode(
            (0..<3).flatMap {
                cytonPacket($0, extremes, rest: [UInt8](repeating: 0, count: 6), kind: 0xC1)
            },
            profile)
        #expect((0..<8).map { edge.streams[0].integers($0)[0] } == extremes.map { Int64($0) })
    }

    @Test func someChannelsAlone() throws {
        let profile = try shipped("openbci-cyton").applying(
            options: ProfileOptions(channels: ["ch3", "ch8"]))
        #expect(profile.streams.map(\.name) == ["cyton"])
        let output = decode(cytonPackets(0..<20), profile)
        #expect(output.streams[0].integers(0) == values(0..<20, 2))
        #expect(output.streams[0].integers(1) == values(0..<20, 7))
    }

    @Test func lossesAreCountedModulo256() throws {
        let profile = try shipped("openbci-cyton")
        let bytes =
            cytonPackets(0..<20) + cytonPackets(21..<300) + cytonPackets(555..<600)
            + cytonPackets(900..<950)
        let output = decode(bytes, profile, isEnd: true)
        #expect(output.streams[0].count == 20 + 279 + 45 + 50)
        #expect(
            output.streams[0].breaks == [
                CounterBreak(beforeOffset: 20, missing: 1),
                CounterBreak(beforeOffset: 299, missing: 255),
                CounterBreak(beforeOffset: 344, missing: 300 - 256),
            ])
        #expect(output.streams[1].breaks.isEmpty && output.faults.isEmpty)
        #expect(profile.streams[0].counterModulus == 256)
    }

    @Test func timesAndAccelerationByteByByte() throws {
        let profile = try shipped("openbci-cyton").applying(
            options: ProfileOptions(parameters: ["timestamps": 1]))
        // The clock of 32 bits wraps after the fifth packet.
        let start = Int(UInt32.max) - 18
        let codes = Array("XxYyZz".utf8)
        let sample: [UInt8] = [0x12, 0x34, 0xFF, 0xFE, 0x80, 0x00]
        var bytes: [UInt8] = []
        for index in 0..<40 {
            let place = index % 10
            let pair: [UInt8] = place < 6 ? [codes[place], sample[place]] : [0, 0]
            let time = Array(little(start + 4 * index, bytes: 4).reversed())
            bytes += cytonPacket(
                index, [1, 2, 3, 4, 5, 6, 7, 8], rest: pair + time, kind: index == 0 ? 0xC3 : 0xC4)
        }
        // The middle of the third sample of the accelerometer is lost.
        bytes.removeSubrange(23 * 33..<24 * 33)
        let output = decode(bytes, profile, isEnd: true)
        #expect(output.streams[0].count == 39)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 23, missing: 1)])
        #expect(output.streams[0].deviceTimes.map(\.offset) == Array(0..<39))
        #expect(
            output.streams[0].deviceTimes.map(\.nanoseconds)
                == (0..<40).filter { $0 != 23 }.map { Int64(start + 4 * $0) * 1_000_000 })
        #expect(output.streams[1].integers(0) == [0x1234, 0x1234, 0x1234])
        #expect(output.streams[1].integers(1) == [-2, -2, -2])
        #expect(output.streams[1].integers(2) == [-32768, -32768, -32768])
        #expect(output.faults.isEmpty)
        // A board that started anew counts from 0 again.
        let again =
            bytes.prefix(33 * 5)
            + (5..<9).flatMap {
                cytonPacket(
                    $0, [1, 2, 3, 4, 5, 6, 7, 8], rest: [0, 0, 0, 0, 0, UInt8($0)], kind: 0xC6)
            }
        let reset = decode(
            cytonPackets(0..<1) + again.dropFirst(33), profile.self, isEnd: true)
        #expect(reset.streams[0].deviceTimes.last?.nanoseconds == Int64(8 + (1 << 32)) * 1_000_000)
    }

    @Test func aClockThatStartsAnewIsTold() throws {
        let profile = try shipped("openbci-cyton")
        let bytes = (0..<10).flatMap {
            cytonPacket(
                $0, [Int](repeating: 0, count: 8),
                rest: [0, 0] + little(($0 < 5 ? 1_000_000 : 0) + $0, bytes: 4).reversed(),
                kind: 0xC5)
        }
        let output = decode(bytes, profile)
        #expect(
            output.faults == [
                DecodeFault(cause: .clockReset, bytes: 0, stream: 0, beforeOffset: 5)
            ])
        #expect(output.streams[0].deviceTimes.last?.nanoseconds == 9_000_000)
    }

    @Test(arguments: [[UInt8]](arrayLiteral: [0xA0], [0xC0], Array(0...255), [0xA0, 0xA0, 0xA0]))
    func garbageBetweenPackets(_ garbage: [UInt8]) throws {
        let profile = try shipped("openbci-cyton")
        let output = decode(
            garbage + cytonPackets(0..<40) + garbage + cytonPackets(43..<90), profile, isEnd: true)
        #expect(output.streams[0].integers(5) == values(0..<40, 5) + values(43..<90, 5))
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 40, missing: 3)])
        #expect(output.faults.map(\.bytes).reduce(0, +) == 2 * garbage.count)
    }

    @Test func noiseGivesNoPackets() throws {
        let profile = try shipped("openbci-cyton")
        var generator = SeededGenerator(seed: 11)
        let noise = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(decode(noise, profile).streams[0].count == 0)
    }
}

@Suite struct CytonConversationTests {
    private static let greeting =
        "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nLIS3DH Device ID: 0x33\n"
        + "Firmware: v3.1.1\n$$$"

    private func says(_ text: String) -> Interview.Answer { .says(Array(text.utf8)) }

    private func answer(_ command: [UInt8]) -> Interview.Answer {
        switch String(decoding: command, as: UTF8.self) {
        case "v": says(Self.greeting)
        case "d": says("updating channel settings to default$$$")
        case "<": says("Time stamp ON$$$")
        case let text where text.hasPrefix("x"): says("Success: Channel set for \(text)$$$")
        default: .nothing
        }
    }

    private func text(_ interview: Interview) -> [String] {
        interview.written.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func theDescribedCommandsAreSent() throws {
        let profile = try shipped("openbci-cyton")
        let interview = Interview(profile.startConversation()) { answer($0) }
        #expect(interview.failure == nil)
        #expect(text(interview) == ["s", "v", "d", "b"])
        let gained = try profile.applying(
            options: ProfileOptions(parameters: ["gain": 6, "timestamps": 1]))
        let changed = Interview(gained.startConversation()) { answer($0) }
        #expect(
            text(changed)
                == ["s", "v", "d"] + (1...8).map { "x\($0)030110X" } + ["<", "b"])
        // Old firmware says nothing to a channel's settings.
        let old = Interview(gained.startConversation()) { $0.first == 120 ? .nothing : answer($0) }
        #expect(old.failure == nil && old.written.count == 13)
    }

    @Test func aBoardThatStillSendsAndOneWithSixteenChannels() throws {
        let profile = try shipped("openbci-cyton")
        let interview = Interview(
            profile.startConversation(), waiting: [(cytonPackets(0..<100), 0)]
        ) { command in
            command == [118]
                ? says("OpenBCI V3 8-16 channel\nOn Daisy ADS1299 Device ID: 0x3E\n$$$")
                : answer(command)
        }
        #expect(text(interview) == ["s", "v", "c", "d", "b"])
    }

    @Test func answersComeInAnyPieces() throws {
        let profile = try shipped("openbci-cyton")
        let interview = Interview(profile.startConversation()) { command in
            guard command == [118] else { return answer(command) }
            return .sends(Self.greeting.utf8.map { ([$0], 0) })
        }
        #expect(text(interview) == ["s", "v", "d", "b"])
    }

    @Test func whatIsWrongIsTold() throws {
        let profile = try shipped("openbci-cyton")
        let silent = Interview(profile.startConversation()) { _ in .nothing }
        #expect(silent.failure?.contains("switched on") == true)
        let off = Interview(profile.startConversation()) { _ in
            says("Failure: Communications timeout - Device failed to poll Host$$$")
        }
        #expect(off.failure == nil || off.failure?.contains("radio channel") == true)
        let other = Interview(profile.startConversation()) {
            $0 == [118] ? says("Hello$$$") : .nothing
        }
        #expect(other.failure?.contains("does not say that it is a Cyton") == true)
        let talkative = Interview(
            profile.startConversation(),
            waiting: []
        ) { command in
            command == [118]
                ? .sends((0..<20).map { _ in ([UInt8](repeating: 65, count: 1000), 0) }) : .nothing
        }
        #expect(talkative.failure?.contains("without end") == true)
        let refusing = Interview(profile.startConversation()) { _ in .refuses("gone") }
        #expect(refusing.failure == "gone")
    }

    @Test func theEndStops() throws {
        let interview = Interview(try shipped("openbci-cyton").stopConversation()) { _ in .nothing }
        #expect(text(interview) == ["s"])
    }
}
