/// Dates of the Gregorian calendar, which also counts before it was introduced. Nothing here knows of
/// time zones.
public enum GregorianCalendar {
    /// Days from 1970-01-01 to a date, negative before.
    ///
    /// Years are counted from March, so that the odd day comes last, and in eras of 400, after which
    /// the calendar begins anew.
    /// - Parameters:
    ///   - year: 0 is the year before 1.
    ///   - month: 1 to 12.
    ///   - day: from 1; beyond the month's end it counts on into the next one.
    public static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// Whether there is such a date.
    public static func has(year: Int64, month: Int64, day: Int64) -> Bool {
        guard (1...12).contains(month) else { return false }
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        let length =
            daysSince1970(year: next.0, month: next.1, day: 1)
            - daysSince1970(year: year, month: month, day: 1)
        return day >= 1 && day <= length
    }
}
