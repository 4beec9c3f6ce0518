import DeviceProfiles
import Testing
import Timebase

@Suite struct MarkerTests {
    private func codes(_ bytes: [UInt8], _ parameters: [String: Double] = [:]) throws -> [Int64] {
        let profile = try shipped("marker-port").applying(
            options: ProfileOptions(parameters: parameters))
        return decode(bytes, profile).streams[0].integers(0)
    }

    @Test func eachByteIsAMark() throws {
        #expect(try codes([1, 0, 1, 255, 255, 0, 0, 7]) == [1, 1, 255, 255, 7])
        #expect(try codes([1, 0, 1, 0], ["ignoreZero": 0]) == [1, 0, 1, 0])
    }

    @Test func linesThatAreToldAgainAreOneMark() throws {
        #expect(
            try codes([0, 0, 5, 5, 5, 0, 0, 5, 6, 6], ["onlyChanges": 1]) == [5, 5, 6])
        #expect(
            try codes([0, 5, 5, 0, 0], ["onlyChanges": 1, "ignoreZero": 0]) == [5, 0])
    }

    @Test func unconnectedLinesAreLeftOut() throws {
        #expect(try codes([0xF0, 0xF1, 0xA1, 0x0F], ["mask": 15]) == [1, 1, 15])
        #expect(throws: OptionError.self) { try codes([], ["mask": 0]) }
    }

    @Test func afterAnInterruptionTheLinesAreUnknown() throws {
        let profile = try shipped("marker-port").applying(
            options: ProfileOptions(baud: 9600, parameters: ["onlyChanges": 1]))
        #expect(profile.transport == .serial(SerialSettings(baud: 9600)))
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        decoder.decode([3, 3], into: &output)
        decoder.interrupt()
        decoder.decode([3, 3], into: &output)
        #expect(output.streams[0].integers(0) == [3, 3])
        #expect(output.streams[0].breaks.isEmpty && output.faults.isEmpty)
    }
}
