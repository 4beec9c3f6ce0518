import ArgumentParser
import Link

/// `attune status`: how the station is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the station, its sessions, devices and alarms.",
        discussion: """
            Ends with 0 if all is well, with 3 while an alarm stands that threatens a recording (a disk \
            that is full, slow or cannot be written, readings that were lost), with 1 if the station \
            does not answer.
            """)

    /// The exit status while data may be lost.
    static let threatened: Int32 = 3

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let status = try global.connect().call(ControlInterface.GetStatus.self, .init()).status
        try show(status)
        if status.alarms.contains(where: \.threatensRecording) {
            throw ExitCode(Self.threatened)
        }
    }

    private func show(_ status: Status) throws {
        if global.json { return try Output.json(status) }
        print(
            "\(status.station), attuned \(status.version), up "
                + Output.duration(milliseconds: status.uptimeMs))
        print("data \(status.data)  (\(Output.bytes(status.storage.freeBytes)) free)")
        if let backup = status.backup { print(BackupCommand.State.sentence(backup)) }
        for alarm in status.alarms where !alarm.acknowledged {
            let id = alarm.needsAcknowledgement ? "\(alarm.id)  " : ""
            print("ALARM  \(id)\(Self.participant(of: alarm, in: status))\(alarm.text)")
        }
        print("")
        if status.sessions.isEmpty {
            print("No session is recording. Start one: attune session start STUDY PARTICIPANT")
        } else {
            SessionTable.show(status.sessions)
        }
        print("")
        DeviceTable.show(status.devices)
        print("")
        for ring in status.rings {
            let share = ring.capacity > 0 ? 100 * ring.used / ring.capacity : 0
            print(
                "ring \(ring.name): \(share)% of \(Output.bytes(ring.capacity)) in use, "
                    + "\(ring.overflowedRecords) readings lost")
        }
        print(
            String(
                format: "commits: median %.1f ms, worst %.1f ms", status.storage.commitMsMedian,
                status.storage.commitMsWorst))
    }
}

extension StatusCommand {
    /// Whose session an alarm is about, as `P01: `; the session's id where it records no more.
    static func participant(of alarm: Alarm, in status: Status) -> String {
        guard let session = alarm.session else { return "" }
        let found = status.sessions.first { $0.id == session }
        return (found?.participant ?? "session \(session.prefix(8))") + ": "
    }
}

/// Devices as a table.
enum DeviceTable {
    static func show(_ devices: [DeviceInfo]) {
        guard !devices.isEmpty else {
            print("No device is known. Name devices in attuned.yaml, or plug one in.")
            return
        }
        var rows = [["DEVICE", "PROFILE", "STATE", "RATE", "SAMPLES", "FAULTS", "AT", "WHY"]]
        for device in devices {
            rows.append([
                device.name, device.profile, device.state.rawValue,
                device.rateHz.map { String(format: "%.1f Hz", $0) } ?? "-",
                "\(device.samples)", "\(device.faults)",
                at(device), device.why ?? "",
            ])
        }
        Output.table(rows)
    }

    private static func at(_ device: DeviceInfo) -> String {
        let battery = device.batteryPercent.map { "battery \($0)%" } ?? ""
        return [device.node, battery, device.reason].filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
