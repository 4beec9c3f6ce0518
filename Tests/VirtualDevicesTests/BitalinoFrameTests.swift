import TestSupport
import Testing

@testable import VirtualDevices

@Suite struct BitalinoFrameTests {
    /// Values computed independently of this encoder.
    @Test(
        arguments: [
            ([512], [0x00, 0xA8, 0x5D]),
            ([512, 300], [0x2C, 0x01, 0xA8, 0x57]),
            ([1, 2, 3], [0xC0, 0x00, 0x02, 0x04, 0xA0, 0x5A]),
            (
                [1023, 512, 256, 128, 33, 63],
                [0x7F, 0x08, 0x08, 0x40, 0x00, 0xFE, 0xAF, 0x58]
            ),
        ] as [([Int64], [UInt8])])
    func checkValues(values: [Int64], wire: [UInt8]) {
        var frame: [UInt8] = []
        BitalinoFrame.encode(sequence: 5, digital: 0b1010, values: values, into: &frame)
        #expect(frame == wire)
    }

    @Test func everyValueComesBack() throws {
        var generator = SeededGenerator(seed: 3)
        var frame: [UInt8] = []
        for _ in 0..<5000 {
            let count = Int.random(in: 1...6, using: &generator)
            let values = (0..<count).map {
                Int64.random(in: 0...($0 < 4 ? 1023 : 63), using: &generator)
            }
            let sequence = UInt8.random(in: 0...15, using: &generator)
            let digital = UInt8.random(in: 0...15, using: &generator)
            BitalinoFrame.encode(
                sequence: sequence, digital: digital, values: values, into: &frame)
            let read = try #require(WireFrame(frame, channels: count))
            #expect(read.values == values)
            #expect(read.sequence == Int64(sequence))
            #expect(read.digital == Int64(digital))
        }
    }

    @Test func anImpossibleNumberOfChannelsGivesNothing() {
        var frame: [UInt8] = [1]
        BitalinoFrame.encode(sequence: 0, digital: 0, values: [], into: &frame)
        #expect(frame.isEmpty)
        #expect(BitalinoFrame.length(channels: 7) == 0)
    }
}
