import Timebase

/// Reads the packets of Polar Measurement Data.
///
/// A packet that does not have its type's form is told as unparsable and gives nothing; the next
/// one's time then shows what is missing. Packets of measurements that the profile does not record,
/// and the control point's replies, are passed over in silence.
struct PolarDecoder: SampleDecoder {
    let framing: PolarFraming
    private var clocks: [PolarClock]
    /// What was settled for each stream; the factor is always finite and not 0.
    private var resolutions: [Int]
    private var factors: [Double]
    /// Whether a stream of intervals has ever said that the sensor touches the skin: only then does
    /// it know, and only then does it mean something when it says nothing.
    private var knowsContact = false
    private var values: [Int64] = []
    private var buffer: [UInt8] = []

    init(_ framing: PolarFraming) {
        self.framing = framing
        clocks = framing.streams.map { PolarClock(rate: $0.rate ?? 1) }
        resolutions = framing.streams.map(\.measurement.resolution)
        factors = framing.streams.map { _ in 1 }
    }

    mutating func configure(_ settings: [UInt8]) {
        guard let agreements = PolarAgreement.read(settings) else { return }
        for agreement in agreements {
            guard let stream = framing.stream(of: agreement.measurement) else { continue }
            let factor = Double(agreement.factor)
            factors[stream] = Self.isSensible(factor) ? factor : 1
            // Acceleration's reference has 16 bits whatever the resolution.
            if agreement.measurement != .acceleration, (1...32).contains(agreement.resolution) {
                resolutions[stream] = Int(agreement.resolution)
            }
        }
    }

    private static func isSensible(_ factor: Double) -> Bool {
        factor.isFinite && abs(factor) > 1e-12 && abs(factor) < 1e12
    }

    /// Bytes without a characteristic are taken as one packet of the data.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        unsafe decode(packet: bytes, from: framing.data, into: &output)
    }

    mutating func decode(
        packet: UnsafeRawBufferPointer, from characteristic: Int, into output: inout DecodedOutput
    ) {
        guard packet.count > 0 else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        bytes.removeAll(keepingCapacity: true)
        // The packet is copied from, and only within this call, for which the caller keeps it.
        unsafe bytes.append(contentsOf: packet)
        if characteristic == framing.data {
            read(bytes.span, into: &output)
        } else if characteristic == framing.control, bytes[0] == 0x01 {
            for type in bytes.dropFirst() {
                guard let measurement = PolarFraming.Measurement(rawValue: type),
                    let stream = framing.stream(of: measurement)
                else { continue }
                addFault(.stopped, bytes: 1, stream: stream, into: &output)
            }
        }
        swap(&bytes, &buffer)
    }

    mutating func interrupt() {
        for index in clocks.indices { clocks[index].interrupt() }
    }

    /// Packets are whole: nothing waits.
    mutating func finish(into output: inout DecodedOutput) {}

    // MARK: One packet

    private mutating func read(_ bytes: Span<UInt8>, into output: inout DecodedOutput) {
        guard let frame = PolarFrame(bytes) else {
            return addFault(.unparsable, bytes: bytes.count, stream: nil, into: &output)
        }
        guard let stream = framing.stream(of: frame.measurement),
            output.streams.indices.contains(stream)
        else { return }
        values.removeAll(keepingCapacity: true)
        guard
            let channels = frame.content(
                bytes, resolution: resolutions[stream], into: &values),
            !values.isEmpty
        else { return addFault(.unparsable, bytes: bytes.count, stream: stream, into: &output) }
        let count = values.count / channels
        let offset = output.streams[stream].count
        if frame.measurement == .interval {
            addIntervals(count, stream, into: &output)
        } else {
            switch clocks[stream].advance(to: frame.time, count: count) {
            case .follows: break
            case .missing(let missing):
                output.streams[stream].breaks.append(
                    CounterBreak(beforeOffset: offset, missing: missing))
            case .reset:
                output.streams[stream].breaks.append(
                    CounterBreak(beforeOffset: offset, missing: 0))
                addFault(.clockReset, bytes: 0, stream: stream, into: &output)
            }
        }
        let factor = frame.isCompressed ? factors[stream] * frame.unitFactor : 1
        for (column, field) in framing.streams[stream].fields.enumerated()
        where output.streams[stream].columns.indices.contains(column) && field < channels {
            output.streams[stream].columns[column].withIntegers { integers in
                for at in stride(from: field, to: values.count, by: channels) {
                    integers.append(factor == 1 ? values[at] : Self.rounded(values[at], factor))
                }
            }
            output.streams[stream].columns[column].withReals { reals in
                for at in stride(from: field, to: values.count, by: channels) {
                    reals.append(Double(values[at]) * factor)
                }
            }
        }
        output.streams[stream].count += count
        if frame.measurement != .interval || frame.time > 0 {
            output.streams[stream].deviceTimes.append(
                DeviceTime(offset: offset + count - 1, nanoseconds: frame.time))
        }
    }

    private static func rounded(_ value: Int64, _ factor: Double) -> Int64 {
        Int64(min(max((Double(value) * factor).rounded(), -0x1p62), 0x1p62))
    }

    /// The last interval ends when its packet arrives, as near as can be told; the others end one
    /// after the other before it.
    private mutating func addIntervals(
        _ count: Int, _ stream: Int, into output: inout DecodedOutput
    ) {
        let offset = output.streams[stream].count
        var age: Int64 = 0
        var ages = [Int64](repeating: 0, count: count)
        for index in (0..<count).reversed() {
            ages[index] = age
            age += values[index * 4 + 1] * 1_000_000
        }
        output.streams[stream].ages += ages
        for index in 0..<count {
            let flags = values[index * 4 + 3]
            if flags & 1 != 0 {
                addFault(.invalid, bytes: 6, stream: stream, offset: offset + index, into: &output)
            }
            if flags & 2 != 0 {
                knowsContact = true
            } else if knowsContact {
                addFault(
                    .noContact, bytes: 6, stream: stream, offset: offset + index, into: &output)
            }
        }
    }

    private func addFault(
        _ cause: DecodeFault.Cause, bytes: Int, stream: Int?, offset: Int? = nil,
        into output: inout DecodedOutput
    ) {
        let index = stream ?? (output.streams.count == 1 ? 0 : nil)
        let count =
            output.streams.indices.contains(index ?? 0) ? output.streams[index ?? 0].count : 0
        output.faults.append(
            DecodeFault(cause: cause, bytes: bytes, stream: index, beforeOffset: offset ?? count))
    }

    // MARK: State

    private static var stateVersion: UInt8 { 1 }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(UInt8(clamping: clocks.count))
        writer.write(knowsContact)
        for stream in clocks.indices {
            writer.write(UInt8(clamping: resolutions[stream]))
            writer.write(factors[stream])
            clocks[stream].save(into: &writer)
        }
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(Self.stateVersion)
        guard try reader.read(UInt8.self) == UInt8(clamping: clocks.count) else {
            throw .invalid("the saved state is of a profile with other streams")
        }
        var other = self
        other.knowsContact = try reader.read(Bool.self)
        for stream in clocks.indices {
            let resolution = Int(try reader.read(UInt8.self))
            let factor = try reader.read(Double.self)
            guard (1...32).contains(resolution), Self.isSensible(factor) else {
                throw .invalid("the saved settings make no sense")
            }
            other.resolutions[stream] = resolution
            other.factors[stream] = factor
            try other.clocks[stream].restore(from: &reader)
        }
        self = other
    }
}
