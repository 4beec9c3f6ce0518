import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// A virtual Bluetooth device, stepped by hand, and the host's side of its lines of text.
struct BluetoothPort: ~Copyable {
    /// One line from the device.
    struct Line: Hashable {
        var words: [String]

        /// The characteristic of a notification, or `value`, `error`, `disconnected`, `connected`.
        var name: String { words[0] }
        /// A notification's or value's bytes.
        var bytes: [UInt8] {
            let text = words.last ?? ""
            return stride(from: 0, to: text.count, by: 2).compactMap {
                UInt8(text.dropFirst($0).prefix(2), radix: 16)
            }
        }
    }

    let device: any VirtualDevice
    let logPath: String
    private let port: Port
    private var stepped: SteppedDevice
    private var pending: [UInt8] = []

    init(
        _ name: String, _ directory: borrowing TemporaryDirectory,
        _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file(name)
        settings.logPath = directory.file("\(name).log")
        change(&settings)
        let device = try VirtualDeviceCatalogue.make(name, settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file(name))
        self.init(device, directory.file("\(name).log"), consume port, stepped)
    }

    private init(
        _ device: any VirtualDevice, _ logPath: String, _ port: consuming Port,
        _ stepped: SteppedDevice
    ) {
        self.device = device
        self.logPath = logPath
        self.port = port
        self.stepped = stepped
    }

    /// The device's own time.
    var now: Instant { stepped.now }

    /// Writes a line and has it obeyed.
    mutating func say(_ line: String) throws {
        try port.write(Array((line + "\n").utf8))
        try stepped.obey()
    }

    /// Lets time pass; what comes meanwhile is read each 100 ms, so that nothing overruns.
    mutating func run(seconds: Double) throws -> [Line] {
        var left = seconds
        while left > 1e-9 {
            try stepped.run(seconds: min(0.1, left))
            left -= 0.1
            try collect()
        }
        return try lines()
    }

    /// The lines that have come, after what was just said.
    mutating func lines() throws -> [Line] {
        try collect()
        let text = String(decoding: pending, as: UTF8.self)
        pending = []
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n").map {
            Line(words: $0.split(separator: " ").map(String.init))
        }
    }

    /// Reads what the kernel says is there; a little passes until it says so.
    private mutating func collect() throws {
        var isQuiet = 0
        while isQuiet < 2 {
            if try Port.wait(port.descriptor.number, milliseconds: device.unread > 0 ? 2000 : 1) {
                pending += try port.readSome()
                isQuiet = 0
            } else {
                isQuiet += 1
            }
        }
    }

    /// The log so far.
    func log() throws -> DeviceLogReader {
        try (device as? VirtualInstrument)?.flushLog()
        return try DeviceLogReader(path: logPath)
    }
}
