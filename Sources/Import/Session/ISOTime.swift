import Timebase

/// Reads dates as they stand in headers, tables and options: ISO 8601, see Protocols/formats/import.md.
public enum ISOTime {
    /// The moment in nanoseconds since 1970 UTC: `2026-11-21T09:30:00.125+01:00`, also with a space for the
    /// `T`, without colon, fraction or seconds. Without a zone it is taken for UTC.
    /// - Returns: nil for what is none, as 2026-02-31, or lies before 1900 or after 2200.
    public static func nanoseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        func digits(_ count: Int) -> Int64? {
            let part = rest.prefix(count)
            guard part.utf8.count == count,
                part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int64(part)
            else { return nil }
            rest = rest.dropFirst(count)
            return number
        }
        func take(_ characters: String) -> Bool {
            guard let next = rest.first, characters.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = digits(4), take("-"), let month = digits(2), take("-"),
            let day = digits(2), (1900...2200).contains(year),
            GregorianCalendar.has(year: year, month: month, day: day)
        else { return nil }
        var seconds =
            GregorianCalendar.daysSince1970(year: year, month: month, day: day) * 86_400
        var fraction: Int64 = 0
        if take("T ") {
            guard let hour = digits(2), take(":"), let minute = digits(2), hour < 24, minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            if take(":") {
                guard let second = digits(2), second <= 60 else { return nil }
                seconds += second
            }
            if take(".,") {
                var unit: Int64 = 100_000_000
                while let digit = rest.first?.wholeNumberValue, rest.first?.isASCII == true {
                    fraction += Int64(digit) * unit
                    unit /= 10
                    rest = rest.dropFirst()
                }
            }
            _ = take(" ")
            if let sign = rest.first, sign == "+" || sign == "-" {
                rest = rest.dropFirst()
                guard let hours = digits(2) else { return nil }
                _ = take(":")
                let minutes = digits(2) ?? 0
                seconds -= (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
            } else {
                _ = take("Zz")
            }
        }
        return rest.isEmpty ? seconds * 1_000_000_000 + fraction : nil
    }
}
