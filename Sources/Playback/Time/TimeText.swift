import Timebase

/// Times of a session as people write and read them.
public enum TimeText {
    /// Nanoseconds of a text such as `90`, `90.5s`, `1:30` or `1:02:03.250`; nil for anything else.
    public static func nanoseconds(_ text: String) -> Int64? {
        var text = Substring(text)
        if text.last == "s" { text.removeLast() }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last else { return nil }
        guard last.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let seconds = Double(last)
        else { return nil }
        var whole = 0.0
        for (place, part) in parts.dropLast().enumerated() {
            guard part.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Double(part),
                place == 0 || number < 60
            else { return nil }
            whole = (whole + number) * 60
        }
        guard parts.count == 1 || seconds < 60 else { return nil }
        let total = (whole + seconds) * 1e9
        return total < 9e18 ? Int64(clamping: total.rounded()) : nil
    }

    /// As `01:02:03.250`; the sign stands before a time that lies before the start.
    public static func clock(_ nanoseconds: Int64) -> String {
        let milliseconds = divided(nanoseconds, by: 1_000_000)
        let size = milliseconds.magnitude
        let seconds = size / 1000
        return (milliseconds < 0 ? "-" : "") + two(seconds / 3600) + ":"
            + two(seconds / 60 % 60) + ":" + two(seconds % 60) + "."
            + padded(size % 1000, to: 3)
    }

    /// As `1:02:03` or `2:03`, whole seconds.
    public static func short(_ nanoseconds: Int64) -> String {
        let whole = divided(nanoseconds, by: 1_000_000_000)
        let seconds = whole.magnitude
        let sign = whole < 0 ? "-" : ""
        let minutes = seconds / 60 % 60
        if seconds >= 3600 {
            return "\(sign)\(seconds / 3600):\(two(minutes)):\(two(seconds % 60))"
        }
        return "\(sign)\(minutes):\(two(seconds % 60))"
    }

    /// Seconds with six decimals, as `12.000250`.
    public static func seconds(_ nanoseconds: Int64) -> String {
        let microseconds = divided(nanoseconds, by: 1000)
        let size = microseconds.magnitude
        return (microseconds < 0 ? "-" : "") + "\(size / 1_000_000)."
            + padded(size % 1_000_000, to: 6)
    }

    /// A number with so many decimals, such as `12.5`.
    public static func decimal(_ number: Double, places: Int) -> String {
        guard number.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<min(max(places, 0), 9) { scale *= 10 }
        let scaled = (number.magnitude * scale).rounded()
        guard scaled < 9e15 else { return "\(number)" }
        let whole = UInt64(scaled)
        let unit = UInt64(scale)
        let sign = number < 0 && whole > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole / unit).\(padded(whole % unit, to: min(places, 9)))"
    }

    /// Divides, rounding down, so that a time is shown when it has come and not before.
    private static func divided(_ number: Int64, by divisor: Int64) -> Int64 {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }

    private static func two(_ number: UInt64) -> String { padded(number, to: 2) }

    private static func padded(_ number: UInt64, to width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
