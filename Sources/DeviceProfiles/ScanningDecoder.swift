/// A decoder of a stream of bytes that keeps what it cannot decide yet, and scans it again together
/// with what comes next.
protocol ScanningDecoder: SampleDecoder {
    /// Bytes that are not yet decided.
    var pending: [UInt8] { get set }

    /// Gives out what can be told from `bytes`, which begin with what was pending.
    /// - Parameter isEnd: nothing comes behind them.
    /// - Returns: how many bytes are decided; the rest is pending.
    mutating func scan(_ bytes: Span<UInt8>, isEnd: Bool, into output: inout DecodedOutput) -> Int

    /// Tells of bytes that were skipped and not yet told of.
    mutating func report(into output: inout DecodedOutput)
}

extension ScanningDecoder {
    mutating func suspect() -> Bool { false }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout DecodedOutput) {
        guard bytes.count > 0 else { return }
        var buffer: [UInt8] = []
        swap(&buffer, &pending)
        // The buffer is copied from, and only within this call, for which the caller keeps it.
        unsafe buffer.append(contentsOf: bytes)
        let used = scan(buffer.span, isEnd: false, into: &output)
        buffer.removeFirst(used)
        swap(&buffer, &pending)
    }

    mutating func finish(into output: inout DecodedOutput) {
        let buffer = pending
        let used = scan(buffer.span, isEnd: true, into: &output)
        pending.removeFirst(used)
        interrupt(lost: 0)
        report(into: &output)
    }
}
