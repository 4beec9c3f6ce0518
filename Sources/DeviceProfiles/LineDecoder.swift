import Timebase

/// Reads lines of text; each is a sample of one stream.
struct LineDecoder: SampleDecoder {
    let framing: LineFraming
    /// Whether the stream's channels hold doubles.
    private let isReal: [[Bool]]
    /// The line that is not yet ended; at most `maximumLength` + 1 bytes.
    private var pending: [UInt8] = []
    /// What is being thrown away up to the next newline, and how much of it.
    private var dropping: DecodeFault.Cause?
    private var dropped = 0

    init(_ framing: LineFraming, streams: [StreamProfile]) {
        self.framing = framing
        isReal = streams.map { $0.channels.map(\.isReal) }
        if framing.discardsFirst { dropping = .partial }
    }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        var buffer: [UInt8] = []
        swap(&buffer, &pending)
        // The buffer is copied from, and only within this call, for which the caller keeps it.
        unsafe buffer.append(contentsOf: bytes)
        let used = scan(buffer.span, into: &output)
        buffer.removeFirst(used)
        swap(&buffer, &pending)
    }

    mutating func interrupt() {
        addDropped(pending.count)
        if dropping == nil { dropping = .partial }
        pending.removeAll(keepingCapacity: true)
    }

    /// A line without its end may be half a number: it is not given out.
    mutating func finish(into output: inout DecodedOutput) {
        interrupt()
        report(into: &output)
        dropping = .partial
    }

    private mutating func scan(_ bytes: Span<UInt8>, into output: inout DecodedOutput) -> Int {
        var start = 0
        for position in 0..<bytes.count where bytes[position] == 10 {
            let length = position - start
            if dropping != nil {
                addDropped(length)
                report(into: &output)
            } else if length > framing.maximumLength {
                dropping = .overlong
                addDropped(length)
                report(into: &output)
            } else {
                read(bytes, start..<position, into: &output)
            }
            start = position + 1
        }
        let rest = bytes.count - start
        if dropping == nil, rest > framing.maximumLength { dropping = .overlong }
        guard dropping != nil else { return start }
        addDropped(rest)
        return bytes.count
    }

    private mutating func addDropped(_ count: Int) {
        dropped = min(dropped + count, Int(UInt32.max))
    }

    private mutating func report(into output: inout DecodedOutput) {
        if dropped > 0, let cause = dropping {
            addFault(cause, bytes: dropped, stream: nil, into: &output)
        }
        dropped = 0
        dropping = nil
    }

    private func addFault(
        _ cause: DecodeFault.Cause, bytes: Int, stream: Int?, into output: inout DecodedOutput
    ) {
        let index = stream ?? (output.streams.count == 1 ? 0 : nil)
        output.faults.append(
            DecodeFault(
                cause: cause, bytes: bytes, stream: index,
                beforeOffset: output.streams.indices.contains(index ?? 0)
                    ? output.streams[index ?? 0].count : 0))
    }

    // MARK: One line

    private func read(_ bytes: Span<UInt8>, _ line: Range<Int>, into output: inout DecodedOutput) {
        var line = line
        while let last = line.last, isBlank(bytes[last]) { line.removeLast() }
        while let first = line.first, isBlank(bytes[first]) { line.removeFirst() }
        guard !line.isEmpty else { return }
        let length = line.count
        for marker in framing.markers where has(marker, bytes, line) {
            if marker.isMissing {
                addFault(marker.fault, bytes: length, stream: 0, into: &output)
                appendMissing(into: &output)
                return
            }
            addFault(marker.fault, bytes: length, stream: nil, into: &output)
            switch marker.place {
            case .whole: return
            case .start: line.removeFirst(marker.text.count)
            case .end: line.removeLast(marker.text.count)
            }
            while let last = line.last, isBlank(bytes[last]) { line.removeLast() }
        }
        for record in framing.records {
            if let fields = record.pattern.match(bytes, line),
                let numbers = numbers(record, fields, bytes)
            {
                append(numbers, record.stream, into: &output)
                return
            }
        }
        addFault(.unparsable, bytes: length, stream: nil, into: &output)
    }

    private func has(
        _ marker: LineFraming.Marker, _ bytes: Span<UInt8>, _ line: Range<Int>
    ) -> Bool {
        let count = marker.text.count
        guard count > 0, line.count >= count else { return false }
        if marker.place == .whole, line.count != count { return false }
        let start = marker.place == .end ? line.upperBound - count : line.lowerBound
        for index in 0..<count where bytes[start + index] != marker.text[index] { return false }
        return true
    }

    private func numbers(
        _ record: LineFraming.Record, _ fields: [Range<Int>], _ bytes: Span<UInt8>
    ) -> [LineNumber]? {
        var numbers: [LineNumber] = []
        numbers.reserveCapacity(record.columns.count)
        for column in record.columns {
            guard fields.indices.contains(column.field),
                let number = LineNumber.read(bytes, fields[column.field], as: column.number)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func append(
        _ numbers: [LineNumber], _ stream: Int, into output: inout DecodedOutput
    ) {
        guard output.streams.indices.contains(stream) else { return }
        for (index, number) in numbers.enumerated()
        where output.streams[stream].columns.indices.contains(index) {
            switch number {
            case .integer(let value):
                output.streams[stream].columns[index].withIntegers { $0.append(value) }
                output.streams[stream].columns[index].withReals { $0.append(Double(value)) }
            case .real(let value):
                output.streams[stream].columns[index].withReals { $0.append(value) }
            }
        }
        output.streams[stream].count += 1
    }

    private func appendMissing(into output: inout DecodedOutput) {
        guard !output.streams.isEmpty else { return }
        for index in output.streams[0].columns.indices {
            output.streams[0].columns[index].withReals { $0.append(.nan) }
        }
        output.streams[0].count += 1
    }

    // MARK: State

    private static var stateVersion: UInt8 { 1 }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(dropping?.rawValue ?? "")
        writer.write(UInt32(clamping: dropped))
        writer.write(pending)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(Self.stateVersion)
        let cause = try reader.readString()
        let dropped = Int(try reader.read(UInt32.self))
        let pending = try reader.readBytes()
        guard cause.isEmpty || DecodeFault.Cause(rawValue: cause) != nil else {
            throw .invalid("the saved state names an unknown fault")
        }
        guard pending.count <= framing.maximumLength else {
            throw .invalid("the saved state holds more bytes than a decoder keeps")
        }
        dropping = DecodeFault.Cause(rawValue: cause)
        self.dropped = dropped
        self.pending = pending
    }
}

/// Space, tab or carriage return.
@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }
