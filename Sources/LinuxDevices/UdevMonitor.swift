import CUdev
import Glibc

/// Tells of devices that come and go, through udev. Control thread only.
///
/// Make the monitor first and enumerate afterwards: then no device falls between the two (one that
/// comes in between is told of twice; its `sysPath` tells).
public final class UdevMonitor {
    /// Starts to listen for devices of these subsystems.
    public init(subsystems: [String]) throws(DeviceError) {
        throw DeviceError(code: .failed, message: "not built yet")
    }

    /// Readable when `next()` has something; owned by the monitor, for epoll.
    public var descriptor: Int32 { -1 }

    /// The next event that waits, or nil. Never blocks. Events of devices without a node and other
    /// actions (`bind`, `move`…) are passed over.
    public func next() -> UdevEvent? { nil }

    /// The devices of these subsystems that are there now and have a node, sorted by node.
    public static func enumerate(subsystems: [String]) throws(DeviceError) -> [UdevDevice] { [] }
}
