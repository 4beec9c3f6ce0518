import Timebase

/// What a line of a device means.
protocol LineForm: Sendable {
    /// Bytes of the longest line, without its end.
    var maximumLength: Int { get }
    /// Whether what comes before the first newline is thrown away, since it may be half a line.
    var discardsFirst: Bool { get }

    /// Reads one line, which has no blanks at its ends and is not empty.
    func read(_ bytes: Span<UInt8>, _ line: Range<Int>, into output: inout DecodedOutput)
}

extension LineForm {
    func addFault(
        _ cause: DecodeFault.Cause, bytes: Int, stream: Int?, into output: inout DecodedOutput
    ) {
        let index = stream ?? (output.streams.count == 1 ? 0 : nil)
        output.faults.append(
            DecodeFault(
                cause: cause, bytes: bytes, stream: index,
                beforeOffset: output.streams.indices.contains(index ?? 0)
                    ? output.streams[index ?? 0].count : 0))
    }

    func append(
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
}

/// Cuts bytes into lines and has them read.
struct LineScanner<Form: LineForm>: ScanningDecoder {
    let form: Form
    /// The line that is not yet ended; at most `maximumLength` + 1 bytes.
    var pending: [UInt8] = []
    /// What is being thrown away up to the next newline, and how much of it.
    private var dropping: DecodeFault.Cause?
    private var dropped = 0

    init(_ form: Form) {
        self.form = form
        if form.discardsFirst { dropping = .partial }
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

    /// What is no whole line waits, whether more will come or not.
    mutating func scan(
        _ bytes: Span<UInt8>, isEnd: Bool, into output: inout DecodedOutput
    ) -> Int {
        var start = 0
        for position in 0..<bytes.count where bytes[position] == 10 {
            let length = position - start
            if dropping != nil {
                addDropped(length)
                report(into: &output)
            } else if length > form.maximumLength {
                dropping = .overlong
                addDropped(length)
                report(into: &output)
            } else {
                var line = start..<position
                while let last = line.last, isBlank(bytes[last]) { line.removeLast() }
                while let first = line.first, isBlank(bytes[first]) { line.removeFirst() }
                if !line.isEmpty { form.read(bytes, line, into: &output) }
            }
            start = position + 1
        }
        let rest = bytes.count - start
        if dropping == nil, rest > form.maximumLength { dropping = .overlong }
        guard dropping != nil else { return start }
        addDropped(rest)
        return bytes.count
    }

    private mutating func addDropped(_ count: Int) {
        dropped = min(dropped + count, Int(UInt32.max))
    }

    mutating func report(into output: inout DecodedOutput) {
        if dropped > 0, let cause = dropping {
            form.addFault(cause, bytes: dropped, stream: nil, into: &output)
        }
        dropped = 0
        dropping = nil
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
        guard pending.count <= form.maximumLength else {
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
