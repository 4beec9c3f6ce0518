import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct CytonTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func make(
        _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws -> any VirtualDevice {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file("cyton")
        settings.logPath = directory.file("cyton.log")
        change(&settings)
        return try VirtualDeviceCatalogue.make("cyton", settings)
    }

    private func signed(_ bytes: ArraySlice<UInt8>) -> Int64 {
        let value = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let bits = Int64(8 * bytes.count)
        return value >> (bits - 1) & 1 == 1 ? value - 1 << bits : value
    }

    /// 4.5 V over a gain of 24 and 2²³ − 1 steps: 0.022352 µV a step.
    @Test func aStepHasItsSize() {
        #expect(CytonChannels.steps(microvolts: 0.022352, gain: 24) == 1)
        #expect(CytonChannels.steps(microvolts: 22352, gain: 24) == 1_000_011)
        #expect(CytonChannels.steps(microvolts: 0.022352 * 24, gain: 1) == 1)
        #expect(CytonChannels.steps(microvolts: 1e9, gain: 24) == 8_388_607)
    }

    @Test func answersCommands() throws {
        let device = try make()
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("cyton"))
        for (command, part) in [
            ("v", "OpenBCI V3"), ("d", "default"), ("<", "ON"), (">", "OFF"),
            ("x3020000X", "Success"), ("x9020000X", "Failure"), ("x30X", "Failure"),
        ] {
            try port.write(Array(command.utf8))
            try stepped.obey()
            try stepped.run(seconds: 0)
            let text = String(decoding: try port.readSome(), as: UTF8.self)
            #expect(text.contains(part), "\(command)")
            #expect(text.hasSuffix("$$$"), "\(command)")
        }
        try port.write(Array("q".utf8))
        try stepped.obey()
        #expect(try port.isQuiet())
        #expect(device.counts.commands == 5)
        try device.close()
    }

    @Test func sendsFramesAsLogged() throws {
        let device = try make {
            $0.options.accelerometerEvery = 10
            $0.impairments.loss = 0.02
        }
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("cyton"))
        try port.write(Array("b".utf8))
        try stepped.obey()
        var bytes: [UInt8] = []
        for _ in 0..<20 {
            try stepped.run(seconds: 0.1)
            bytes += try port.read(33 * Int(device.counts.sent) - bytes.count)
        }
        #expect(device.counts.made == 500 && device.counts.lost > 0)
        try port.write(Array("s<b".utf8))
        try stepped.obey()
        #expect(try port.read(16) == Array("Time stamp ON$$$".utf8))
        let before = Int(device.counts.sent)
        for _ in 0..<2 {
            try stepped.run(seconds: 0.1)
            bytes += try port.read(33 * Int(device.counts.sent) - bytes.count)
        }
        try device.close()
        let log = try DeviceLogReader(path: directory.file("cyton.log")).frames(.sent)
        for (place, frame) in log.enumerated() {
            let packet = bytes[33 * place..<33 * place + 33]
            let first = packet.startIndex
            #expect(packet[first] == 0xA0)
            var values = [Int64(packet[first + 1])]
            for channel in 0..<8 {
                values.append(signed(packet[first + 2 + 3 * channel..<first + 5 + 3 * channel]))
            }
            if place < before {
                for axis in 0..<3 {
                    values.append(signed(packet[first + 26 + 2 * axis..<first + 28 + 2 * axis]))
                }
                #expect((values[11] == 8000) == (values[0] % 10 == 0))
            } else {
                values += [Int64(packet[first + 26]), Int64(packet[first + 27])]
                values.append(signed(packet[first + 28..<first + 32]))
            }
            values.append(Int64(packet[first + 32]))
            #expect(values == frame.values)
        }
        #expect(bytes[32] == 0xC0)
        let stamped = log.dropFirst(before)
        #expect(stamped.first?.values.last == 0xC3)
        #expect(stamped.dropFirst().allSatisfy { $0.values.last == 0xC4 })
        // Two tenths of a second of the board's milliseconds.
        #expect(stamped.map { $0.values[11] }.max()! - stamped.map { $0.values[11] }.min()! > 150)
    }
}
