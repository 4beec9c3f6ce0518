/// Numbers of tables, exactly where it matters.
enum DecimalTime {
    /// A decimal number times a power of ten, as a whole number, rounded to the nearest; nil for what is no
    /// number, or too large. So nanoseconds since 1970 are not rounded to what a double can hold.
    /// - Parameter exponent: 9 makes nanoseconds of seconds.
    static func scaled(_ text: some StringProtocol, by exponent: Int, comma: Bool) -> Int64? {
        var digits: Int64 = 0
        var isNegative = false
        var point: Int?
        var places = 0
        var power = 0
        var any = false
        var bytes = Array(text.utf8)[...]
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        while let byte = bytes.first {
            bytes = bytes.dropFirst()
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                any = true
                if point != nil {
                    // What is finer than a nanosecond counts no more.
                    guard places < exponent + 1 else { continue }
                    places += 1
                }
                let (product, isTooLarge) = digits.multipliedReportingOverflow(by: 10)
                let (sum, isTooLargeStill) = product.addingReportingOverflow(Int64(byte - 0x30))
                guard !isTooLarge, !isTooLargeStill else { return nil }
                digits = sum
            case UInt8(ascii: "."), UInt8(ascii: ","):
                guard point == nil, (byte == UInt8(ascii: ",")) == comma else { return nil }
                point = places
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard any, let found = Int(String(decoding: bytes, as: UTF8.self)),
                    abs(found) < 40
                else { return nil }
                power = found
                bytes = []
            default: return nil
            }
        }
        guard any else { return nil }
        var value = isNegative ? -digits : digits
        var steps = exponent - places + power
        while steps > 0 {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return nil }
            value = product
            steps -= 1
        }
        while steps < 0 {
            // Halves away from nothing, once at the last digit.
            value = steps == -1 ? (value + (value < 0 ? -5 : 5)) / 10 : value / 10
            steps += 1
        }
        return value
    }

    /// A number; nil for what is none.
    static func number(_ text: String, comma: Bool) -> Double? {
        let plain =
            comma
            ? text.split(separator: ",", omittingEmptySubsequences: false)
                .joined(separator: ".") : text
        if comma, text.contains(".") { return nil }
        return Double(plain)
    }
}
