import Timebase

/// Stands for an input device, which has no bytes: any that come are told as unparsable.
struct InputDecoder: SampleDecoder {
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        let count = bytes.count
        guard count > 0 else { return }
        output.faults.append(DecodeFault(cause: .unparsable, bytes: count))
    }

    mutating func interrupt() {}
    mutating func finish(into output: inout DecodedOutput) {}
    func save(into writer: inout StateWriter) { writer.write(UInt8(1)) }
    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(1)
    }
}
