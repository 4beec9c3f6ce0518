import DeviceProfiles
import TestSupport
import Testing
import Timebase

@Suite struct PolarTests {
    @Test func theKnownDeltaFrame() throws {
        // The reference, then one difference in 10 bits for each axis.
        var reader = try PolarReader("polar-h10")
        reader.take(
            polarPacket(2, time: 1000, frame: 0x81, hex("71 07 F0 6A 9E 8D 0A 01 BE 5C BE BA")))
        let stream = reader.output.streams[1]
        #expect(reader.output.faults.isEmpty)
        #expect(stream.integers(0) == [1905, 1905 + 190])
        #expect(stream.integers(1) == [27376, 27376 - 105])
        #expect(stream.integers(2) == [-29282, -29282 - 85])
        #expect(stream.deviceTimes == [DeviceTime(offset: 1, nanoseconds: 1000)])
        // As many differences as the frame of the description says need as many bytes.
        reader.take(
            polarPacket(2, time: 2000, frame: 0x81, hex("71 07 F0 6A 9E 8D 0A 38 BE 5C BE BA")))
        #expect(reader.output.faults.map(\.cause) == [.unparsable])
        #expect(reader.output.streams[1].count == 2)
    }

    @Test func rawFramesOfAllSizes() throws {
        var reader = try PolarReader("polar-h10")
        reader.take(ecgPacket([0, 1, -1, 8_388_607, -8_388_608, 1500], time: 5))
        #expect(
            reader.output.streams[0].integers(0) == [0, 1, -1, 8_388_607, -8_388_608, 1500])
        for (type, bytes) in [(UInt8(0), 1), (1, 2), (2, 3)] {
            var reader = try PolarReader("polar-h10")
            let most = (1 << (8 * bytes - 1)) - 1
            let samples = [[1, -2, 3], [most, -most - 1, 0]]
            reader.take(
                polarPacket(
                    2, time: 7, frame: type, samples.joined().flatMap { little($0, bytes: bytes) }))
            #expect(
                (0..<3).map { reader.output.streams[1].integers($0) }
                    == (0..<3).map { axis in samples.map { Int64($0[axis]) } })
        }
    }

    @Test func opticalPulse() throws {
        var reader = try PolarReader("polar-verity-sense")
        let samples = [[100_000, -200_000, 300_000, 5], [100_100, -199_000, 299_999, -5]]
        reader.take(
            polarPacket(
                1, time: 7, frame: 0, samples.joined().flatMap { little($0, bytes: 3) }))
        reader.take(
            polarPacket(
                1, time: 36_363_636 + 7, frame: 0x80,
                compressedContent(samples, referenceBytes: 3, block: 9)))
        #expect(reader.output.faults.isEmpty && reader.output.streams[0].breaks.isEmpty)
        for channel in 0..<4 {
            #expect(
                reader.output.streams[0].integers(channel)
                    == (samples + samples).map { Int64($0[channel]) })
        }
    }

    @Test func compressedFramesRoundTrip() throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<200 {
            let size = 1 << Int.random(in: 1...14, using: &generator)
            var values = [0, 0, 0]
            let samples = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                values = values.map {
                    min(max($0 + Int.random(in: -size...size, using: &generator), -32768), 32767)
                }
                return values
            }
            var reader = try PolarReader("polar-h10")
            let block = Int.random(in: 1...60, using: &generator)
            reader.take(
                polarPacket(
                    2, time: 9, frame: 0x81,
                    compressedContent(samples, referenceBytes: 2, block: block)))
            #expect(reader.output.faults.isEmpty, "round \(round)")
            for axis in 0..<3 {
                #expect(
                    reader.output.streams[1].integers(axis) == samples.map { Int64($0[axis]) },
                    "round \(round)")
            }
        }
    }

    @Test func theFactorOfTheStartReplyCounts() throws {
        // Acceleration of type 0 is in g: 0.000244140625 g a count are 0.244… mg.
        var reader = try PolarReader("polar-verity-sense")
        let factor = Float(1.0 / 4096).bitPattern
        reader.decoder.configure(
            [1, 2, 52, 0, 16] + (0..<4).map { UInt8(truncatingIfNeeded: factor >> (8 * $0)) })
        let content = compressedContent(
            [[4096, 0, -2048], [4097, 1, -2048]], referenceBytes: 2, block: 5)
        reader.take(polarPacket(2, time: 9, frame: 0x80, content))
        reader.take(polarPacket(2, time: 9 + 38_461_538, frame: 0x81, content))
        #expect(reader.output.streams[1].reals(0).prefix(2) == [1000, 4097.0 / 4.096])
        #expect(reader.output.streams[1].reals(2).prefix(2) == [-500, -500])
        #expect(reader.output.streams[1].reals(0).suffix(2) == [1, 4097.0 / 4096])
        let channel = reader.profile.streams[1].channels[0]
        #expect(channel.unit == "g" && channel.physical(1000) == 1)
        // Settings that make no sense change nothing.
        for senseless in [
            [], [1, 2], [9, 2, 52, 0, 16, 0, 0, 0, 0], [1, 2, 52, 0, 16, 0, 0, 192, 127],
        ]
            as [[UInt8]]
        {
            reader.decoder.configure(senseless)
        }
        reader.output.removeAll()
        reader.take(polarPacket(2, time: 9 + 2 * 38_461_538, frame: 0x81, content))
        #expect(reader.output.streams[1].reals(2) == [-2048, -2048])
    }

    /// Nanoseconds of so many samples at 130.061 Hz, which one unit gave for 130.
    private func ecgTime(_ sample: Int) -> UInt64 {
        1_000_000_000 + UInt64(Double(sample) * 1e9 / 130.061)
    }

    @Test func lostPacketsAreCountedExactly() throws {
        var reader = try PolarReader("polar-h10", options: ProfileOptions(channels: ["ecg"]))
        #expect(reader.profile.streams.map(\.name) == ["ecg"])
        var expected: [CounterBreak] = []
        var stored = 0
        var previous = -1
        for packet in 0..<200 {
            // One, two and five packets in a row get lost.
            if [10, 50, 51, 120, 121, 122, 123, 124].contains(packet) { continue }
            if packet - previous > 1 {
                expected.append(
                    CounterBreak(
                        beforeOffset: stored, missing: Int64(73 * (packet - previous - 1))))
            }
            let values = (0..<73).map { packet * 73 + $0 }
            reader.take(ecgPacket(values, time: ecgTime(packet * 73 + 72)))
            stored += 73
            previous = packet
        }
        #expect(reader.output.streams[0].breaks == expected)
        #expect(reader.output.streams[0].count == stored)
        #expect(reader.output.faults.isEmpty)
        #expect(reader.output.streams[0].deviceTimes.count == 192)
        #expect(reader.output.streams[0].deviceTimes[0].offset == 72)
        #expect(
            reader.output.streams[0].deviceTimes[1].nanoseconds == Int64(ecgTime(73 + 72)))
    }

    @Test func aClockThatWasSetIsTold() throws {
        var reader = try PolarReader("polar-h10", options: ProfileOptions(channels: ["ecg"]))
        let since2019 = UInt64(599_616_000_000_000_000)
        let values = [Int](repeating: 1, count: 73)
        reader.take(ecgPacket(values, time: since2019 + 200_000_000_000_000_000))
        reader.take(ecgPacket(values, time: since2019))
        reader.take(ecgPacket(values, time: since2019 + 73 * 7_692_308))
        // Forward by years, and by a time that no loss explains since it is too short.
        reader.take(ecgPacket(values, time: since2019 + 200_000_000_000_000_000))
        reader.take(ecgPacket(values, time: since2019 + 200_000_000_000_000_001))
        #expect(
            reader.output.streams[0].breaks
                == [73, 219, 292].map { CounterBreak(beforeOffset: $0, missing: 0) })
        #expect(
            reader.output.faults
                == [73, 219, 292].map {
                    DecodeFault(cause: .clockReset, bytes: 0, stream: 0, beforeOffset: $0)
                })
    }

    @Test func anInterruptionIsABreakWithWhatTheClockShows() throws {
        var reader = try PolarReader("polar-h10", options: ProfileOptions(channels: ["ecg"]))
        let values = [Int](repeating: 1, count: 65)
        reader.take(ecgPacket(values, time: 500_000_000))
        reader.decoder.interrupt()
        // Ten seconds: 1300 samples, of which 65 have come.
        reader.take(ecgPacket(values, time: 10_500_000_000))
        reader.decoder.interrupt()
        reader.take(ecgPacket(values, time: 11_000_000_000))
        #expect(
            reader.output.streams[0].breaks == [
                CounterBreak(beforeOffset: 65, missing: 1235),
                CounterBreak(beforeOffset: 130, missing: 0),
            ])
    }

    @Test func intervalsHaveAgesAndFlags() throws {
        var reader = try PolarReader("polar-verity-sense")
        func sample(_ rate: UInt8, _ interval: Int, _ error: Int, _ flags: UInt8) -> [UInt8] {
            [rate] + little(interval, bytes: 2) + little(error, bytes: 2) + [flags]
        }
        // Without contact while none was ever told: it says nothing.
        reader.take(polarPacket(3, time: 0, frame: 0, sample(60, 1000, 10, 4)))
        reader.take(
            polarPacket(
                3, time: 0, frame: 0,
                sample(61, 980, 11, 6) + sample(62, 960, 12, 7) + sample(0, 940, 13, 4)))
        let stream = reader.output.streams[2]
        #expect(stream.integers(0) == [1000, 980, 960, 940])
        #expect(stream.integers(1) == [10, 11, 12, 13])
        #expect(stream.integers(2) == [60, 61, 62, 0])
        #expect(stream.ages == [0, 1_900_000_000, 940_000_000, 0])
        #expect(stream.deviceTimes.isEmpty && stream.breaks.isEmpty)
        #expect(
            reader.output.faults == [
                DecodeFault(cause: .invalid, bytes: 6, stream: 2, beforeOffset: 2),
                DecodeFault(cause: .noContact, bytes: 6, stream: 2, beforeOffset: 3),
            ])
    }

    @Test func whatConcernsOthersIsPassedOver() throws {
        var reader = try PolarReader("polar-h10", options: ProfileOptions(channels: ["ecg"]))
        reader.take(polarPacket(2, time: 1, frame: 1, [1, 0, 2, 0, 3, 0]))
        reader.decoder.decode(
            packet: hex("F0 02 00 00 00"), from: reader.control, into: &reader.output)
        reader.decoder.decode(packet: [0x55], from: 9, into: &reader.output)
        #expect(reader.output.faults.isEmpty && reader.output.streams[0].count == 0)
        // But a stream that stopped by itself is told, and packets that are none.
        reader.decoder.decode(packet: [1, 2, 0], from: reader.control, into: &reader.output)
        #expect(
            reader.output.faults == [
                DecodeFault(cause: .stopped, bytes: 1, stream: 0, beforeOffset: 0)
            ])
        let wrong = [
            [0x00], [0x0E] + [UInt8](repeating: 0, count: 12), ecgPacket([], time: 3),
            ecgPacket([1], time: 3) + [9], polarPacket(0, time: 1 << 63, frame: 0, [1, 2, 3]),
            polarPacket(0, time: 3, frame: 9, [1, 2, 3]),
            polarPacket(
                0, time: 3, frame: 0x80, [1, 2, 3, 33, 1] + [UInt8](repeating: 0, count: 9)),
            polarPacket(0, time: 3, frame: 0x80, [1, 2, 3, 8]),
        ]
        for packet in wrong { reader.take(packet) }
        #expect(reader.output.faults.dropFirst().map(\.cause) == wrong.map { _ in .unparsable })
        #expect(reader.output.streams[0].count == 0)
    }

    @Test func aSavedDecoderGoesOnWhereItWas() throws {
        let packets = (0..<12).filter { $0 != 5 }.map { index in
            ecgPacket((0..<73).map { $0 * index }, time: ecgTime(index * 73 + 72))
        }
        var whole = try PolarReader("polar-h10")
        for packet in packets { whole.take(packet) }
        #expect(whole.output.streams[0].breaks.map(\.missing) == [73])
        for split in 0...packets.count {
            var reader = try PolarReader("polar-h10")
            for packet in packets[..<split] { reader.take(packet) }
            var writer = StateWriter()
            reader.decoder.save(into: &writer)
            reader.decoder = reader.profile.makeDecoder()
            var state = StateReader(writer.bytes)
            try reader.decoder.restore(from: &state)
            #expect(state.isAtEnd)
            for packet in packets[split...] { reader.take(packet) }
            #expect(same(reader.output, whole.output), "saved at \(split)")
        }
    }

    @Test(arguments: ["polar-h10", "polar-verity-sense", "polar-oh1"])
    func randomPacketsNeverTrap(_ name: String) throws {
        var generator = SeededGenerator(seed: 8)
        var reader = try PolarReader(name)
        for round in 0..<20_000 {
            var packet = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if round % 2 == 0, packet.count > 9 {
                packet[0] = UInt8.random(in: 0...6, using: &generator)
                packet[8] &= 0x7F
                packet[9] = [0, 1, 2, 0x80, 0x81][round / 2 % 5]
                if packet.count > 24 {
                    packet[22] &= 15
                    packet[23] &= 3
                }
            }
            reader.decoder.decode(
                packet: packet, from: Int.random(in: 0...2, using: &generator),
                into: &reader.output)
            if round % 97 == 0 { reader.decoder.interrupt() }
            if round % 101 == 0 { reader.decoder.configure(packet) }
            #expect(reader.output.streams.allSatisfy { $0.isEven })
            reader.output.removeAll()
        }
    }
}
