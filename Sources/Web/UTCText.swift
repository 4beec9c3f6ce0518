import Glibc

/// Moments as ISO 8601 in UTC, with milliseconds.
public enum UTCText {
    /// - Parameter milliseconds: since 1970-01-01 UTC.
    public static func of(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = unsafe tm()
        // Both are values of our own.
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "" }
        func digits(_ value: Int32, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = unsafe [
            digits(parts.tm_year + 1900, 4), digits(parts.tm_mon + 1, 2), digits(parts.tm_mday, 2),
        ]
        let time = unsafe [
            digits(parts.tm_hour, 2), digits(parts.tm_min, 2), digits(parts.tm_sec, 2),
        ]
        let rest = digits(Int32(milliseconds % 1000), 3)
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(rest)Z"
    }

    /// As a head's `Date` has it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    /// - Parameter seconds: since 1970-01-01 UTC.
    public static func ofHead(_ seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = unsafe tm()
        // Both are values of our own.
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (day, month) = unsafe (days[Int(parts.tm_wday) % 7], months[Int(parts.tm_mon) % 12])
        let date = unsafe "\(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        let time = unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(date) \(time) GMT"
    }
}
