import DeviceProfiles
import TestSupport
import Testing
import Timebase

@Suite struct BITalinoTests {
    @Test(
        arguments: [
            ([512], [0x00, 0xA8, 0x5D]),
            ([512, 300], [0x2C, 0x01, 0xA8, 0x57]),
            ([1, 2, 3], [0xC0, 0x00, 0x02, 0x04, 0xA0, 0x5A]),
            ([1023, 512, 256, 128, 33, 63], [0x7F, 0x08, 0x08, 0x40, 0x00, 0xFE, 0xAF, 0x58]),
        ] as [([Int64], [UInt8])])
    func knownFrames(_ values: [Int64], _ frame: [UInt8]) throws {
        let ports = (1...values.count).map { "A\($0)" }
        let profile = try bitalinoProfile(ports + ["I1", "I2", "O1", "O2", "digital"])
        let output = decode(frame, profile, isEnd: true)
        let stream = output.streams[0]
        #expect(stream.count == 1)
        #expect(values.indices.map { stream.integers($0) } == values.map { [$0] })
        let lines = (values.count..<values.count + 5).map { stream.integers($0) }
        #expect(lines == [[1], [0], [1], [0], [10]])
        #expect(output.faults.isEmpty)
        #expect(bitalinoFrame(values.map(Int.init), digital: 10, sequence: 5) == frame)
    }

    @Test(arguments: 1...6)
    func everyNumberOfChannels(_ channels: Int) throws {
        let profile = try bitalinoProfile((1...channels).map { "A\($0)" })
        let output = decode(bitalinoFrames(0..<100, channels: channels), profile)
        #expect(output.streams[0].count == 100)
        for channel in 0..<channels {
            #expect(
                output.streams[0].integers(channel) == bitalinoValues(0..<100, channel: channel))
        }
        #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
    }

    @Test func commandsAndBitsFollowTheChosenPorts() throws {
        guard case .bitalino(let framing) = try bitalinoProfile(["A1", "A6"]).framing else {
            Issue.record("not BITalino's framing")
            return
        }
        #expect(framing.frameLength == 4)
        #expect(framing.bits(ofPort: 6) == 10)
        #expect(framing.mask == 0b100001)
        #expect(framing.command("start") == [0b1000_0101])
        #expect(framing.command("rate") == [0xC3])
    }

    @Test func conversions() throws {
        let profile = try bitalinoProfile(["A2", "A3"])
        let ecg = profile.streams[0].channels[0]
        let eda = profile.streams[0].channels[1]
        #expect(ecg.name == "ecg" && eda.name == "eda")
        #expect(abs(ecg.physical(512)) < 1e-12)
        #expect(abs(ecg.physical(1023) - ((1023.0 / 1024 - 0.5) * 3.3 / 1100) * 1000) < 1e-12)
        #expect(abs(eda.physical(300) - (300.0 / 1024 * 3.3) / 0.132) < 1e-9)
        let older = try DeviceProfile.load(path: profileDirectory + "/bitalino.yaml")
            .applying(options: ProfileOptions(sensors: ["A3": "eda-older"]))
        #expect(
            abs(older.streams[0].channels[1].physical(300) - 1 / (1 - 300.0 / 1024)) < 1e-9)
        // The sixth place in the frame has six bits.
        let six = try DeviceProfile.load(path: profileDirectory + "/bitalino.yaml").applying(
            options: ProfileOptions(
                channels: ["A1", "A2", "A3", "A4", "A5", "A6"], sensors: ["A6": "eda"]))
        #expect(abs(six.streams[0].channels[5].physical(32) - 12.5) < 1e-9)
    }

    @Test func aLostFrameIsABreak() throws {
        let profile = try bitalinoProfile()
        let bytes = bitalinoFrames(0..<20) + bitalinoFrames(23..<40)
        let output = decode(bytes, profile)
        #expect(output.streams[0].count == 37)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 20, missing: 3)])
        #expect(output.faults.isEmpty)
    }

    @Test func aDamagedFrameIsABreakAndAFault() throws {
        let profile = try bitalinoProfile()
        var bytes = bitalinoFrames(0..<40)
        bytes[20 * 4 + 1] ^= 0x10
        let output = decode(bytes, profile)
        #expect(output.streams[0].count == 39)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 20, missing: 1)])
        #expect(
            output.faults == [
                DecodeFault(cause: .checksum, bytes: 4, stream: 0, beforeOffset: 20)
            ])
        let values = bitalinoValues(0..<20, channel: 1) + bitalinoValues(21..<40, channel: 1)
        #expect(output.streams[0].integers(1) == values)
    }

    @Test func manyLossesCloseTogetherLoseNothingElse() throws {
        // A frame in five is lost: starts are believed in spite of jumps among them.
        let profile = try bitalinoProfile()
        let kept = (0..<500).filter { $0 % 5 != 3 }
        let bytes = kept.flatMap { bitalinoFrames($0..<$0 + 1) }
        let output = decode(bytes, profile, isEnd: true)
        #expect(output.streams[0].count == kept.count)
        #expect(output.streams[0].breaks.count == 100)
        #expect(output.streams[0].breaks.allSatisfy { $0.missing == 1 })
        #expect(output.faults.isEmpty)
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 1), Array(0...255), [0x2C, 0x01, 0xA8]])
    func garbageBetweenFrames(_ garbage: [UInt8]) throws {
        let profile = try bitalinoProfile()
        let output = decode(
            garbage + bitalinoFrames(0..<50) + garbage + bitalinoFrames(53..<90), profile)
        #expect(output.streams[0].count == 87)
        #expect(output.streams[0].integers(0).prefix(50) == bitalinoValues(0..<50, channel: 0)[...])
        #expect(
            output.streams[0].integers(0).suffix(37) == bitalinoValues(53..<90, channel: 0)[...])
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 50, missing: 3)])
        #expect(output.faults.map(\.bytes).reduce(0, +) == 2 * garbage.count)
    }

    @Test func aLostByteCostsOneFrame() throws {
        let profile = try bitalinoProfile(["A1", "A2", "A3", "A4", "A5", "A6"])
        for lost in 0..<8 {
            var bytes = bitalinoFrames(0..<40, channels: 6)
            bytes.remove(at: 20 * 8 + lost)
            let output = decode(bytes, profile)
            #expect(output.streams[0].count == 39)
            #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 20, missing: 1)])
            #expect(output.faults.map(\.bytes) == [7])
        }
    }

    @Test func zerosAreNoFrames() throws {
        let profile = try bitalinoProfile()
        let output = decode([UInt8](repeating: 0, count: 20_000), profile)
        #expect(output.streams[0].count == 0)
        #expect(output.faults.map(\.bytes).reduce(0, +) > 15_000)
    }

    @Test func noiseGivesNoFrames() throws {
        let profile = try bitalinoProfile()
        var generator = SeededGenerator(seed: 11)
        let noise = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let output = decode(noise, profile)
        #expect(output.streams[0].count == 0)
        #expect(output.streams[0].isEven)
    }

    @Test func bytesLostByTheRingAreABreakModuloSixteen() throws {
        let profile = try bitalinoProfile()
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode(bitalinoFrames(0..<20) + bitalinoFrames(20..<21).prefix(2), into: &output)
        decoder.interrupt()
        decoder.decode(bitalinoFrames(27..<28).suffix(1) + bitalinoFrames(28..<40), into: &output)
        #expect(output.streams[0].count == 32)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 20, missing: 8)])
        // Sixteen frames lost: the counter shows nothing, the break is told all the same.
        decoder.interrupt()
        output.removeAll()
        decoder.decode(bitalinoFrames(56..<60), into: &output)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 0, missing: 0)])
    }

    /// A full ring says how many bytes it had no room for: with the frames' numbers that tells how many frames are
    /// missing, whole turns of the number included, wherever the loss begins and ends, and in how many pieces.
    @Test(arguments: [1, 2, 6])
    func countedBytesTellWholeTurns(_ channels: Int) throws {
        let profile = try bitalinoProfile((1...channels).map { "A\($0)" })
        let bytes = bitalinoFrames(0..<400, channels: channels)
        let length = bytes.count / 400
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<500 {
            let begin = Int.random(in: 20 * length..<150 * length, using: &generator)
            let middle = Int.random(in: begin + 1..<250 * length, using: &generator)
            let end = Int.random(in: middle..<380 * length, using: &generator)
            var decoder = profile.makeDecoder()
            var output = DecodedOutput(profile)
            decoder.decode(Array(bytes[..<begin]), into: &output)
            decoder.finish(into: &output)
            let before = output.streams[0].count
            decoder.interrupt(lost: Int64(middle - begin))
            if middle < end { decoder.interrupt(lost: Int64(end - middle)) }
            // A saved state goes on from here as this one does.
            var restored = profile.makeDecoder()
            var writer = StateWriter()
            decoder.save(into: &writer)
            var reader = StateReader(writer.bytes)
            try restored.restore(from: &reader)
            restored.decode(Array(bytes[end...]), into: &output)
            let missing = Int64(400 - output.streams[0].count)
            #expect(before == begin / length)
            #expect(
                output.streams[0].breaks
                    == [CounterBreak(beforeOffset: before, missing: missing, isWhole: true)])
        }
    }

    /// Something else was lost there as well, or came from elsewhere: only the frames' own numbers count.
    @Test func aWrongCountOfBytesIsNotBelieved() throws {
        let profile = try bitalinoProfile()
        let bytes = bitalinoFrames(0..<200)
        for wrong: Int64? in [nil, 0, -100, 99 * 4 + 1, 98 * 4, 100 * 4, .max] {
            var decoder = profile.makeDecoder()
            var output = DecodedOutput(profile)
            decoder.decode(Array(bytes[..<(50 * 4)]), into: &output)
            decoder.finish(into: &output)
            decoder.interrupt(lost: wrong)
            decoder.decode(Array(bytes[(149 * 4)...]), into: &output)
            #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 50, missing: 99 % 16)])
        }
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode(Array(bytes[..<(50 * 4)]), into: &output)
        decoder.finish(into: &output)
        decoder.interrupt(lost: 99 * 4)
        decoder.interrupt()
        decoder.decode(Array(bytes[(149 * 4)...]), into: &output)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 50, missing: 99 % 16)])
    }

    /// Nobody was reading, and bytes are missing or not. In step, one of 256 halves would pass for the other half
    /// of a frame: 15,000 places, and none of them gives a value that was never sent.
    @Test(arguments: [1, 2, 6])
    func halvesOfTwoFramesAreNeverOne(channels: Int) throws {
        let profile = try bitalinoProfile((1...channels).map { "A\($0)" })
        var generator = SeededGenerator(seed: 17)
        let numbers = 0..<1000
        let values = numbers.map { number in
            (0..<channels).map { $0 == 0 ? number : number * (5 + $0) & ($0 < 4 ? 1023 : 63) }
        }
        let bytes = numbers.flatMap {
            bitalinoFrame(values[$0], digital: $0 * 3 & 15, sequence: $0 & 15)
        }
        let length = bytes.count / numbers.count
        var joined = 0
        for _ in 0..<15_000 {
            let cut = Int.random(in: 10 * length..<20 * length, using: &generator)
            // Whole turns of the counter show nothing.
            var lost = Int.random(in: 0...60 * length, using: &generator)
            if lost > 0 && lost % (16 * length) == 0 { lost += 1 }
            var decoder = profile.makeDecoder()
            var output = DecodedOutput(profile)
            decoder.decode(Array(bytes[..<cut]), into: &output)
            let isTold = decoder.suspect()
            #expect(isTold)
            decoder.decode(Array(bytes[(cut + lost)...].prefix(30 * length)), into: &output)
            let found = output.streams[0].integers(0).map(Int.init)
            let isTrue = found.indices.allSatisfy { index in
                numbers.contains(found[index])
                    && (0..<channels).allSatisfy {
                        output.streams[0].integers($0)[index] == values[found[index]][$0]
                    }
            }
            let inOrder = zip(found, found.dropFirst()).allSatisfy { $0 < $1 }
            #expect(isTrue && inOrder, "cut at \(cut), \(lost) lost")
            if lost == 0 {
                joined += 1
                #expect(found == Array(0..<found.count) && output.streams[0].breaks.isEmpty)
                #expect(output.faults.isEmpty && found.count >= cut / length + 29)
            }
        }
        #expect(joined > 10)
    }

    @Test func aDoubtOutlivesARestart() throws {
        let profile = try bitalinoProfile()
        let bytes = bitalinoFrames(0..<40)
        let length = bitalinoFrames(0..<1).count
        for cut in 10 * length..<11 * length {
            var output = DecodedOutput(profile)
            var before = profile.makeDecoder()
            before.decode(Array(bytes[..<cut]), into: &output)
            let isTold = before.suspect()
            #expect(isTold)
            var writer = StateWriter()
            before.save(into: &writer)
            var decoder = profile.makeDecoder()
            var reader = StateReader(writer.bytes)
            try decoder.restore(from: &reader)
            decoder.decode(Array(bytes[cut...]), into: &output)
            #expect(output.streams[0].count == 40 && output.streams[0].breaks.isEmpty)
            // And again in the middle of it: then the half counts as lost, and nothing else does.
            output.removeAll()
            decoder = profile.makeDecoder()
            reader = StateReader(writer.bytes)
            try decoder.restore(from: &reader)
            let isTwice = decoder.suspect()
            #expect(isTwice == (cut == 10 * length))
        }
    }

    @Test func finishingGivesOutWhatWaited() throws {
        let profile = try bitalinoProfile()
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode(bitalinoFrames(0..<3), into: &output)
        #expect(output.streams[0].count == 0)
        decoder.finish(into: &output)
        #expect(output.streams[0].count == 3)
        decoder.decode(bitalinoFrames(3..<10), into: &output)
        #expect(output.streams[0].count == 10)
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 3, missing: 0)])
    }
}
