/// Reads decimal numbers out of bytes into whole numbers of a power of ten, exactly.
///
/// Seconds since 1970 have ten digits before the point, and a `Double` has sixteen in all: through one,
/// the nanoseconds would be gone.
enum DecimalNumber {
    /// What a field says.
    enum Reading: Hashable, Sendable {
        case number(Int64)
        /// Nothing, `NA` or `NaN`, as statistics packages write what is missing.
        case missing
        /// No decimal number.
        case malformed
        /// A number beyond 64 bits, or `inf`.
        case tooLarge
        /// A number between two whole ones, where a whole one is wanted.
        case broken
    }

    /// Reads a field.
    /// - Parameters:
    ///   - bytes: without spaces at its ends.
    ///   - places: decimals that count: 9 gives nanoseconds of seconds, 0 whole numbers. What comes
    ///     behind is rounded to the nearest, halves away from zero.
    ///   - isExact: whether digits behind the last place are refused (`broken`) unless they are 0.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, places: Int, isExact: Bool = false
    ) -> Reading {
        var position = 0
        let count = bytes.count
        guard count > 0 else { return .missing }
        var isNegative = false
        // Each index is compared with `count` before it is read.
        if unsafe bytes[0] == 0x2D || bytes[0] == 0x2B {
            isNegative = unsafe bytes[0] == 0x2D
            position = 1
        }
        var digits: UInt64 = 0
        /// Power of ten by which `digits` is to be multiplied.
        var exponent = 0
        var hasDigits = false
        var hasPoint = false
        /// The first digit that had no room any more, and whether anything but zeros follows it.
        var dropped: UInt8?
        var hasTail = false
        while position < count {
            let byte = unsafe bytes[position]
            if byte >= 0x30, byte <= 0x39 {
                hasDigits = true
                // Up to here another digit always fits.
                if digits < 1_844_674_407_370_955_160 {
                    digits = digits * 10 + UInt64(byte - 0x30)
                    if hasPoint { exponent -= 1 }
                } else {
                    if dropped == nil {
                        dropped = byte - 0x30
                    } else if byte != 0x30 {
                        hasTail = true
                    }
                    if !hasPoint { exponent += 1 }
                }
            } else if byte == 0x2E, !hasPoint {
                hasPoint = true
            } else {
                break
            }
            position += 1
        }
        guard hasDigits else { return unsafe word(bytes, from: position) }
        if position < count {
            guard let power = unsafe self.exponent(bytes, from: position) else { return .malformed }
            exponent += power
        }
        return scaled(
            digits, by: exponent + places, isNegative, isExact: isExact,
            tail: (dropped.map { $0 != 0 } ?? false) || hasTail)
    }

    /// The number behind an `e`, clamped to what matters; nil where there is none.
    private static func exponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard unsafe bytes[start] | 0x20 == 0x65 else { return nil }
        var position = start + 1
        var isNegative = false
        if position < bytes.count, unsafe bytes[position] == 0x2D || bytes[position] == 0x2B {
            isNegative = unsafe bytes[position] == 0x2D
            position += 1
        }
        guard position < bytes.count else { return nil }
        var value = 0
        while position < bytes.count {
            let byte = unsafe bytes[position]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = min(value * 10 + Int(byte - 0x30), 1_000_000)
            position += 1
        }
        return isNegative ? -value : value
    }

    private static func scaled(
        _ digits: UInt64, by power: Int, _ isNegative: Bool, isExact: Bool, tail: Bool
    ) -> Reading {
        var value = digits
        if value == 0 { return .number(0) }
        if power >= 0 {
            // What was dropped lies before the last place that counts.
            if tail || power > 19 { return .tooLarge }
            for _ in 0..<power {
                let (next, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { return .tooLarge }
                value = next
            }
        } else {
            var last: UInt64 = 0
            var hasTail = tail
            for _ in 0..<min(-power, 21) {
                if last != 0 { hasTail = true }
                (value, last) = value.quotientAndRemainder(dividingBy: 10)
            }
            if isExact, last != 0 || hasTail { return .broken }
            if last >= 5 { value += 1 }
        }
        guard value <= UInt64(Int64.max) else { return .tooLarge }
        return .number(isNegative ? -Int64(value) : Int64(value))
    }

    /// A field without digits.
    private static func word(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Reading {
        guard start < bytes.count, bytes.count - start <= 8 else { return .malformed }
        let word = unsafe String(
            decoding: UnsafeBufferPointer(rebasing: bytes[start...]), as: UTF8.self
        ).lowercased()
        return switch word {
        case "na", "nan", "null", "none": start == 0 ? .missing : .malformed
        case "inf", "infinity": .tooLarge
        default: .malformed
        }
    }
}
