import Link

extension StationMetrics {
    /// What somebody should look at. Of the daemon's own alarms the code's first word is told, which names a kind
    /// (`silent`, `disk`), and the device; of linked clients' that they are theirs: who wrote their codes may
    /// have put anything there.
    func alarms(_ status: Status) -> [MetricFamily] {
        // What a linked client is called may be a participant's code; devices are named by the settings.
        let own = Set(status.devices.map(\.name))
        let severities = Alarm.Severity.allCases.map(\.rawValue)
        return [
            MetricFamily(
                "attune_alarms", .gauge, "Alarms that stand.",
                severities.flatMap { severity in
                    [false, true].map { acknowledged in
                        let count = status.alarms.count {
                            $0.severity.rawValue == severity && $0.acknowledged == acknowledged
                        }
                        return MetricSample(
                            .integer(Int64(count)),
                            ["severity": severity, "acknowledged": "\(acknowledged)"])
                    }
                }),
            MetricFamily(
                "attune_alarm_standing", .gauge, "1 for each kind of alarm that stands.",
                status.alarms.map {
                    MetricSample(
                        .integer(1),
                        [
                            "code": Self.kind($0),
                            "device": $0.device.flatMap { own.contains($0) ? $0 : nil } ?? "",
                            "severity": $0.severity.rawValue,
                        ])
                }),
        ]
    }

    /// The kind of an alarm, in a word that the daemon chose.
    static func kind(_ alarm: Alarm) -> String {
        // The daemon's own alarms are named by their codes, those of clients by a number.
        guard alarm.id == alarm.code else { return "client" }
        return String(alarm.code.prefix { $0 != ":" })
    }
}
