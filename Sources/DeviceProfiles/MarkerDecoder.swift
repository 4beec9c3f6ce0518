import Timebase

/// Reads marks: each byte that counts is a sample of the first stream.
struct MarkerDecoder: SampleDecoder {
    let framing: MarkerFraming
    /// The lines as they last were.
    private var last: UInt8 = 0

    init(_ framing: MarkerFraming) { self.framing = framing }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        guard !output.streams.isEmpty else { return }
        // Read within this call, for which the caller keeps the bytes.
        for index in 0..<bytes.count {
            let code = unsafe bytes[index] & framing.mask
            let isChange = code != last
            last = code
            if framing.onlyChanges && !isChange { continue }
            if framing.ignoresZero && code == 0 { continue }
            for column in output.streams[0].columns.indices {
                output.streams[0].columns[column].withIntegers { $0.append(Int64(code)) }
                output.streams[0].columns[column].withReals { $0.append(Double(code)) }
            }
            output.streams[0].count += 1
        }
    }

    /// What the lines did meanwhile is unknown: the next mark counts, whatever it is.
    mutating func interrupt() { last = 0 }
    mutating func finish(into output: inout DecodedOutput) {}

    private static var stateVersion: UInt8 { 1 }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(last)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(Self.stateVersion)
        last = try reader.read(UInt8.self)
    }
}
