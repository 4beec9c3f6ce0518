import Timebase

/// When the notifications of subscribed characteristics are due, each at a rate of its own.
struct SubscriptionSchedules: Sendable {
    private var schedules: [(name: String, schedule: SampleSchedule)] = []

    /// When the next one is due.
    var due: Instant? { schedules.reduce(nil) { earlier($0, $1.schedule.delivery) } }

    /// Begins or ends one.
    mutating func set(
        _ name: String, _ isOn: Bool, rate: Double, settings: VirtualDeviceSettings, now: Instant
    ) {
        schedules.removeAll { $0.name == name }
        guard isOn else { return }
        schedules.append(
            (
                name,
                SampleSchedule(
                    start: now, rate: rate, impairments: settings.impairments,
                    seed: settings.seed &+ UInt64(schedules.count))
            ))
    }

    /// Ends all.
    mutating func removeAll() { schedules = [] }

    /// Takes the earliest that is due.
    mutating func take(now: Instant) -> (name: String, due: Instant)? {
        let index = schedules.indices.min {
            schedules[$0].schedule.delivery < schedules[$1].schedule.delivery
        }
        guard let index, schedules[index].schedule.delivery <= now else { return nil }
        let due = schedules[index].schedule.due
        schedules[index].schedule.advance()
        return (schedules[index].name, due)
    }
}
