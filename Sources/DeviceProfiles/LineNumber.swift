/// A number read from a line.
enum LineNumber: Hashable, Sendable {
    case integer(Int64)
    case real(Double)

    /// Nil where the bytes are no number of the form: no digits, a point in a whole number, more
    /// decimals than declared (rounding would lose what the device said), too large.
    static func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, as form: LineFraming.NumberForm
    ) -> LineNumber? {
        switch form {
        case .integer: return scaled(bytes, range, decimals: 0, allowsPoint: false)
        case .decimals(let decimals):
            return scaled(bytes, range, decimals: decimals, allowsPoint: true)
        case .real:
            var text = ""
            for index in range { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
            return Double(text).map { .real($0) }
        }
    }

    private static func scaled(
        _ bytes: Span<UInt8>, _ range: Range<Int>, decimals: Int, allowsPoint: Bool
    ) -> LineNumber? {
        var value: Int64 = 0
        var isNegative = false
        var digits = 0
        var behindPoint: Int?
        func shift(_ value: Int64, _ digit: Int64) -> Int64? {
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            guard !tooLarge else { return nil }
            let (sum, overflow) =
                isNegative
                ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            return overflow ? nil : sum
        }
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "-") where index == range.lowerBound: isNegative = true
            case UInt8(ascii: "+") where index == range.lowerBound: break
            case UInt8(ascii: ".") where allowsPoint && behindPoint == nil: behindPoint = 0
            case 48...57:
                if let count = behindPoint {
                    guard count < decimals else { return nil }
                    behindPoint = count + 1
                }
                guard let next = shift(value, Int64(bytes[index] - 48)) else { return nil }
                value = next
                digits += 1
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        for _ in (behindPoint ?? 0)..<max(decimals, behindPoint ?? 0) {
            guard let next = shift(value, 0) else { return nil }
            value = next
        }
        return .integer(value)
    }
}
