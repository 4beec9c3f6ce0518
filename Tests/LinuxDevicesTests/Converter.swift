import LinuxDevices

/// An `InputReader` fed from arrays.
struct Converter: ~Copyable {
    private var reader: InputReader

    init(_ kind: InputDeviceKind, policy: InputPolicy = InputPolicy(), isTestSource: Bool = false) {
        reader = InputReader(kind: kind, policy: policy, isTestSource: isTestSource)
    }

    /// The bytes put out for these bytes, and what is left of the input.
    mutating func convert(
        _ events: [UInt8], capacity: Int? = nil
    ) -> (output: [UInt8], input: [UInt8]) {
        var input = events
        var output = [UInt8](
            repeating: 0xEE, count: capacity ?? (events.count / 24 + 2) * InputRecord.byteCount)
        let count = unsafe input.withUnsafeMutableBytes { from in
            unsafe output.withUnsafeMutableBytes { into in
                // Both arrays stay in place for the call.
                unsafe reader.convert(from, into: into)
            }
        }
        return (Array(output[0..<count]), input)
    }

    /// The records for these bytes.
    mutating func records(_ events: [UInt8], capacity: Int? = nil) -> [InputRecord] {
        Self.records(in: convert(events, capacity: capacity).output)
    }

    static func records(in bytes: [UInt8]) -> [InputRecord] {
        stride(from: 0, to: bytes.count, by: InputRecord.byteCount).compactMap { start in
            unsafe bytes[start..<min(start + InputRecord.byteCount, bytes.count)]
                .withUnsafeBytes { unsafe InputRecord($0) }
        }
    }
}
