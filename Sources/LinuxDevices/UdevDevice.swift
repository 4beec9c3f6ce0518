/// A device as the system's device manager (udev) describes it; a copy, safe to keep.
public struct UdevDevice: Hashable, Sendable {
    /// The device node, such as `/dev/ttyUSB0`.
    public let node: String
    /// The device's place in the kernel's tree, such as `/sys/devices/…/ttyUSB0`.
    public let sysPath: String
    /// The subsystem, such as `tty` or `input`.
    public let subsystem: String
    /// udev's properties, such as `ID_VENDOR_ID`; of input devices also `NAME`, the kernel's name.
    public let properties: [String: String]

    public init(
        node: String, sysPath: String, subsystem: String, properties: [String: String]
    ) {
        self.node = node
        self.sysPath = sysPath
        self.subsystem = subsystem
        self.properties = properties
    }

    /// What stays the same when the device is unplugged and comes back, perhaps at another node:
    /// `vendor:model:serial:interface` where it has a serial number, else the port it is plugged
    /// into (`ID_PATH`), else the node.
    public var identity: String {
        if let vendor = property("ID_VENDOR_ID"), let model = property("ID_MODEL_ID"),
            let serial = property("ID_SERIAL_SHORT")
        {
            let interface = property("ID_USB_INTERFACE_NUM") ?? ""
            return "\(vendor):\(model):\(serial):\(interface)"
        }
        return property("ID_PATH") ?? node
    }

    /// A property that is present and not empty.
    private func property(_ name: String) -> String? {
        guard let value = properties[name], !value.isEmpty else { return nil }
        return value
    }
}
