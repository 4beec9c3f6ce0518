import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct MarkerPortTests {
    @Test func sendsBytesAtTheirTimesAndNotesWhatItGets() throws {
        let directory = try TemporaryDirectory()
        var settings = VirtualDeviceSettings()
        settings.link = directory.file("marker")
        settings.logPath = directory.file("marker.log")
        settings.options.marks = [
            VirtualMark(seconds: 1.5, byte: 200), VirtualMark(seconds: 0.25, byte: 7),
        ]
        settings.staysWhenDone = true
        let device = try VirtualDeviceCatalogue.make("marker-port", settings)
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 3)
        #expect(device.counts.made == 0)
        let port = try Port(directory.file("marker"))
        let opened = stepped.now
        try stepped.noticeOpening()
        try stepped.run(seconds: 2)
        #expect(try port.read(2) == [7, 200])
        try port.write([42])
        try stepped.obey()
        try device.close()
        let log = try DeviceLogReader(path: directory.file("marker.log"))
        #expect(try log.frames().map(\.values) == [[7], [200]])
        #expect(try log.frames().map { $0.due - opened } == [250_000_000, 1_500_000_000])
        let told = try log.entries().contains {
            if case .command(_, [42], "mark 42") = $0 { true } else { false }
        }
        #expect(told)
    }
}
