import DeviceProfiles
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// The drivers' conversations and decoders against the virtual devices, which were written from the
/// protocols' descriptions and know nothing of them: what was sent must be what is read.
@Suite struct DriverTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    /// The repository's folder of profiles.
    private static let profiles =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/") + "/Devices/profiles/"

    private func profile(_ name: String, _ options: ProfileOptions) throws -> DeviceProfile {
        try DeviceProfile.load(path: Self.profiles + name + ".yaml").applying(options: options)
    }

    private func feed(
        _ bytes: [UInt8], from characteristic: Int, to decoder: inout any SampleDecoder,
        into output: inout DecodedOutput
    ) {
        // Used within the call only.
        unsafe bytes.withUnsafeBytes {
            unsafe decoder.decode(packet: $0, from: characteristic, into: &output)
        }
    }

    private func integers(_ stream: DecodedStream, _ column: Int) -> [Int64] {
        if case .integers(let values) = stream.columns[column] { values } else { [] }
    }

    // MARK: Serial devices

    /// Starts a device, lets it send for some seconds, stops it; gives back what was decoded and
    /// the frames that the device's log says it made.
    private func record(
        _ name: String, _ options: ProfileOptions, seconds: Double,
        _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws -> (output: DecodedOutput, frames: [DeviceLogFrame]) {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file(name)
        settings.logPath = directory.file("\(name).log")
        change(&settings)
        let profile = try profile(name, options)
        let device = try VirtualDeviceCatalogue.make(name, settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file(name))
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        var conversation = profile.startConversation()
        var event = ConversationEvent.begun
        talk: while true {
            switch conversation.next(event) {
            case .write(let bytes, _):
                try port.write(bytes)
                try stepped.obey()
                event = .done
            case .receive:
                let isThere = try Port.wait(port.descriptor.number, milliseconds: 300)
                event = isThere ? .received(try port.readSome(), characteristic: 0) : .timedOut
            case .wait: event = .done
            case .finished(let settings, let leftover):
                decoder.configure(settings)
                feed(leftover, from: 0, to: &decoder, into: &output)
                break talk
            case .failed(let reason):
                Issue.record("\(name): \(reason)")
                return (output, [])
            case let other:
                Issue.record("\(name) has no answer to \(other)")
                return (output, [])
            }
        }
        var left = seconds
        while left > 1e-9 {
            try stepped.run(seconds: min(0.1, left))
            left -= 0.1
            while try Port.wait(
                port.descriptor.number, milliseconds: device.unread > 0 ? 2000 : 20)
            {
                feed(try port.readSome(), from: 0, to: &decoder, into: &output)
            }
        }
        decoder.finish(into: &output)
        try device.close()
        return (
            output, try DeviceLogReader(path: directory.file("\(name).log")).frames()
        )
    }

    /// The losses that the log tells, as breaks.
    private func losses(_ frames: [DeviceLogFrame]) -> [CounterBreak] {
        var breaks: [CounterBreak] = []
        var sent = 0
        var missing: Int64 = 0
        for frame in frames {
            guard frame.fate == .sent else {
                missing += 1
                continue
            }
            if missing > 0, sent > 0 {
                breaks.append(CounterBreak(beforeOffset: sent, missing: missing))
            }
            missing = 0
            sent += 1
        }
        return breaks
    }

    @Test(arguments: [0.0, 2])
    func shimmer(_ checksum: Double) throws {
        let (output, frames) = try record(
            "shimmer3-gsr",
            ProfileOptions(
                rate: 256, channels: ["gsr", "pulse"], parameters: ["checksumBytes": checksum]),
            seconds: 4
        ) {
            $0.options.ticksStart = 0xFF_FF00
            $0.options.statusEverySeconds = checksum == 0 ? 0.5 : 0
            $0.impairments.lossEvery = 50
        }
        let sent = frames.filter { $0.fate == .sent }
        #expect(sent.count > 900)
        #expect(output.faults.isEmpty)
        #expect(integers(output.streams[0], 0) == sent.map { $0.values[1] })
        #expect(integers(output.streams[0], 1) == sent.map { $0.values[2] })
        #expect(output.streams[0].breaks == losses(frames))
        #expect(!output.streams[0].breaks.isEmpty)
        #expect(output.streams[0].deviceTimes.count == sent.count)
    }

    @Test(arguments: [0.0, 1])
    func cyton(_ timestamps: Double) throws {
        let (output, frames) = try record(
            "openbci-cyton",
            ProfileOptions(parameters: ["gain": 12, "timestamps": timestamps]), seconds: 4
        ) {
            $0.impairments.lossEvery = 70
        }
        let sent = frames.filter { $0.fate == .sent }
        #expect(sent.count > 900)
        #expect(output.faults.isEmpty)
        for channel in 0..<8 {
            #expect(integers(output.streams[0], channel) == sent.map { $0.values[1 + channel] })
        }
        #expect(output.streams[0].breaks == losses(frames))
        #expect(!output.streams[0].breaks.isEmpty)
        #expect(output.streams[1].count > 20)
        #expect(integers(output.streams[1], 2).allSatisfy { $0 == 8000 })
        if timestamps == 1 {
            #expect(
                output.streams[0].deviceTimes.map(\.nanoseconds)
                    == sent.map { $0.values[11] * 1_000_000 })
        }
    }

    // MARK: Polar

    @Test(arguments: ["polar-h10", "polar-oh1", "polar-verity-sense"])
    func polar(_ name: String) throws {
        let profile = try profile(name, ProfileOptions())
        guard case .bluetooth(let transport) = profile.transport else {
            Issue.record("no Bluetooth device")
            return
        }
        let names = transport.characteristics.map(\.name)
        var port = try BluetoothPort(name, directory) {
            $0.options.replyLimit = 7
            $0.options.intervalDelaySeconds = 2
            $0.impairments.lossEvery = 9
        }
        for characteristic in transport.characteristics where characteristic.subscription != .none {
            try port.say("subscribe \(characteristic.name)")
        }
        var waiting = try port.lines()
        var decoder = profile.makeDecoder()
        var output = DecodedOutput(profile)
        var conversation = profile.startConversation()
        var event = ConversationEvent.begun
        talk: while true {
            switch conversation.next(event) {
            case .write(let bytes, let characteristic):
                let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                try port.say("write \(names[characteristic]) \(hex)")
                waiting += try port.lines()
                event = .done
            case .read(let characteristic):
                try port.say("read \(names[characteristic])")
                event = .value(try #require(try port.lines().last).bytes)
            case .receive:
                if waiting.isEmpty {
                    event = .timedOut
                } else {
                    let line = waiting.removeFirst()
                    event = .received(
                        line.bytes, characteristic: names.firstIndex(of: line.name) ?? 255)
                }
            case .wait: event = .done
            case .finished(let settings, _):
                decoder.configure(settings)
                break talk
            case .failed(let reason):
                Issue.record("\(name): \(reason)")
                return
            }
        }
        for line in try waiting + port.run(seconds: 20) {
            feed(
                line.bytes, from: names.firstIndex(of: line.name) ?? 255, to: &decoder,
                into: &output)
        }
        #expect(output.faults.isEmpty)
        let log = try port.log().frames()
        guard case .polar(let framing) = profile.framing else { return }
        for (index, stream) in framing.streams.enumerated() {
            let fields = stream.measurement.sources.count
            let all = log.filter { $0.values[0] == Int64(stream.measurement.rawValue) }
            let sent = all.filter { $0.fate == .sent }
            #expect(!sent.isEmpty)
            let factor = stream.measurement == .acceleration && stream.fields.count == 3
            for (column, field) in stream.fields.enumerated() {
                let expected = sent.flatMap { frame in
                    stride(from: 3 + field, to: frame.values.count, by: fields).map {
                        frame.values[$0]
                    }
                }
                switch output.streams[index].columns[column] {
                case .integers(let values): #expect(values == expected)
                case .reals(let values):
                    // g of a step of 16 bits over ±8 g, in mg, where the packets are compressed.
                    let scale = sent[0].values[2] == 0x80 && factor ? 1000.0 / 4096 : 1
                    #expect(values == expected.map { Double($0) * scale })
                }
            }
            guard stream.measurement != .interval else { continue }
            #expect(
                output.streams[index].deviceTimes.map(\.nanoseconds) == sent.map { $0.values[1] })
            // Each lost packet has as many samples as all others.
            let size = (sent[0].values.count - 3) / fields
            #expect(
                output.streams[index].breaks
                    == losses(all).map {
                        CounterBreak(
                            beforeOffset: $0.beforeOffset * size,
                            missing: $0.missing * Int64(size))
                    })
            #expect(!output.streams[index].breaks.isEmpty)
        }
        // And it is told to stop.
        var end = profile.stopConversation()
        event = .begun
        while case .write(let bytes, _) = end.next(event) {
            try port.say("write control \(bytes.map { "0\($0)" }.joined())")
            _ = try port.lines()
            _ = end.next(.done)
            event = .timedOut
        }
        #expect(try port.run(seconds: 3).allSatisfy { $0.name != "data" })
    }
}
