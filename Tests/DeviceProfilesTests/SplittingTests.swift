import DeviceProfiles
import TestSupport
import Testing
import Timebase

/// A profile with bytes that have everything in them: frames, losses, garbage.
struct Recording: Sendable, CustomTestStringConvertible {
    var profile: DeviceProfile
    var bytes: [UInt8]
    var testDescription: String { profile.name }

    static let all: [Recording] = {
        do {
            let madeUp = try DeviceProfile.read(frameProfileText, file: "f")
            var damaged = (0..<12).flatMap(madeUpFrame)
            damaged[80] ^= 4
            return [
                Recording(
                    profile: try bitalinoProfile(),
                    bytes: [0x11, 0x00] + bitalinoFrames(0..<20) + [0xFF] + bitalinoFrames(20..<30)
                        + bitalinoFrames(33..<50) + bitalinoFrames(50..<51).prefix(3)),
                Recording(
                    profile: try bitalinoProfile(["A1", "A2", "A3", "A4", "A5", "A6"]),
                    bytes: bitalinoFrames(7..<12, channels: 6) + [1, 2, 3]
                        + bitalinoFrames(14..<30, channels: 6)),
                Recording(profile: madeUp, bytes: damaged + [0xA5] + madeUpFrame(13)),
                Recording(
                    profile: try shipped("pulsesensor"),
                    bytes: Array(
                        ("3,4\n72,833,512\r\nrubbish\n73,820,-1\n"
                            + String(repeating: "9", count: 100) + "\n1,2,3\n4,").utf8)),
                Recording(
                    profile: try shipped("ad8232"), bytes: Array("5\n500\n!\n501\n!\n".utf8)),
                Recording(
                    profile: try shipped("bangle-js"),
                    bytes: Array(
                        ("\"stp\":1}\r\n> \u{1B}[J{\"t\":\"act\",\"stp\":3,\"hrm\":71}\r\n\n"
                            + "{\"t\":\"act\",\"stp\":3.5}\nhello\n"
                            + "{\"t\":\"accel\",\"accel\":{\"x\":1e0,\"y\":-0.5}}\n{\"t\"").utf8)),
                Recording(
                    profile: try shipped("bitalino-ble"),
                    bytes: [0x11] + bitalinoFrames(0..<20) + [0xFF] + bitalinoFrames(23..<40)),
                Recording(
                    profile: try shipped("shimmer3-gsr"),
                    bytes: [1, 2] + shimmerPackets(0..<9) + [0x8A, 0x71, 0x00]
                        + shimmerPackets(9..<14) + [0, 0, 7] + shimmerPackets(16..<25)
                        + [0xFF] + hex("02 20 00 01 FF 01 09 02 01 12 1C")
                        + (0..<9).flatMap { shimmerPacket($0 * 32, [1, 2]) }),
                Recording(
                    profile: try shipped("openbci-cyton"),
                    bytes: [0xA0] + cytonPackets(0..<12) + [0xA0, 1] + cytonPackets(14..<20)
                        + (20..<30).flatMap {
                            cytonPacket(
                                $0, [1, 2, 3, 4, 5, 6, 7, 8],
                                rest: [[88, 120, 89, 121, 90, 122][($0 - 20) % 6], 5, 0, 0, 1, 2],
                                kind: 0xC4)
                        } + cytonPackets(30..<31).prefix(20)),
                Recording(profile: try shipped("marker-port"), bytes: [0, 1, 1, 0, 255, 3]),
            ]
        } catch {
            return []
        }
    }()
}

@Suite struct SplittingTests {
    @Test func thereAreRecordings() {
        #expect(Recording.all.count == 10)
    }

    @Test(arguments: Recording.all)
    func anySplitGivesTheSame(_ recording: Recording) {
        let whole = decode(recording.bytes, recording.profile)
        #expect(whole.streams.contains { $0.count > 0 })
        for split in 0...recording.bytes.count {
            var decoder = recording.profile.makeDecoder()
            var output = DecodedOutput(recording.profile)
            decoder.decode(Array(recording.bytes[..<split]), into: &output)
            decoder.decode(Array(recording.bytes[split...]), into: &output)
            #expect(same(output, whole), "split at \(split)")
        }
        var decoder = recording.profile.makeDecoder()
        var output = DecodedOutput(recording.profile)
        for byte in recording.bytes { decoder.decode([byte], into: &output) }
        #expect(same(output, whole))
    }

    @Test(arguments: Recording.all)
    func aSavedDecoderGoesOnWhereItWas(_ recording: Recording) throws {
        let whole = decode(recording.bytes, recording.profile)
        for split in 0...recording.bytes.count {
            var output = DecodedOutput(recording.profile)
            var writer = StateWriter()
            do {
                var decoder = recording.profile.makeDecoder()
                decoder.decode(Array(recording.bytes[..<split]), into: &output)
                decoder.save(into: &writer)
            }
            var decoder = recording.profile.makeDecoder()
            var reader = StateReader(writer.bytes)
            try decoder.restore(from: &reader)
            #expect(reader.isAtEnd)
            decoder.decode(Array(recording.bytes[split...]), into: &output)
            #expect(same(output, whole), "saved at \(split)")
        }
    }

    /// Whoever suspects a loss where there is none loses nothing of a device that goes on.
    @Test func suspectingCostsNothing() throws {
        let madeUp = try DeviceProfile.read(frameProfileText, file: "f")
        var recordings = [Recording(profile: madeUp, bytes: (0..<40).flatMap(madeUpFrame))]
        for channels in 1...6 {
            recordings.append(
                Recording(
                    profile: try bitalinoProfile((1...channels).map { "A\($0)" }),
                    bytes: bitalinoFrames(0..<40, channels: channels)))
        }
        for recording in recordings {
            let whole = decode(recording.bytes, recording.profile, isEnd: true)
            var told = 0
            // At the very end nothing follows that could prove it.
            for split in 0...recording.bytes.count * 9 / 10 {
                var decoder = recording.profile.makeDecoder()
                var output = DecodedOutput(recording.profile)
                decoder.decode(Array(recording.bytes[..<split]), into: &output)
                guard decoder.suspect() else { continue }
                told += 1
                decoder.decode(Array(recording.bytes[split...]), into: &output)
                decoder.finish(into: &output)
                #expect(same(output, whole), "suspected at \(split)")
            }
            #expect(told > recording.bytes.count * 3 / 4)
        }
    }

    @Test(arguments: Recording.all)
    func randomBytesNeverTrap(_ recording: Recording) throws {
        var generator = SeededGenerator(seed: 5)
        var decoder = recording.profile.makeDecoder()
        var output = DecodedOutput(recording.profile)
        var left = 1_000_000
        while left > 0 {
            let count = Int.random(in: 0...3000, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // True pieces among the noise lead deeper into the decoders.
            if Bool.random(using: &generator) { bytes += recording.bytes }
            decoder.decode(bytes, into: &output)
            if left % 7 == 0 { decoder.interrupt() }
            if left % 5 == 0 { _ = decoder.suspect() }
            if left % 11 == 0 { decoder.finish(into: &output) }
            left -= count + 1
        }
        #expect(output.streams.allSatisfy { $0.isEven })
        #expect(output.streams.allSatisfy { $0.breaks.allSatisfy { $0.missing >= 0 } })
    }

    @Test(arguments: Recording.all)
    func damagedStatesAreRefusedOrHarmless(_ recording: Recording) {
        var generator = SeededGenerator(seed: 6)
        var writer = StateWriter()
        var decoder = recording.profile.makeDecoder()
        var output = DecodedOutput(recording.profile)
        decoder.decode(Array(recording.bytes.dropLast(1)), into: &output)
        decoder.save(into: &writer)
        for _ in 0..<2000 {
            var bytes = writer.bytes
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
                UInt8.random(in: 0...255, using: &generator)
            bytes.removeLast(Int.random(in: 0...1, using: &generator) * (bytes.count / 2))
            var reader = StateReader(bytes)
            var other = recording.profile.makeDecoder()
            do { try other.restore(from: &reader) } catch { continue }
            other.decode(recording.bytes, into: &output)
        }
        #expect(output.streams.allSatisfy { $0.isEven })
    }
}
