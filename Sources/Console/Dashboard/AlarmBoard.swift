import Link

/// All alarms that somebody has to see: those that the daemon raises now, and those that are over before
/// anybody said to have seen them. A pure value.
struct AlarmBoard: Sendable {
    struct Entry: Hashable, Sendable {
        var alarm: Alarm
        /// When it ended by itself; nil while it lasts.
        var overNs: Int64?
        /// How often it was raised without anybody seeing it.
        var times = 1

        /// Nobody has said to have seen it.
        var isOpen: Bool { !alarm.acknowledged }
    }

    /// Entries by session and alarm.
    private(set) var entries: [String: Entry] = [:]
    /// What is over is kept up to this number; the oldest goes first.
    static let most = 200

    static func key(_ alarm: Alarm) -> String { "\(alarm.session ?? "")/\(alarm.id)" }

    /// Takes all alarms that the daemon has now.
    mutating func take(_ alarms: [Alarm], nowNs: Int64) {
        var now: Set<String> = []
        for alarm in alarms {
            let key = Self.key(alarm)
            now.insert(key)
            guard let before = entries[key] else {
                entries[key] = Entry(alarm: alarm)
                continue
            }
            let isNew = before.overNs != nil || before.alarm.sinceNs != alarm.sinceNs
            entries[key] = Entry(
                alarm: alarm,
                times: isNew && before.isOpen ? before.times + 1 : isNew ? 1 : before.times)
        }
        for (key, entry) in entries where !now.contains(key) && entry.overNs == nil {
            // What somebody has seen, and what only told something, is done with.
            if entry.isOpen && entry.alarm.severity != .notice {
                entries[key]?.overNs = nowNs
            } else {
                entries[key] = nil
            }
        }
        let over = entries.filter { $0.value.overNs != nil }
        if over.count > Self.most,
            let oldest = over.min(by: { $0.value.alarm.sinceNs < $1.value.alarm.sinceNs })
        {
            entries[oldest.key] = nil
        }
    }

    /// Takes off what is over and was seen.
    /// - Returns: whether it was there.
    mutating func dismiss(session: String, alarm: String) -> Bool {
        let key = "\(session)/\(alarm)"
        guard let entry = entries[key], entry.overNs != nil else { return false }
        entries[key] = nil
        return true
    }

    /// Newest first; what is open before what was seen.
    var told: [Entry] {
        entries.values.sorted {
            if $0.isOpen != $1.isOpen { return $0.isOpen }
            if $0.alarm.sinceNs != $1.alarm.sinceNs {
                return $0.alarm.sinceNs > $1.alarm.sinceNs
            }
            return Self.key($0.alarm) < Self.key($1.alarm)
        }
    }
}
