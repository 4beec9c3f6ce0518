import Timebase

/// Writes columns of numbers in the layout of a session file's chunks, before compression.
///
/// A column is a header of 22 bytes (`order` u8, `width` u8, `count` u32, `start` i64, `step` i64,
/// little-endian) and `width` planes of `count` bytes each: first the lowest byte of every number,
/// then the next one. Planes, because the upper bytes then lie together and vanish in compression,
/// while the noisy lowest ones do not spoil them.
///
/// Integers: value[i] = start + step * i + the `order`-fold running sum of r, with the planes
/// holding r in zigzag form (0, -1, 1, -2, ... as 0, 1, 2, 3, ...). Reals: `order` is `realOrder`,
/// `width` 8, and the planes hold the IEEE 754 bits.
struct ColumnCoder {
    /// Marks a column of 64-bit floating-point numbers.
    static let realOrder: UInt8 = 8
    static let headerBytes = 22

    /// Bytes of columns of so many numbers at most.
    static func mostBytes(_ count: Int, columns: Int) -> Int {
        max(columns, 1) * (headerBytes + 8 * count)
    }

    private var residuals: [Int64] = []

    /// Appends one column.
    mutating func encode(_ column: SampleColumn, into bytes: inout [UInt8]) {
        switch column {
        case .integers(let values): encode(values, into: &bytes)
        case .reals(let values):
            appendHeader(
                order: Self.realOrder, width: 8, count: values.count, start: 0, step: 0,
                into: &bytes)
            appendPlanes(values.count, width: 8, into: &bytes) { values[$0].bitPattern }
        }
    }

    /// Appends a column of integers in the order of differences that takes the fewest bits.
    mutating func encode(_ values: [Int64], into bytes: inout [UInt8]) {
        guard let first = values.first, let last = values.last, Self.mayDiffer(values) else {
            appendHeader(
                order: 0, width: 8, count: values.count, start: 0, step: 0, into: &bytes)
            appendPlanes(values.count, width: 8, into: &bytes) { Self.zigzag(values[$0]) }
            return
        }
        let count = values.count
        let step = count > 1 ? (last - first) / Int64(count - 1) : 0
        // Residuals around the line, then their first and second differences; cost in bits.
        var costs = (0, 0, 0)
        var largest: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var previous: Int64 = 0
        var previousDifference: Int64 = 0
        residuals.removeAll(keepingCapacity: true)
        residuals.reserveCapacity(count)
        var line = first
        for value in values {
            let residual = value &- line
            let difference = residual &- previous
            let second = difference &- previousDifference
            residuals.append(residual)
            let codes = (Self.zigzag(residual), Self.zigzag(difference), Self.zigzag(second))
            largest.0 |= codes.0
            largest.1 |= codes.1
            largest.2 |= codes.2
            costs.0 &+= 64 &- codes.0.leadingZeroBitCount
            costs.1 &+= 64 &- codes.1.leadingZeroBitCount
            costs.2 &+= 64 &- codes.2.leadingZeroBitCount
            previous = residual
            previousDifference = difference
            line &+= step
        }
        let order: UInt8 =
            costs.0 <= costs.1 && costs.0 <= costs.2 ? 0 : costs.1 <= costs.2 ? 1 : 2
        let bits = order == 0 ? largest.0 : order == 1 ? largest.1 : largest.2
        let width = (64 - bits.leadingZeroBitCount + 7) / 8
        appendHeader(
            order: order, width: UInt8(width), count: count, start: first, step: step,
            into: &bytes)
        for _ in 0..<order {
            var previous: Int64 = 0
            for index in residuals.indices {
                let residual = residuals[index]
                residuals[index] = residual &- previous
                previous = residual
            }
        }
        appendPlanes(count, width: width, into: &bytes) { Self.zigzag(residuals[$0]) }
    }

    static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
    }

    /// Whether second differences stay far from the ends of Int64, so that a reader without
    /// wrapping arithmetic gets the same numbers.
    private static func mayDiffer(_ values: [Int64]) -> Bool {
        let bound: Int64 = 1 << 59
        guard let least = values.min(), let most = values.max() else { return false }
        return least > -bound && most < bound
    }

    private func appendHeader(
        order: UInt8, width: UInt8, count: Int, start: Int64, step: Int64,
        into bytes: inout [UInt8]
    ) {
        bytes.append(order)
        bytes.append(width)
        append(UInt32(clamping: count), to: &bytes)
        append(start, to: &bytes)
        append(step, to: &bytes)
    }

    private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private func appendPlanes(
        _ count: Int, width: Int, into bytes: inout [UInt8], _ value: (Int) -> UInt64
    ) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count * width))
        for plane in 0..<width {
            let offset = start + plane * count
            let shift = UInt64(plane * 8)
            for index in 0..<count {
                bytes[offset + index] = UInt8(truncatingIfNeeded: value(index) &>> shift)
            }
        }
    }
}
