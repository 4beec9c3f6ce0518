/// A moment in UTC by the Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
public struct CalendarTime: Hashable, Sendable {
    public let year: UInt64
    public let month: UInt64
    public let day: UInt64
    public let hour: UInt64
    public let minute: UInt64
    public let second: UInt64
    public let millisecond: UInt64

    /// - Parameter nanoseconds: any; all of `Int64` lies within the years 1677 to 2262.
    public init(nanosecondsSince1970 nanoseconds: Int64) {
        let milliseconds = nanoseconds.flooredQuotient(1_000_000)
        let days = milliseconds.flooredQuotient(86_400_000)
        let rest = UInt64(milliseconds - days * 86_400_000)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
        // Days since 0000-03-01, then eras of 400 years; years here begin in March.
        let shifted = UInt64(days + 719_468)
        let era = shifted / 146_097
        let ofEra = shifted % 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * ofYear + 2) / 153
        day = ofYear - (153 * march + 2) / 5 + 1
        month = march < 10 ? march + 3 : march - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}

extension CalendarTime {
    /// ISO 8601 with milliseconds and `Z`.
    public var text: String {
        func padded(_ value: UInt64, _ count: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(hour, 2)):"
            + "\(padded(minute, 2)):\(padded(second, 2)).\(padded(millisecond, 3))Z"
    }
}

extension Int64 {
    /// The quotient rounded down, for a positive divisor.
    public func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 || self % divisor == 0 ? self / divisor : self / divisor - 1
    }
}
