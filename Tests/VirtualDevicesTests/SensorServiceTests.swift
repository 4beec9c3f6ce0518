import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// Oximeters, thermometer and room sensor.
@Suite struct SensorServiceTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func bytes(_ text: String) -> [UInt8] {
        BluetoothText.bytes(text.split(separator: " ")) ?? []
    }

    /// SFLOAT and FLOAT, decoded by their definition.
    private func float(_ bytes: ArraySlice<UInt8>) -> Double? {
        var value: Int64 = 0
        for byte in bytes.reversed() { value = value << 8 | Int64(byte) }
        let mantissaBits: Int64 = bytes.count == 2 ? 12 : 24
        let width = Int64(8 * bytes.count)
        var mantissa = value & (1 << mantissaBits - 1)
        if mantissa == 1 << (mantissaBits - 1) - 1 { return nil }
        if mantissa >> (mantissaBits - 1) == 1 { mantissa -= 1 << mantissaBits }
        var exponent = value >> mantissaBits
        if exponent >> (width - mantissaBits - 1) == 1 { exponent -= 1 << (width - mantissaBits) }
        var result = Double(mantissa)
        for _ in 0..<abs(exponent) { result = exponent < 0 ? result / 10 : result * 10 }
        return result
    }

    /// The check value of the protocol's description.
    @Test func aContinuousReadingHasItsBytes() {
        let readings = [(980, 99), (980, 96), (970, 99)].map {
            OximetrySource.Reading(saturation: $0.0, rate: $0.1, amplitude: 718)
        }
        let packet = OximeterPeripheral.continuous(
            readings, status: 0x0100, deviceStatus: 0, amplitude: 718)
        #expect(
            packet == bytes("1f d4f3 6300 d4f3 6000 caf3 6300 0001 000000 cee2"))
        let missing = OximeterPeripheral.continuous(
            [nil, nil, nil], status: 0x2000, deviceStatus: 8, amplitude: nil)
        #expect(missing == bytes("1f ff07 ff07 ff07 ff07 ff07 ff07 0020 080000 ff07"))
    }

    @Test func anOximeterSendsWhatItLogs() throws {
        var port = try BluetoothPort("pulse-oximeter", directory) {
            $0.options.contactLossEverySeconds = 12
        }
        try port.say("subscribe continuous")
        try port.say("subscribe spot")
        let packets = try port.run(seconds: 41)
        let frames = try port.log().frames(.sent)
        #expect(packets.count == frames.count)
        for (packet, frame) in zip(packets, frames) {
            let bytes = packet.bytes
            let isSpot = packet.name == "spot"
            #expect(frame.values[0] == (isSpot ? 1 : 0))
            for place in 0..<(isSpot ? 1 : 3) {
                let saturation = float(bytes[1 + 4 * place..<3 + 4 * place])
                let rate = float(bytes[3 + 4 * place..<5 + 4 * place])
                #expect(Int64(((saturation ?? -0.1) * 10).rounded()) == frame.values[1 + 2 * place])
                #expect(Int64(rate ?? -1) == frame.values[2 + 2 * place])
            }
            let amplitude = float(bytes[(bytes.count - 2)...])
            #expect(Int64(((amplitude ?? -0.01) * 100).rounded()) == frame.values.last)
            #expect(bytes.count == (isSpot ? 16 : 20))
            if isSpot { #expect((2020...2200).contains(Int(bytes[5]) | Int(bytes[6]) << 8)) }
        }
        #expect(packets.filter { $0.name == "spot" }.count == 2)
        #expect(frames.contains { $0.values[1] == -1 })
        #expect(frames.contains { $0.values[1] > 900 })
        try port.device.close()
    }

    @Test func aNoninSendsBigEndian() throws {
        #expect(
            NoninPeripheral.packet([4, 29, 718, 0x0102, 98, 75])
                == bytes("0A 04 1D 02CE 0102 62 004B"))
        var port = try BluetoothPort("nonin-3150", directory) {
            $0.options.contactLossEverySeconds = 8
        }
        try port.say("subscribe oximetry")
        let packets = try port.run(seconds: 20.5).map(\.bytes)
        #expect(packets.count == 20)
        for (number, packet) in packets.enumerated() {
            #expect(packet.count == Int(packet[0]))
            #expect(Int(packet[5]) << 8 | Int(packet[6]) == number)
        }
        let missing = packets.filter { $0[7] == 127 }
        #expect(!missing.isEmpty && missing.count < 20)
        #expect(missing.allSatisfy { Int($0[8]) << 8 | Int($0[9]) == 511 })
        try port.device.close()
    }

    @Test func aThermometerSendsFloats() throws {
        #expect(
            ThermometerPeripheral.packet(hundredths: 3661, stamp: nil)
                == bytes("04 4D0E00FE 02"))
        // 2021-03-04T05:06:07Z.
        #expect(
            ThermometerPeripheral.packet(
                hundredths: -500, stamp: 1_614_834_367 * 1_000_000_000)
                == bytes("06 0CFEFFFE E507 03 04 05 06 07 02"))
        var port = try BluetoothPort("thermometer", directory)
        try port.say("subscribe measurement")
        let packets = try port.run(seconds: 20.5).map(\.bytes)
        let frames = try port.log().frames(.sent)
        #expect(packets.count == 10 && frames.count == 10)
        for (packet, frame) in zip(packets, frames) {
            let degrees = try #require(float(packet[1..<5]))
            #expect(Int64((degrees * 100).rounded()) == frame.values[1])
            #expect((packet[0] & 2 != 0) == (frame.values[2] == 1))
            #expect(packet.count == (frame.values[2] == 1 ? 13 : 6))
        }
        try port.device.close()
    }

    @Test func aRoomSensorIsReadAndNotifies() throws {
        var port = try BluetoothPort("environmental-sensing", directory) {
            $0.recording = RecordedSignal(names: ["1", "2"], columns: [[-5, 2240], [0, 10_000]])
            $0.staysWhenDone = true
        }
        try port.say("read temperature")
        try port.say("read pressure")
        #expect(
            try port.lines().map(\.words) == [
                ["value", "temperature", "C008"], ["value", "pressure", "02760F00"],
            ])
        for name in ["temperature", "humidity", "pressure"] { try port.say("subscribe \(name)") }
        let packets = try port.run(seconds: 3)
        #expect(
            packets.filter { $0.name == "temperature" }.map(\.bytes) == [
                [0xFB, 0xFF], [0xC0, 0x08],
            ])
        #expect(packets.filter { $0.name == "humidity" }.first?.bytes == [0, 0])
        #expect(packets.filter { $0.name == "pressure" }.allSatisfy { $0.bytes.count == 4 })
        try port.device.close()
    }
}
