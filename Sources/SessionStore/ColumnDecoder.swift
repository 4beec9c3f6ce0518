import Timebase

/// Reads the columns that a `ColumnCoder` wrote; never reads past the end of the bytes.
@safe struct ColumnDecoder {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The bytes must stay valid as long as the decoder is used.
    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    var isAtEnd: Bool { unsafe position == bytes.count }

    /// Passes over one column without decoding it.
    mutating func skip() -> Bool {
        guard let header = readHeader() else { return false }
        position += header.count * header.width
        return true
    }

    /// The next column; nil where the bytes are damaged or its length is not in `counts`.
    mutating func next(_ counts: ClosedRange<Int>) -> SampleColumn? {
        guard let header = readHeader(), counts.contains(header.count) else { return nil }
        defer { position += header.count * header.width }
        guard header.order == ColumnCoder.realOrder else { return .integers(integers(header)) }
        guard header.width == 8 else { return nil }
        return .reals(planes(header).map { Double(bitPattern: $0) })
    }

    /// The next column as integers; nil where it is none or damaged.
    mutating func nextIntegers(_ counts: ClosedRange<Int>) -> [Int64]? {
        guard case .integers(let values)? = next(counts) else { return nil }
        return values
    }

    private struct Header {
        var order: UInt8
        var width: Int
        var count: Int
        var start: Int64
        var step: Int64
    }

    private mutating func readHeader() -> Header? {
        // `loadUnaligned` stays inside, since the length is checked first.
        guard unsafe bytes.count - position >= ColumnCoder.headerBytes else { return nil }
        let header = unsafe Header(
            order: bytes[position], width: Int(bytes[position + 1]),
            count: Int(
                UInt32(
                    littleEndian: bytes.loadUnaligned(
                        fromByteOffset: position + 2, as: UInt32.self))),
            start: Int64(
                littleEndian: bytes.loadUnaligned(
                    fromByteOffset: position + 6, as: Int64.self)),
            step: Int64(
                littleEndian: bytes.loadUnaligned(
                    fromByteOffset: position + 14, as: Int64.self)))
        guard header.width <= 8, header.order <= 2 || header.order == ColumnCoder.realOrder
        else { return nil }
        position += ColumnCoder.headerBytes
        guard unsafe header.count * header.width <= bytes.count - position else { return nil }
        return header
    }

    /// The numbers of the planes, put together from their bytes.
    private func planes(_ header: Header) -> [UInt64] {
        let count = header.count
        // The header's check says that all planes lie inside.
        return unsafe [UInt64](unsafeUninitializedCapacity: count) { target, initialized in
            for index in 0..<count { unsafe target.initializeElement(at: index, to: 0) }
            for plane in 0..<header.width {
                let shift = UInt64(plane * 8)
                let offset = position + plane * count
                for index in 0..<count {
                    unsafe target[index] |= UInt64(bytes[offset + index]) &<< shift
                }
            }
            initialized = count
        }
    }

    private func integers(_ header: Header) -> [Int64] {
        let count = header.count
        let order = header.order
        let step = header.step
        let width = header.width
        return unsafe [Int64](unsafeUninitializedCapacity: count) { target, initialized in
            // The header's check says that all planes lie inside, and `target` holds `count`.
            var line = header.start
            var first: Int64 = 0
            var second: Int64 = 0
            let base = unsafe bytes.baseAddress.map { unsafe $0 + position }
            for index in 0..<count {
                var code: UInt64 = 0
                if let base = unsafe base {
                    for plane in 0..<width {
                        let byte = unsafe base.load(
                            fromByteOffset: plane * count + index, as: UInt8.self)
                        code |= UInt64(byte) &<< UInt64(plane * 8)
                    }
                }
                let residual = Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1)
                let sum: Int64
                switch order {
                case 0: sum = residual
                case 1:
                    first &+= residual
                    sum = first
                default:
                    second &+= residual
                    first &+= second
                    sum = first
                }
                unsafe (target.baseAddress! + index).initialize(to: line &+ sum)
                line &+= step
            }
            initialized = count
        }
    }
}
