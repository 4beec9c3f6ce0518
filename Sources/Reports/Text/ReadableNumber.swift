/// Numbers as a person reads them in a terminal.
public enum ReadableNumber {
    /// Digits in groups of three: `1,234,567`.
    public static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A number with so many decimals, rounded.
    public static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let (whole, rest) = Int64((value.magnitude * Double(scale)).rounded())
            .quotientAndRemainder(dividingBy: scale)
        let sign = value < 0 && (whole > 0 || rest > 0) ? "-" : ""
        if places == 0 { return sign + grouped(whole) }
        let digits = String(rest)
        return "\(sign)\(grouped(whole))."
            + String(repeating: "0", count: places - digits.count) + digits
    }

    /// A number of bytes with a unit: `812 bytes`, `3.4 MB` (10⁶ bytes).
    public static func size(_ bytes: Int64) -> String {
        var value = Double(bytes)
        if value < 1000 { return "\(bytes) bytes" }
        for unit in ["kB", "MB", "GB"] {
            value /= 1000
            if value < 999.95 || unit == "GB" { return "\(decimal(value, 1)) \(unit)" }
        }
        return "\(bytes) bytes"
    }

    /// Nanoseconds as `4.2 s`, `3:07.5` (minutes) or `1:02:03` (hours).
    public static func duration(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / 1e9
        if seconds < 60 { return "\(decimal(seconds, 1)) s" }
        // By tenths, so that 59.96 s never becomes a 60th second.
        let tenths = Int64(clamping: nanoseconds / 100_000_000)
        let (minutes, rest) = (tenths / 600, tenths % 600)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if minutes < 60 { return "\(minutes):\(two(rest / 10)).\(rest % 10)" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(rest / 10))"
    }
}
