import Foundation
import LinuxDevices
import ServiceManagement

extension Probe {
    /// Prints one object as a line, at once.
    static func say(_ object: [String: String]) {
        guard
            let line = try? JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return }
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    static func say(_ error: any Error) {
        let code =
            (error as? DeviceError)?.code.rawValue
            ?? (error is ServiceManagerError ? "serviceUnavailable" : "other")
        say(["what": "error", "code": code, "message": "\(error)"])
    }

    static func say(_ description: InputDescription) {
        say([
            "what": "opened", "name": description.name, "identity": description.identity,
            "keyboard": String(description.isKeyboard), "pointer": String(description.isPointer),
            "clock": String(description.isOnMonotonicClock),
            "masked": String(description.isMasked), "test": String(description.isTestSource),
        ])
    }

    static func say(record: InputRecord?, _ bytes: [UInt8]) {
        guard let record else {
            say(["what": "invalid record"])
            return
        }
        say([
            "what": "record", "bytes": bytes.map { String($0, radix: 16) }.joined(separator: " "),
            "stamp": String(record.stamp.nanoseconds), "action": "\(record.action)",
            "class": record.keyClass?.name ?? "", "held": String(record.held),
            "horizontal": String(record.horizontal), "vertical": String(record.vertical),
        ])
    }

    static func describe(_ device: UdevDevice) -> [String: String] {
        [
            "node": device.node, "path": device.sysPath, "subsystem": device.subsystem,
            "identity": device.identity, "vendor": device.properties["ID_VENDOR_ID"] ?? "",
        ]
    }
}
