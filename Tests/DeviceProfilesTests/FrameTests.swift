import DeviceProfiles
import Testing
import Timebase

/// A made-up device: two samples of two channels a frame, one float, a counter and a checksum.
let frameProfileText = """
    name: made-up
    version: 1
    title: A made-up amplifier
    transport: {serial: {baud: 921600}}
    framing:
      frames:
        length: 18
        sync: [0xA5, 0x5A]
        byteOrder: big
        counter: {at: 2, type: u8}
        checksum: {kind: crc16, at: 16}
        fields:
          - {name: left, at: 3, type: s24, count: 2, stride: 4}
          - {name: right, at: 6, type: s8, count: 2, stride: 4}
          - {name: temperature, at: 11, type: f32, byteOrder: little}
    streams:
      - name: eeg
        rate: 500
        clock: counter
        typicalDelayMilliseconds: 2
        delayUncertaintyMilliseconds: 2
        channels:
          - {source: left, unit: µV, scale: 0.5}
          - {source: right, unit: V, scale: 2, ofFullScale: true}
      - name: board
        rate: 250
        clock: counter
        typicalDelayMilliseconds: 2
        delayUncertaintyMilliseconds: 2
        channels:
          - {source: temperature, unit: °C}
    """

func madeUpFrame(_ index: Int) -> [UInt8] {
    var frame: [UInt8] = [0xA5, 0x5A, UInt8(truncatingIfNeeded: index)]
    for sample in 0..<2 {
        let left = -1000 + index * 2 + sample
        frame += [16, 8, 0].map { UInt8(truncatingIfNeeded: left >> $0) }
        frame.append(UInt8(truncatingIfNeeded: -(index + sample)))
    }
    let pattern = (36.5 + Float(index)).bitPattern
    frame += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: pattern >> $0) }
    frame.append(7)
    let sum = FrameFraming.Checksum.Kind.crc16.sum(of: frame)
    return frame + [UInt8(sum >> 8), UInt8(sum & 0xFF)]
}

@Suite struct FrameTests {
    @Test func readsFieldsCountersAndChecksums() throws {
        let profile = try DeviceProfile.read(frameProfileText, file: "f")
        #expect(profile.streams[0].counterModulus == 512)
        #expect(profile.streams[1].counterModulus == 256)
        let bytes = (0..<300).filter { $0 != 100 }.flatMap(madeUpFrame)
        let output = decode(bytes, profile)
        #expect(output.streams.map(\.count) == [598, 299])
        #expect(output.streams[0].integers(0).prefix(4) == [-1000, -999, -998, -997])
        #expect(output.streams[0].integers(1).prefix(4) == [0, -1, -1, -2])
        #expect(output.streams[1].reals(0).prefix(2) == [36.5, 37.5])
        #expect(output.streams[0].breaks == [CounterBreak(beforeOffset: 200, missing: 2)])
        #expect(output.streams[1].breaks == [CounterBreak(beforeOffset: 100, missing: 1)])
        #expect(profile.streams[0].channels[1].physical(64) == 0.5)
        #expect(profile.streams[1].channels[0].isReal)
    }

    @Test func garbageAndDamage() throws {
        let profile = try DeviceProfile.read(frameProfileText, file: "f")
        var bytes = [0xA5, 0x5A, 1, 2, 3] + (0..<10).flatMap(madeUpFrame)
        bytes[5 + 18 * 4 + 9] ^= 1
        bytes.insert(0xA5, at: 5 + 18 * 7)
        let output = decode(bytes, profile)
        #expect(output.streams[1].count == 9)
        #expect(
            output.streams[1].breaks == [
                CounterBreak(beforeOffset: 4, missing: 1),
                CounterBreak(beforeOffset: 6, missing: 0),
            ])
        #expect(output.faults.map(\.bytes) == [5, 18, 1])
        #expect(output.faults.map(\.cause) == [.resynchronised, .checksum, .resynchronised])
    }

    @Test func checksums() {
        // The catalogue's check values, over the digits 1 to 9.
        let digits = Array("123456789".utf8)
        #expect(FrameFraming.Checksum.Kind.crc16.sum(of: digits) == 0x29B1)
        #expect(FrameFraming.Checksum.Kind.crc16Modbus.sum(of: digits) == 0x4B37)
        #expect(FrameFraming.Checksum.Kind.sum8.sum(of: digits) == 0xDD)
        #expect(FrameFraming.Checksum.Kind.xor8.sum(of: digits) == 0x31)
    }
}
