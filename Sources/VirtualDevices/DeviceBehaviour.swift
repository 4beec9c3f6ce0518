import Timebase

/// What a kind of device answers and sends; `VirtualInstrument` gives it a way out and calls it on the
/// thread that runs it.
protocol DeviceBehaviour: Sendable {
    /// When it wants to send next; nil while it sends nothing.
    var due: Instant? { get }

    /// Whether its recording has ended.
    var isExhausted: Bool { get }

    /// It has got power, or is connected again.
    mutating func plug(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError)

    /// Its power or connection is gone: streams end.
    mutating func unplug(now: Instant)

    /// Somebody has opened its port.
    mutating func opened(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError)

    /// Bytes came from the host.
    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError)

    /// Sends the one packet that is due.
    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError)
}

extension DeviceBehaviour {
    var isExhausted: Bool { false }
    mutating func plug(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {}
    mutating func opened(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {}
}
