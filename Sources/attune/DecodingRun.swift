import DeviceProfiles
import Foundation
import SystemCalls
import Timebase

/// A decoder at work, and what it prints.
struct DecodingRun {
    var decoder: any SampleDecoder
    private let profile: DeviceProfile
    private let names: [String]
    private let subscribed: [Int]
    private var output: DecodedOutput
    /// Samples of each stream that were printed.
    private var printed: [Int64]
    private var text = ""
    /// Lines of hexadecimal digits so far.
    private var line = 0

    init(_ profile: DeviceProfile) {
        self.profile = profile
        decoder = profile.makeDecoder()
        output = DecodedOutput(profile)
        printed = profile.streams.map { _ in 0 }
        var names: [String] = []
        var subscribed: [Int] = []
        if case .bluetooth(let settings) = profile.transport {
            names = settings.characteristics.map(\.name)
            subscribed = settings.characteristics.indices.filter {
                settings.characteristics[$0].subscription != .none
            }
        }
        self.names = names
        self.subscribed = subscribed
    }

    mutating func take(bytes: [UInt8]) {
        // The pointer is used within this call only.
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe decoder.decode(buffer, into: &output)
        }
        show()
    }

    /// A line of hexadecimal digits. One that is none is told, and the next is read.
    mutating func take(line text: String) {
        line += 1
        do throws(PacketLine.Mistake) {
            guard
                let packet = try PacketLine.read(text, names: names, subscribed: subscribed)
            else { return }
            guard let characteristic = packet.characteristic else {
                return take(bytes: packet.bytes)
            }
            // Likewise.
            unsafe packet.bytes.withUnsafeBytes { buffer in
                unsafe decoder.decode(packet: buffer, from: characteristic, into: &output)
            }
            show()
        } catch {
            write([
                ("fault", .text("input")), ("line", .whole(Int64(line))),
                ("message", .text(error.message)),
            ])
        }
    }

    mutating func finish() {
        decoder.finish(into: &output)
        show()
    }

    /// Prints what has gathered.
    mutating func flush() throws(SystemError) {
        let bytes = Array(text.utf8)
        text = ""
        try FileSystem.writeAll(bytes, to: 1, subject: "output")
    }

    // MARK: Lines of JSON

    private enum Value {
        case whole(Int64)
        case real(Double)
        case text(String)
    }

    private mutating func write(_ members: [(String, Value)]) {
        text += "{"
        for (index, (name, value)) in members.enumerated() {
            if index > 0 { text += "," }
            text += "\"\(name)\":"
            switch value {
            case .whole(let number): text += "\(number)"
            case .real(let number):
                text +=
                    !number.isFinite
                    ? "null" : Int64(exactly: number).map { "\($0)" } ?? "\(number)"
            case .text(let value): text += Self.quoted(value)
            }
        }
        text += "}\n"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Prints the output, faults and losses where they lie among the samples.
    private mutating func show() {
        // Taken out, since printing changes this value.
        var decoded = DecodedOutput(streams: [])
        swap(&decoded, &output)
        for index in decoded.streams.indices {
            show(decoded.streams[index], index, decoded.faults.filter { ($0.stream ?? 0) == index })
            printed[index] += Int64(decoded.streams[index].count)
        }
        decoded.removeAll()
        swap(&decoded, &output)
    }

    private mutating func show(_ stream: DecodedStream, _ index: Int, _ faults: [DecodeFault]) {
        var faults = faults[...]
        var breaks = stream.breaks[...]
        var times = stream.deviceTimes[...]
        for sample in 0..<stream.count {
            while let fault = faults.first, fault.beforeOffset <= sample {
                show(fault)
                faults.removeFirst()
            }
            while let loss = breaks.first, loss.beforeOffset <= sample {
                show(loss, index)
                breaks.removeFirst()
            }
            while let time = times.first, time.offset < sample { times.removeFirst() }
            let time = times.first.flatMap { $0.offset == sample ? $0.nanoseconds : nil }
            show(stream, index, sample, time)
        }
        for fault in faults { show(fault) }
        for loss in breaks { show(loss, index) }
    }

    private mutating func show(
        _ stream: DecodedStream, _ index: Int, _ sample: Int, _ time: Int64?
    ) {
        let number = printed[index] + Int64(sample)
        for (channel, column) in zip(profile.streams[index].channels, stream.columns) {
            guard sample < column.count else { continue }
            let raw: Double =
                switch column {
                case .integers(let values): Double(values[sample])
                case .reals(let values): values[sample]
                }
            var members = streamName(index)
            members += [
                ("channel", .text(channel.name)), ("index", .whole(number)),
                ("value", .real(channel.physical(raw))), ("unit", .text(channel.unit)),
            ]
            if let time { members.append(("device_time", .whole(time))) }
            write(members)
        }
    }

    private mutating func show(_ fault: DecodeFault) {
        var members: [(String, Value)] = [
            ("fault", .text(fault.cause.rawValue)), ("bytes", .whole(Int64(fault.bytes))),
        ]
        if let stream = fault.stream, printed.indices.contains(stream) {
            members += streamName(stream)
            members.append(("index", .whole(printed[stream] + Int64(fault.beforeOffset))))
        }
        write(members)
    }

    /// Samples that the device's counter shows as missing, modulo its range.
    private mutating func show(_ loss: CounterBreak, _ index: Int) {
        write(
            [("fault", .text("lost")), ("missing", .whole(loss.missing))] + streamName(index)
                + [("index", .whole(printed[index] + Int64(loss.beforeOffset)))])
    }

    private func streamName(_ index: Int) -> [(String, Value)] {
        profile.streams.count > 1 ? [("stream", .text(profile.streams[index].name))] : []
    }
}
