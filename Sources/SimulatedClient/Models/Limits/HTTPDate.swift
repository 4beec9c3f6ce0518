/// Dates of HTTP in the three forms of RFC 9110, section 5.6.7.
enum HTTPDate {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds since 1970-01-01 UTC; nil for what is no date.
    static func seconds(_ text: String) -> Double? {
        // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        // "Sun Nov  6 08:49:37 1994".
        let words = text.lowercased().split { $0 == " " || $0 == "," || $0 == "-" }
        guard let clock = words.firstIndex(where: { $0.contains(":") }),
            let monthWord = words.firstIndex(where: { months.contains(String($0)) }),
            let month = months.firstIndex(of: String(words[monthWord]))
        else { return nil }
        let numbers = words.enumerated().filter { $0.offset != clock }.compactMap {
            Int($0.element)
        }
        let parts = words[clock].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count >= 2, parts.count == 3, let hour = Int(parts[0]),
            let minute = Int(parts[1]), let second = Int(parts[2]),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
            (1...31).contains(numbers[0]), (0...9999).contains(numbers[1])
        else { return nil }
        var year = numbers[1]
        // Two digits: the century that is not far ahead.
        if year < 100 { year += year < 70 ? 2000 : 1900 }
        let days = daysSince1970(year: year, month: month + 1, day: numbers[0])
        return Double(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// Days of the Gregorian calendar, by years that begin in March, so that the leap day is the last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
