import Testing
import Timebase

/// Days of the calendar.
@Suite struct GregorianCalendarTests {
    @Test(
        arguments: [
            (1970, 1, 1, 0), (1970, 3, 1, 59), (1969, 12, 31, -1), (2000, 2, 29, 11_016),
            (2000, 3, 1, 11_017), (1900, 3, 1, -25_508), (2026, 11, 21, 20_778),
            (0, 1, 1, -719_528), (0, 3, 1, -719_468), (-1, 12, 31, -719_529),
        ] as [(Int64, Int64, Int64, Int64)])
    func daysAreCountedFrom1970(year: Int64, month: Int64, day: Int64, days: Int64) {
        #expect(GregorianCalendar.daysSince1970(year: year, month: month, day: day) == days)
    }

    /// Each date is the day after the one before, over two turns of the calendar.
    @Test func noDayIsLeftOutOrCountedTwice() {
        var expected = GregorianCalendar.daysSince1970(year: -400, month: 1, day: 1)
        let first = expected
        for year in Int64(-400)..<400 {
            for month in Int64(1)...12 {
                for day in Int64(1)...31
                where GregorianCalendar.has(year: year, month: month, day: day) {
                    guard
                        GregorianCalendar.daysSince1970(year: year, month: month, day: day)
                            == expected
                    else {
                        Issue.record("\(year)-\(month)-\(day)")
                        return
                    }
                    expected += 1
                }
            }
        }
        #expect(expected - first == 2 * 146_097)
    }

    @Test func leapYearsAreRight() {
        for year: Int64 in [2000, 2024, 1600, 0, -4] {
            #expect(GregorianCalendar.has(year: year, month: 2, day: 29), "\(year)")
        }
        for year: Int64 in [1900, 2100, 2023, 2026] {
            #expect(!GregorianCalendar.has(year: year, month: 2, day: 29), "\(year)")
            #expect(GregorianCalendar.has(year: year, month: 2, day: 28), "\(year)")
        }
        for (month, day) in [(2, 30), (4, 31), (12, 32), (1, 0), (0, 1), (13, 1)] {
            let (month, day) = (Int64(month), Int64(day))
            #expect(!GregorianCalendar.has(year: 2024, month: month, day: day), "\(month)-\(day)")
        }
        #expect(GregorianCalendar.has(year: 2024, month: 12, day: 31))
    }
}
