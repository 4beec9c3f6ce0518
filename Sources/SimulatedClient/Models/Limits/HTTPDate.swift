import Timebase

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
        let days = GregorianCalendar.daysSince1970(
            year: Int64(year), month: Int64(month + 1), day: Int64(numbers[0]))
        return Double(days * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }
}
