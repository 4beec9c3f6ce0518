/// Turns batches into bytes and back, for `SpoolFile`: only this process ever reads them.
enum BatchCoder {
    private static let missing = UInt32.max

    static func encode(_ batch: TableBatch) -> [UInt8] {
        var bytes: [UInt8] = []
        for column in batch.columns {
            switch column {
            case .integers(let values, let isMissing):
                append(values, to: &bytes)
                bytes.append(isMissing.isEmpty ? 0 : 1)
                for flag in isMissing { bytes.append(flag ? 1 : 0) }
            case .reals(let values):
                append(values, to: &bytes)
            case .texts(let values):
                append(values.map { $0.map { UInt32($0.utf8.count) } ?? missing }, to: &bytes)
                for case let value? in values { bytes.append(contentsOf: value.utf8) }
            }
        }
        return bytes
    }

    /// - Parameter bytes: as `encode` gave them for columns of these kinds.
    static func decode(_ bytes: [UInt8], count: Int, _ columns: [TableColumn]) -> TableBatch {
        var place = 0
        func numbers<Number: BitwiseCopyable>(_ zero: Number) -> [Number] {
            var values = [Number](repeating: zero, count: count)
            // The bytes hold `count` such values from `place` on, since `encode` wrote them.
            unsafe values.withUnsafeMutableBytes { target in
                unsafe bytes.withUnsafeBytes { source in
                    unsafe target.copyMemory(
                        from: UnsafeRawBufferPointer(
                            rebasing: source[place..<place + target.count]))
                }
            }
            place += count * MemoryLayout<Number>.stride
            return values
        }
        let values = columns.map { column -> ColumnValues in
            switch column.kind.storage {
            case .integers:
                let values = numbers(Int64(0))
                let hasMissing = bytes[place] == 1
                place += 1
                guard hasMissing else { return .integers(values, isMissing: []) }
                let flags = bytes[place..<place + count].map { $0 == 1 }
                place += count
                return .integers(values, isMissing: flags)
            case .reals:
                return .reals(numbers(0.0))
            case .texts:
                let lengths = numbers(UInt32(0))
                return .texts(
                    lengths.map { length in
                        guard length != missing else { return nil }
                        let end = place + Int(length)
                        defer { place = end }
                        return String(decoding: bytes[place..<end], as: UTF8.self)
                    })
            }
        }
        return TableBatch(count: count, columns: values)
    }

    private static func append<Number: BitwiseCopyable>(
        _ values: [Number], to bytes: inout [UInt8]
    ) {
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
}
