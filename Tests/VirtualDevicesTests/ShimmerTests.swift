import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct ShimmerTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func settings() -> VirtualDeviceSettings {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file("shimmer3")
        settings.logPath = directory.file("shimmer3.log")
        return settings
    }

    /// Conductance from a raw value, by the sensor's circuit; resistors in kilohms.
    private func microsiemens(_ raw: Int64) -> Double {
        let volts = Double(raw & 0xFFF) * 3 / 4095
        let resistance = [40.2, 287, 1000, 3300][Int(raw >> 14)] / (volts / 0.5 - 1)
        return 1000 / resistance
    }

    /// Check values of the protocol's description, from the sending side.
    @Test(
        arguments: [
            (0x0800, 49.769), (0x4800, 6.971), (0x8800, 2.0007), (0xC800, 0.6063),
        ] as [(Int64, Double)])
    func skinConductanceHasItsRawValue(raw: Int64, conductance: Double) {
        #expect(ShimmerSkinSensor.raw(microsiemens: conductance, range: Int(raw >> 14)) == raw)
        #expect(abs(microsiemens(raw) - conductance) < 0.001 * conductance)
        // The range that the sensor takes by itself reads back what was there.
        let chosen = ShimmerSkinSensor.raw(microsiemens: conductance, range: 4)
        #expect(abs(microsiemens(chosen) - conductance) < 0.01 * conductance)
    }

    @Test func answersTheStartUpAndSendsWhatItLogs() throws {
        var settings = settings()
        settings.options.ticksStart = 0xFF_FF00
        settings.options.statusEverySeconds = 0.5
        settings.impairments.lossEvery = 50
        let device = try VirtualDeviceCatalogue.make("shimmer3", settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("shimmer3"))
        let dialogue: [([UInt8], [UInt8])] = [
            ([0x3F], [0xFF, 0x25, 0x03]),
            ([0x2E], [0xFF, 0x2F, 0x03, 0x00, 0x00, 0x00, 0x0F, 0x04]),
            ([0xA3, 0x00], [0xFF]),
            ([0x05, 0x40, 0x00], [0xFF]),
            // Internal converter 13 alone: the inquiry of the protocol's description.
            ([0x08, 0x00, 0x01, 0x00], [0xFF]),
            ([0x21, 0x04], [0xFF]),
            ([0x01], [0xFF, 0x02, 0x40, 0x00, 0x01, 0xFF, 0x01, 0x09, 0x01, 0x01, 0x12]),
            ([0x08, 0x04, 0x01, 0x00], [0xFF]),
            ([0x01], [0xFF, 0x02, 0x40, 0x00, 0x01, 0xFF, 0x01, 0x09, 0x02, 0x01, 0x12, 0x1C]),
            ([0x07], [0xFF]),
        ]
        for (command, answer) in dialogue {
            try port.write(command)
            try stepped.obey()
            #expect(try port.read(answer.count) == answer)
        }
        try stepped.run(seconds: 1.9)
        let counts = device.counts
        #expect(counts.made == 972)
        #expect(counts.lost == 19)
        var bytes = try port.read(8 * Int(counts.sent) + 3 * 3)
        try port.write([0x20])
        try stepped.obey()
        #expect(try port.read(1) == [0xFF])
        #expect(try port.isQuiet())

        // Status messages stand between packets, without the prefix that was switched off.
        var packets: [[Int64]] = []
        var statuses = 0
        while !bytes.isEmpty {
            if bytes[0] == 0x8A {
                #expect(Array(bytes[0..<3]) == [0x8A, 0x71, 0x12])
                bytes.removeFirst(3)
                statuses += 1
            } else {
                #expect(bytes[0] == 0)
                let ticks = Int64(bytes[1]) | Int64(bytes[2]) << 8 | Int64(bytes[3]) << 16
                packets.append([
                    ticks, Int64(bytes[4]) | Int64(bytes[5]) << 8,
                    Int64(bytes[6]) | Int64(bytes[7]) << 8,
                ])
                bytes.removeFirst(8)
            }
        }
        #expect(statuses == 3)
        try device.close()
        let log = try DeviceLogReader(path: directory.file("shimmer3.log")).frames()
        #expect(packets == log.filter { $0.fate == .sent }.map(\.values))
        // The counter grows by the divider and wraps at 24 bits.
        for (number, frame) in log.enumerated() {
            #expect(frame.values[0] == (0xFF_FF00 + 64 * Int64(number)) & 0xFF_FFFF)
        }
        let conductances = packets.map { microsiemens($0[2]) }
        #expect(conductances.allSatisfy { (1...30).contains($0) })
    }

    /// The check value of CRC-16 with this polynomial over "123456789" is known for other beginnings
    /// only, so the register is run bit by bit here.
    @Test func checkBytesFollowThePackets() throws {
        let device = try VirtualDeviceCatalogue.make("shimmer3", settings())
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("shimmer3"))
        try port.write([0x8B, 0x02, 0x07])
        try stepped.obey()
        #expect(try port.read(4).first == 0xFF)
        #expect(try port.read(2).count == 2)
        try stepped.run(seconds: 0.1)
        let packet = try port.read(8)
        var register: UInt32 = 0xB0CA
        for byte in packet[0..<6] {
            for bit in (0..<8).reversed() {
                let top = (register >> 15 & 1) ^ UInt32(byte >> UInt8(bit) & 1)
                register = (register << 1 & 0xFFFF) ^ (top == 1 ? 0x1021 : 0)
            }
        }
        #expect(Array(packet[6...]) == [UInt8(register & 0xFF), UInt8(register >> 8)])
        try device.close()
    }

    @Test func anUnpluggedOneHangsUpAndIsIdleAfterwards() throws {
        let device = try VirtualDeviceCatalogue.make("shimmer3", settings())
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("shimmer3"))
        try port.write([0x07])
        try stepped.obey()
        try stepped.run(seconds: 0.5)
        let instrument = try #require(device as? VirtualInstrument)
        #expect(instrument.isSending)
        try instrument.goAway(forSeconds: 1, now: stepped.now)
        try stepped.run(seconds: 0.5)
        #expect(device.path == nil)
        let made = device.counts.made
        try stepped.run(seconds: 1)
        #expect(device.path != nil && !instrument.isSending)
        #expect(device.counts.made == made)
        #expect(device.counts.interruptions == 1)
        try device.close()
    }
}
