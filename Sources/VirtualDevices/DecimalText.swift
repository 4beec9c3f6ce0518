/// Whole numbers as decimal numbers.
enum DecimalText {
    /// `value` / 10^`decimals` with so many digits behind the point.
    static func text(_ value: Int64, decimals: Int) -> String {
        guard decimals > 0 else { return String(value) }
        var digits = String(value.magnitude)
        while digits.count <= decimals { digits = "0" + digits }
        return "\(value < 0 ? "-" : "")\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
    }
}
