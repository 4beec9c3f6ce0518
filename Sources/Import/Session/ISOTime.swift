/// Reads dates as they stand in headers and tables: ISO 8601.
enum ISOTime {
    /// The moment in nanoseconds since 1970 UTC: `2026-11-21T09:30:00.125+01:00`, also with a space for the
    /// `T`, without colon, fraction or seconds. Without a zone it is taken for UTC.
    /// - Returns: nil for what is none, or lies before 1900 or after 2200.
    static func nanoseconds(_ text: String) -> Int64? {
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
            let day = digits(2), (1900...2200).contains(year), (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        var seconds = days(year, month, day) * 86_400
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

    /// Days from 1970-01-01 to a date of the Gregorian calendar (years counted from March, so that the odd
    /// day comes last).
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
