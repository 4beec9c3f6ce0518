import ArgumentParser
import Foundation
import Link

/// The appointments of a new roster.
struct ScheduleOptions: ParsableArguments {
    @Option(help: "First day of the schedule, such as 2026-11-23; without it, none is made.")
    var from: String?

    @Option(help: "Times of a day at which participants come, such as 09:00,11:00,14:30.")
    var times = "09:00"

    @Option(
        name: .customLong("days"),
        help: "Days from a participant's first visit to each, such as 0,7,14.")
    var dayList: String?

    @Flag(help: "Also on Saturdays and Sundays.") var weekends = false

    /// How many visits --days names; nil where it is not given.
    var visits: Int? { dayList == nil ? nil : days.count }

    /// Days from the first visit to each that is named.
    private var days: [Int] { (dayList ?? "0").split(separator: ",").map { Int($0) ?? -1 } }

    private var clockTimes: [(hour: Int, minute: Int)?] {
        times.split(separator: ",").map { Schedule.clockTime(String($0)) }
    }

    func check() throws {
        guard !days.isEmpty, days.allSatisfy({ (0...3650).contains($0) }), days == days.sorted()
        else { throw ValidationError("--days needs rising numbers such as 0,7,14") }
        guard !clockTimes.isEmpty, clockTimes.allSatisfy({ $0 != nil }) else {
            throw ValidationError("--times needs times of a day such as 09:00,14:30")
        }
        if let from, Schedule.day(from) == nil {
            throw ValidationError("--from needs a date such as 2026-11-23, not '\(from)'")
        }
    }

    /// Each participant's appointments; nil where no schedule was asked for.
    /// - Parameter visits: how many each makes; those behind the last of --days follow at its distance.
    func plan(participants: Int, visits: Int) -> [PlannedVisit]? {
        guard let from, let first = Schedule.day(from) else { return nil }
        return Schedule.plan(
            participants: participants, visits: visits, from: first,
            times: clockTimes.compactMap { $0 }, days: days, onWeekends: weekends)
    }
}

/// Works out appointments in the local time zone. Pure but for the calendar.
enum Schedule {
    static func plan(
        participants: Int, visits: Int, from first: Date, times: [(hour: Int, minute: Int)],
        days: [Int], onWeekends: Bool, calendar: Calendar = .current
    ) -> [PlannedVisit] {
        guard participants > 0, visits > 0, !times.isEmpty, !days.isEmpty else { return [] }
        var planned: [PlannedVisit] = []
        var day = working(first, onWeekends, calendar)
        for number in 1...participants {
            let time = times[(number - 1) % times.count]
            for visit in 1...visits {
                let later = calendar.date(byAdding: .day, value: distance(visit, days), to: day)
                guard let date = later.map({ working($0, onWeekends, calendar) }),
                    let moment = calendar.date(
                        bySettingHour: time.hour, minute: time.minute, second: 0, of: date)
                else { continue }
                planned.append(
                    PlannedVisit(
                        number: number, visit: visit,
                        plannedUtcNs: Int64(moment.timeIntervalSince1970) * 1_000_000_000))
            }
            if number % times.count == 0,
                let next = calendar.date(byAdding: .day, value: 1, to: day)
            {
                day = working(next, onWeekends, calendar)
            }
        }
        return planned
    }

    /// Days from the first visit to one; visits behind the last of the list go on at its last step.
    private static func distance(_ visit: Int, _ days: [Int]) -> Int {
        if visit <= days.count { return days[visit - 1] }
        let step = days.count > 1 ? days[days.count - 1] - days[days.count - 2] : 7
        return days[days.count - 1] + (visit - days.count) * max(1, step)
    }

    /// The day, or the next one that is no weekend.
    private static func working(_ day: Date, _ onWeekends: Bool, _ calendar: Calendar) -> Date {
        var day = day
        for _ in 0..<7 where !onWeekends && calendar.isDateInWeekend(day) {
            day = calendar.date(byAdding: .day, value: 1, to: day) ?? day
        }
        return day
    }

    static func clockTime(_ text: String) -> (hour: Int, minute: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1],
            (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        return (hour, minute)
    }

    /// Midnight of a local day such as `2026-11-23`.
    static func day(_ text: String) -> Date? { read(text, "yyyy-MM-dd") }

    /// A local moment such as `2026-11-23T09:30`, in nanoseconds since 1970.
    static func moment(_ text: String) -> Int64? {
        (read(text, "yyyy-MM-dd'T'HH:mm") ?? read(text, "yyyy-MM-dd HH:mm")).map {
            Int64($0.timeIntervalSince1970) * 1_000_000_000
        }
    }

    private static func read(_ text: String, _ format: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = format
        formatter.isLenient = false
        return formatter.date(from: text)
    }
}
