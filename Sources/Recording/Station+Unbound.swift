import DeviceProfiles
import LinuxDevices
import Link

/// Devices that are plugged in and that nobody said to record.
extension Station {
    /// Serial devices that hang at a bus and are none of the station's, with the profiles that may
    /// suit and what to write into the settings. Nothing is opened: that resets many boards.
    func unboundDevices() -> [DeviceInfo] {
        let found = (try? UdevMonitor.enumerate(subsystems: ["tty"])) ?? []
        return found.filter { device in
            device.properties["ID_BUS"] != nil
                && !devices.values.contains {
                    $0.node == device.node
                        || (!$0.identity.isEmpty && $0.identity == device.identity)
                }
        }.sorted { $0.node < $1.node }.map { device in
            let fitting = profiles.values.filter { $0.strength(of: device.properties) != .none }
                .sorted { $0.name < $1.name }
            let name =
                device.properties["ID_MODEL"] ?? device.properties["ID_MODEL_FROM_DATABASE"]
                ?? device.node
            let key =
                device.properties["ID_SERIAL_SHORT"].map { "serial: \"\($0)\"" }
                ?? "path: \(device.node)"
            let advice =
                fitting.isEmpty
                ? "no profile fits; bind it in the settings all the same if you know what it is"
                : "may be \(fitting.map(\.name).joined(separator: ", ")): bind it in the settings with "
                    + "devices: [{profile: \(fitting[0].name), \(key)}]"
            return DeviceInfo(
                name: name, profile: "", node: device.node, identity: device.identity,
                state: .unbound, reason: advice, streams: [], samples: 0, faults: 0,
                why: fitting.first.map { "udev shows \($0.evidence(in: device.properties))" })
        }
    }
}
