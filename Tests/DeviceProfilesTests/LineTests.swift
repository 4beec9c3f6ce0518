import DeviceProfiles
import Testing
import Timebase

/// A shipped profile.
func shipped(_ name: String) throws -> DeviceProfile {
    try DeviceProfile.load(path: "\(profileDirectory)/\(name).yaml")
}

@Suite struct LineTests {
    @Test func theFirstLineMayBeHalfALine() throws {
        let output = decode(Array("23\n100\r\n-7\n\n  +8 \n9".utf8), try shipped("line-sketch"))
        #expect(output.streams[0].integers(0) == [100, -7, 8])
        #expect(output.faults == [DecodeFault(cause: .partial, bytes: 2, stream: 0)])
    }

    @Test func groveIsConvertedToOhm() throws {
        let profile = try shipped("grove-gsr")
        let channel = profile.streams[0].channels[0]
        #expect(channel.physical(100).rounded() == 29709)
        #expect(channel.physical(300).rounded() == 76604)
        #expect(channel.physical(512).isNaN)
        #expect(channel.physical(600).isNaN)
        let conversion = try #require(channel.conversion)
        #expect(conversion.description == "grove-gsr(noFinger: 512.0)")
        #expect(ChannelConversion(conversion.description) == conversion)
        #expect(ChannelConversion("grove-gsr(x: 1)") == nil)
        #expect(ChannelConversion("grove-gsr(noFinger: 1") == nil)
        let other = try profile.applying(options: ProfileOptions(parameters: ["noFinger": 400]))
        #expect(other.streams[0].channels[0].physical(500).isNaN)
    }

    @Test func pulseSensorPlotter() throws {
        let output = decode(
            Array("x\n72,833,512\n73, 820 ,-1\n1,2\n1,2,3,4\n".utf8), try shipped("pulsesensor"))
        let stream = output.streams[0]
        #expect((0..<3).map { stream.integers($0) } == [[72, 73], [833, 820], [512, -1]])
        #expect(output.faults.map(\.cause) == [.partial, .unparsable, .unparsable])
        #expect(output.faults.map(\.beforeOffset) == [0, 2, 2])
    }

    @Test func pulseSensorVisualiserHasThreeStreams() throws {
        let profile = try shipped("pulsesensor-visualiser")
        let output = decode(Array("\nS512\nS513\nB72\nQ833\nS514\nX1\n".utf8), profile)
        #expect(output.streams.map(\.count) == [3, 1, 1])
        #expect(output.streams[0].integers(0) == [512, 513, 514])
        #expect(output.streams[1].integers(0) == [72])
        #expect(output.streams[2].integers(0) == [833])
        #expect(output.faults.map(\.cause) == [.unparsable])
        #expect(profile.streams.map(\.rate) == [50, nil, nil])
    }

    @Test func anElectrodeThatIsOffIsAMissingSample() throws {
        let output = decode(Array("\n500\n!\n501\n".utf8), try shipped("ad8232"))
        let values = output.streams[0].reals(0)
        #expect(values.count == 3 && values[0] == 500 && values[1].isNaN && values[2] == 501)
        #expect(
            output.faults == [
                DecodeFault(cause: .leadsOff, bytes: 1, stream: 0, beforeOffset: 1)
            ])
    }

    @Test func pulseOximeterSketch() throws {
        let profile = try shipped("max3010x")
        let text =
            "\nIR=50123, BPM=71.43, Avg BPM=70\nIR=900, BPM=7.5, Avg BPM=3 No finger?\n"
            + "IR=1, BPM=1.234, Avg BPM=3\n"
        let output = decode(Array(text.utf8), profile)
        #expect(output.streams[0].integers(0) == [50123, 900])
        #expect(output.streams[0].integers(1) == [7143, 750])
        #expect(abs(profile.streams[0].channels[1].physical(7143) - 71.43) < 1e-9)
        #expect(output.streams[0].integers(2) == [70, 3])
        #expect(output.faults.map(\.cause) == [.noContact, .unparsable])
    }

    @Test func linesThatAreTooLongOrNoNumbers() throws {
        let long = String(repeating: "1", count: 65)
        let text = "\n\(long)\n\(long.dropLast())\n99999999999999999999\n1.5\n1e3\n--1\n-\n7\n"
        let output = decode(Array(text.utf8), try shipped("line-sketch"))
        #expect(output.streams[0].integers(0) == [7])
        #expect(
            output.faults.map(\.cause) == [
                .overlong, .unparsable, .unparsable, .unparsable, .unparsable, .unparsable,
                .unparsable,
            ])
        #expect(output.faults[0].bytes == 65)
    }

    @Test func theLargestNumbers() throws {
        let output = decode(
            Array("\n9223372036854775807\n-9223372036854775808\n9223372036854775808\n".utf8),
            try shipped("line-sketch"))
        #expect(output.streams[0].integers(0) == [.max, .min])
    }

    @Test func anInterruptionDropsTheBrokenLine() throws {
        let profile = try shipped("line-sketch")
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode(Array("\n12\n34".utf8), into: &output)
        decoder.interrupt()
        decoder.decode(Array("56\n78\n".utf8), into: &output)
        #expect(output.streams[0].integers(0) == [12, 78])
        #expect(output.faults.map(\.bytes) == [4])
    }
}
