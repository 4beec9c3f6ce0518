import SystemCalls
import Timebase
import VirtualDevices

/// Runs a device by hand, on a clock of the test's own, so that an hour takes no time and nothing depends
/// on how busy the machine is.
struct SteppedDevice {
    let device: any VirtualDevice
    private(set) var now: Instant

    init(_ device: any VirtualDevice, at now: Instant = Clocks.now()) {
        self.device = device
        self.now = now
    }

    /// Lets all happen that is due within a time.
    mutating func run(seconds: Double) throws {
        let end = now + Int64(seconds * 1e9)
        while let due = try device.service(now: now, commands: false, openings: false), due <= end {
            now = max(now, due)
        }
        now = end
        _ = try device.service(now: now, commands: false, openings: false)
    }

    /// Waits until the command that was just written has come, and has it obeyed.
    mutating func obey() throws {
        _ = try Port.wait(device.pollDescriptors.commands, milliseconds: 10_000)
        _ = try device.service(now: now, commands: true, openings: false)
    }

    /// Waits until the opening that was just made is known.
    mutating func noticeOpening() throws {
        _ = try Port.wait(device.pollDescriptors.openings, milliseconds: 10_000)
        _ = try device.service(now: now, commands: false, openings: true)
    }
}
