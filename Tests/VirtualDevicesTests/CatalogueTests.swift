import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct CatalogueTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: VirtualDeviceCatalogue.entries.map(\.name))
    func eachDeviceIsMadeAndClosed(name: String) throws {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file("device")
        settings.logPath = directory.file("log")
        settings.options.address = "127.0.0.1:0"
        let device = try VirtualDeviceCatalogue.make(name, settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 2)
        #expect(device.path != nil)
        #expect(device.counts.made == 0)
        try device.close()
        #expect(!FileSystem.exists(directory.file("device")))
        let facts = try DeviceLogReader(path: directory.file("log")).facts
        #expect(facts["columns"]?.isEmpty == false)
    }

    @Test func whatCannotBeIsRefused() throws {
        #expect(throws: VirtualDeviceError.self) {
            _ = try VirtualDeviceCatalogue.make("sundial", VirtualDeviceSettings())
        }
        for (name, change) in [
            ("shimmer3", { $0.options.rate = 5000 }), ("bitalino-ble", { $0.options.rate = 44 }),
            ("cyton", { $0.options.accelerometerEvery = 0 }),
            ("heart-rate", { $0.recording = RecordedSignal(names: [], columns: []) }),
            ("marker-port", { $0.options.marks = [VirtualMark(seconds: -1, byte: 0)] }),
            ("polar-h10", { $0.impairments.loss = 2 }),
        ] as [(String, (inout VirtualDeviceSettings) -> Void)] {
            var settings = VirtualDeviceSettings()
            change(&settings)
            let wrong = settings
            #expect(throws: VirtualDeviceError.self, "\(name)") {
                _ = try VirtualDeviceCatalogue.make(name, wrong)
            }
        }
    }

    /// Whatever a host writes, a device goes on.
    @Test(arguments: VirtualDeviceCatalogue.entries.filter { $0.line != .network }.map(\.name))
    func anyBytesAreBorne(name: String) throws {
        var settings = VirtualDeviceSettings()
        settings.link = directory.file("device")
        settings.seed = 5
        let device = try VirtualDeviceCatalogue.make(name, settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let port = try Port(directory.file("device"))
        var generator = SimulationGenerator(seed: 7)
        let words = [
            "write", "read", "subscribe", "control", "data", "measurement", "commands", "frames",
            "02", "00", "01", "0000", "01820", "F0", "\n", "\n", " ", " ",
        ]
        for round in 0..<60 {
            var bytes: [UInt8] = []
            for _ in 0..<20 {
                if round % 2 == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: generator.next()))
                } else {
                    bytes += Array(words[Int(generator.next() % UInt64(words.count))].utf8)
                    bytes.append(0x20)
                }
            }
            try port.write(bytes)
            try stepped.obey()
            try stepped.run(seconds: 0.01)
            if device.unread > 0 { _ = try port.readSome() }
        }
        try device.close()
    }
}
