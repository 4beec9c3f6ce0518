import CUdev
import Glibc
import SystemCalls

/// Tells of devices that come and go, through udev. Control thread only.
///
/// Make the monitor first and enumerate afterwards: then no device falls between the two (one that
/// comes in between is told of twice; its `sysPath` tells).
///
/// Of the subsystem `input` only event devices (`/dev/input/event…`) count; the kernel's older
/// interfaces to the same devices are passed over.
///
/// `@safe`: the two pointers of libudev never leave the object, which releases them once.
@safe public final class UdevMonitor {
    private let context: OpaquePointer
    private let monitor: OpaquePointer
    private var missedEvents = false

    /// Starts to listen for devices of these subsystems.
    public init(subsystems: [String]) throws(DeviceError) {
        let context = unsafe try Self.makeContext()
        guard let monitor = unsafe udev_monitor_new_from_netlink(context, "udev") else {
            let cause = SystemError(code: errno, call: "udev_monitor_new_from_netlink")
            unsafe udev_unref(context)
            throw Self.unavailable(cause)
        }
        unsafe self.context = unsafe context
        unsafe self.monitor = unsafe monitor
        // A hub with many devices sends a burst; where this user may not ask for more room, the
        // default stands.
        unsafe udev_monitor_set_receive_buffer_size(monitor, 1 << 20)
        for subsystem in subsystems {
            try Self.check("udev_monitor_filter_add_match_subsystem_devtype") {
                unsafe udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, nil)
            }
        }
        try Self.check("udev_monitor_enable_receiving") {
            unsafe udev_monitor_enable_receiving(monitor)
        }
    }

    deinit {
        unsafe udev_monitor_unref(monitor)
        unsafe udev_unref(context)
    }

    /// Readable when `next()` has something; owned by the monitor, for epoll.
    public var descriptor: Int32 { unsafe udev_monitor_get_fd(monitor) }

    /// The next event that waits, or nil. Never blocks. Events of devices without a node and other
    /// actions (`bind`, `move`…) are passed over.
    public func next() -> UdevEvent? {
        while true {
            errno = 0
            guard let device = unsafe udev_monitor_receive_device(monitor) else {
                // The queue ran over; what was in it is not known.
                if errno == ENOBUFS { missedEvents = true }
                return nil
            }
            defer { unsafe udev_device_unref(device) }
            guard let action = unsafe Self.text(udev_device_get_action(device)),
                let known = UdevEvent.Action(rawValue: action),
                let described = unsafe Self.describe(device)
            else { continue }
            return UdevEvent(action: known, device: described)
        }
    }

    /// Whether the system dropped events since this was last asked: enumerate again then.
    public func takeMissedEvents() -> Bool {
        defer { missedEvents = false }
        return missedEvents
    }

    /// The devices of these subsystems that are there now, are set up and have a node, sorted by
    /// node.
    public static func enumerate(subsystems: [String]) throws(DeviceError) -> [UdevDevice] {
        let context = unsafe try makeContext()
        defer { unsafe udev_unref(context) }
        guard let list = unsafe udev_enumerate_new(context) else {
            throw unavailable(SystemError(code: errno, call: "udev_enumerate_new"))
        }
        defer { unsafe udev_enumerate_unref(list) }
        for subsystem in subsystems {
            try check("udev_enumerate_add_match_subsystem") {
                unsafe udev_enumerate_add_match_subsystem(list, subsystem)
            }
        }
        // Before udev is done with a device, its node may not have its rights yet; the monitor
        // tells of it when it is.
        try check("udev_enumerate_add_match_is_initialized") {
            unsafe udev_enumerate_add_match_is_initialized(list)
        }
        try check("udev_enumerate_scan_devices") { unsafe udev_enumerate_scan_devices(list) }
        var devices: [UdevDevice] = []
        var entry = unsafe udev_enumerate_get_list_entry(list)
        while let current = unsafe entry {
            unsafe entry = unsafe udev_list_entry_get_next(current)
            guard let path = unsafe udev_list_entry_get_name(current),
                let device = unsafe udev_device_new_from_syspath(context, path)
            else { continue }
            defer { unsafe udev_device_unref(device) }
            if let described = unsafe describe(device) { devices.append(described) }
        }
        return devices.sorted { $0.node < $1.node }
    }

    private static func makeContext() throws(DeviceError) -> OpaquePointer {
        guard let context = unsafe udev_new() else {
            throw unavailable(SystemError(code: errno, call: "udev_new"))
        }
        return unsafe context
    }

    private static func check(_ call: String, _ body: () -> Int32) throws(DeviceError) {
        let result = body()
        if result < 0 { throw unavailable(SystemError(code: -result, call: call)) }
    }

    private static func unavailable(_ cause: SystemError) -> DeviceError {
        DeviceError(
            code: .serviceUnavailable,
            message: "the device manager (udev) cannot be asked: name devices by their path in "
                + "the station's settings, or start systemd-udevd",
            cause: cause)
    }

    /// Copies what udev knows of a device; nil for those that this program cannot open.
    private static func describe(_ device: OpaquePointer) -> UdevDevice? {
        guard let node = unsafe text(udev_device_get_devnode(device)),
            let sysPath = unsafe text(udev_device_get_syspath(device)),
            let subsystem = unsafe text(udev_device_get_subsystem(device))
        else { return nil }
        if subsystem == "input" {
            guard let name = unsafe text(udev_device_get_sysname(device)),
                name.hasPrefix("event")
            else { return nil }
        }
        var properties: [String: String] = [:]
        var entry = unsafe udev_device_get_properties_list_entry(device)
        while let current = unsafe entry {
            unsafe entry = unsafe udev_list_entry_get_next(current)
            if let name = unsafe text(udev_list_entry_get_name(current)) {
                properties[name] = unsafe text(udev_list_entry_get_value(current)) ?? ""
            }
        }
        // The kernel's name of a keyboard or mouse is known of the device above its event node.
        if subsystem == "input", properties["NAME"] == nil,
            let parent = unsafe udev_device_get_parent(device),
            let name = unsafe text(udev_device_get_sysattr_value(parent, "name"))
        {
            properties["NAME"] = name
        }
        return UdevDevice(
            node: node, sysPath: sysPath, subsystem: subsystem, properties: properties)
    }

    /// Copies a text of libudev's, which lives as long as the device only.
    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}
