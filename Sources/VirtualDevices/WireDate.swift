/// Dates as Bluetooth's services write them: year u16, month, day, hour, minute, second.
enum WireDate {
    /// The date of a moment in UTC.
    /// - Parameter realtime: nanoseconds since 1970-01-01.
    static func bytes(realtime: Int64) -> [UInt8] {
        let seconds = realtime / 1_000_000_000
        let (year, month, day) = date(days: seconds / 86_400)
        let rest = seconds % 86_400
        var bytes: [UInt8] = []
        bytes.append(little: year, bytes: 2)
        for value in [month, day, rest / 3600, rest / 60 % 60, rest % 60] {
            bytes.append(UInt8(truncatingIfNeeded: value))
        }
        return bytes
    }

    /// The date of a day since 1970-01-01, by counting years from March on.
    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}
