import Timebase

/// Reads packets of Bluetooth characteristics by a declared form.
struct PacketDecoder: SampleDecoder {
    let framing: PacketFraming
    /// The counter of the last packet of each record.
    private var last: [UInt32?]
    /// Whether the next packet of a record must be preceded by a break, whatever its number.
    private var isBreakDue: [Bool]
    /// Values that were read at the start, which become samples with the first packet.
    private var values: [UInt8] = []

    init(_ framing: PacketFraming) {
        self.framing = framing
        last = framing.records.map { _ in nil }
        isBreakDue = framing.records.map { _ in false }
    }

    // MARK: Decoding

    /// Bytes that no characteristic is known of mean nothing here.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        let count = bytes.count
        guard count > 0 else { return }
        addFault(.unparsable, bytes: count, stream: nil, into: &output)
    }

    mutating func decode(
        packet: UnsafeRawBufferPointer, from characteristic: Int, into output: inout DecodedOutput
    ) {
        takeValues(into: &output)
        // The packet is copied from, and only within this call, for which the caller keeps it.
        let bytes = unsafe [UInt8](packet)
        read(bytes, from: characteristic, into: &output)
    }

    /// Keeps the values that were read when the device was started. They are given out with the
    /// first packet, since only then it is known when the device began to send.
    mutating func configure(_ settings: [UInt8]) {
        values = settings.count <= Self.longestSettings ? settings : []
    }

    mutating func interrupt() {
        for index in last.indices where last[index] != nil { isBreakDue[index] = true }
    }

    mutating func finish(into output: inout DecodedOutput) { takeValues(into: &output) }

    private static var longestSettings: Int { 65_536 }

    private mutating func takeValues(into output: inout DecodedOutput) {
        guard !values.isEmpty else { return }
        let settings = values
        values = []
        for value in ReadValues.values(in: settings) {
            read(value.bytes, from: value.characteristic, into: &output)
        }
    }

    private mutating func read(
        _ bytes: [UInt8], from characteristic: Int, into output: inout DecodedOutput
    ) {
        var cause: DecodeFault.Cause?
        var stream: Int?
        for (index, record) in framing.records.enumerated()
        where record.characteristic == characteristic {
            switch PacketLayout.find(bytes.span, record) {
            case .layout(let layout):
                append(bytes.span, layout, index, into: &output)
                return
            case .wrongLength: cause = .length
            case .otherForm: cause = cause ?? .unparsable
            }
            stream = stream ?? record.streams.first?.stream
        }
        // A characteristic without a record, or none that any stream is made of, does not concern us.
        guard let cause, stream != nil else { return }
        addFault(cause, bytes: bytes.count, stream: stream, into: &output)
    }

    private func addFault(
        _ cause: DecodeFault.Cause, bytes: Int, stream: Int?, offset: Int = 0,
        into output: inout DecodedOutput
    ) {
        let index = stream ?? (output.streams.count == 1 ? 0 : nil)
        let place = index ?? 0
        output.faults.append(
            DecodeFault(
                cause: cause, bytes: bytes, stream: index,
                beforeOffset: output.streams.indices.contains(place)
                    ? output.streams[place].count + offset : 0))
    }

    // MARK: One packet

    private mutating func append(
        _ bytes: Span<UInt8>, _ layout: PacketLayout, _ index: Int,
        into output: inout DecodedOutput
    ) {
        let record = framing.records[index]
        guard !record.streams.isEmpty else { return }
        for fault in record.faults {
            if case .integer(let value) = layout.number(
                bytes, fault.source, record, repetition: 0, isRaw: true),
                fault.values.contains(value)
            {
                addFault(
                    fault.cause, bytes: bytes.count, stream: record.streams.first?.stream,
                    into: &output)
            }
        }
        let missing = missingPackets(bytes, layout, index)
        for part in record.streams where output.streams.indices.contains(part.stream) {
            let count = part.repeats ? layout.repetitions : layout.has(part, record) ? 1 : 0
            guard count > 0 else { continue }
            if let missing, !part.repeats {
                output.streams[part.stream].breaks.append(
                    CounterBreak(
                        beforeOffset: output.streams[part.stream].count, missing: missing))
            }
            append(bytes, layout, record, part, count, into: &output)
        }
    }

    private func append(
        _ bytes: Span<UInt8>, _ layout: PacketLayout, _ record: PacketFraming.Record,
        _ part: PacketFraming.StreamPart, _ count: Int, into output: inout DecodedOutput
    ) {
        for (index, source) in part.columns.enumerated()
        where output.streams[part.stream].columns.indices.contains(index) {
            for repetition in 0..<count {
                let number = layout.number(bytes, source, record, repetition: repetition)
                if let size = layout.implausible(number, source, record) {
                    addFault(
                        .implausible, bytes: size, stream: part.stream, offset: repetition,
                        into: &output)
                }
                let integer: Int64 = if case .integer(let value) = number { value } else { 0 }
                let real: Double =
                    switch number {
                    case .integer(let value): Double(value)
                    case .real(let value): value
                    case .missing: .nan
                    }
                output.streams[part.stream].columns[index].withIntegers { $0.append(integer) }
                output.streams[part.stream].columns[index].withReals { $0.append(real) }
            }
        }
        if let interval = part.interval, part.columns.indices.contains(interval.column) {
            let source = part.columns[interval.column]
            var ages = [Int64](repeating: 0, count: count)
            // Backwards: the last one ended when the packet came, each before it an interval earlier.
            for repetition in (0..<count - 1).reversed() {
                var age = ages[repetition + 1]
                if case .integer(let value) = layout.number(
                    bytes, source, record, repetition: repetition + 1)
                {
                    let nanoseconds = Double(value) / interval.unitsPerSecond * 1e9
                    age = Int64(min(Double(age) + nanoseconds, 1e18).rounded())
                }
                ages[repetition] = age
            }
            output.streams[part.stream].ages.append(contentsOf: ages)
        }
        output.streams[part.stream].count += count
    }

    /// The packets that went missing before this one by the record's counter; nil where none did.
    private mutating func missingPackets(
        _ bytes: Span<UInt8>, _ layout: PacketLayout, _ index: Int
    ) -> Int64? {
        let record = framing.records[index]
        guard let counter = record.counter,
            case .integer(let value) = layout.number(
                bytes, .fields([counter.field]), record, repetition: 0)
        else { return nil }
        let number = UInt32(truncatingIfNeeded: value)
        let before = last[index]
        let isDue = isBreakDue[index]
        last[index] = number
        isBreakDue[index] = false
        guard let before else { return nil }
        let bits = UInt32(record.fields[counter.field].type?.bits ?? 32)
        let mask: UInt32 = bits >= 32 ? .max : (1 << bits) - 1
        let distance = (number &- before) & mask
        if distance == counter.step { return isDue ? 0 : nil }
        let missing = ((distance &- counter.step) & mask) / counter.step
        return Int64(missing)
    }

    // MARK: State

    private static var stateVersion: UInt8 { 1 }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(UInt16(truncatingIfNeeded: last.count))
        for index in last.indices {
            writer.write(last[index] != nil)
            writer.write(last[index] ?? 0)
            writer.write(isBreakDue[index])
        }
        writer.write(values)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(Self.stateVersion)
        guard try reader.read(UInt16.self) == UInt16(truncatingIfNeeded: last.count) else {
            throw .invalid("the saved state is of other packets")
        }
        var last: [UInt32?] = []
        var isBreakDue: [Bool] = []
        for _ in self.last.indices {
            let hasLast = try reader.read(Bool.self)
            let number = try reader.read(UInt32.self)
            last.append(hasLast ? number : nil)
            isBreakDue.append(try reader.read(Bool.self))
        }
        let values = try reader.readBytes()
        guard values.count <= Self.longestSettings else {
            throw .invalid("the saved state holds more bytes than a decoder keeps")
        }
        self.last = last
        self.isBreakDue = isBreakDue
        self.values = values
    }
}
