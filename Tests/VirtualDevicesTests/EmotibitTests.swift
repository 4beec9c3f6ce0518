import Glibc
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct EmotibitTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    /// A host's UDP socket on the loopback interface.
    private final class Host {
        let socket: Int32
        let port: UInt16
        private let device: sockaddr_in

        init(to path: String) throws {
            let number = try systemCall("socket") {
                Glibc.socket(
                    AF_INET,
                    Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
                        | Int32(SOCK_CLOEXEC.rawValue), 0)
            }
            socket = number
            var device = sockaddr_in()
            device.sin_family = sa_family_t(AF_INET)
            device.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var own = device
            device.sin_port = (UInt16(path.split(separator: ":")[1]) ?? 0).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            self.device = device
            // The addresses live through the calls, which take an IPv4 address in its general form.
            try unsafe withUnsafeMutablePointer(to: &own) {
                try unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    try systemCall("bind") { unsafe bind(number, address, length) }
                    try systemCall("getsockname") { unsafe getsockname(number, address, &length) }
                }
            }
            port = UInt16(bigEndian: own.sin_port)
        }

        deinit { close(socket) }

        func send(_ text: String) throws {
            var device = device
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bytes = Array(text.utf8)
            _ = unsafe withUnsafeMutablePointer(to: &device) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe sendto(socket, bytes, bytes.count, 0, address, length)
                }
            }
        }

        /// The lines of all datagrams that wait; the first is awaited.
        func lines() throws -> [String] {
            var text = ""
            var patience: Int64 = 5000
            while try Port.wait(socket, milliseconds: patience) {
                var buffer: [UInt8] = Array(repeating: 0, count: 4096)
                let count = unsafe recv(socket, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
                patience = 20
            }
            return text.split(separator: "\n").map(String.init)
        }
    }

    private func make(
        _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws -> VirtualInstrument {
        var settings = VirtualDeviceSettings()
        settings.logPath = directory.file("emotibit.log")
        settings.options.address = "127.0.0.1:0"
        change(&settings)
        return try #require(
            try VirtualDeviceCatalogue.make("emotibit", settings) as? VirtualInstrument)
    }

    @Test func isFoundConnectedAndSendsWhatItLogs() throws {
        let device = try make { $0.impairments.lossEvery = 8 }
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 1)
        let host = try Host(to: try #require(device.path))
        try host.send("5,0,0,HE,1,100\n")
        try stepped.obey()
        let hello = try #require(try host.lines().first).split(separator: ",")
        #expect(hello[3] == "HH" && hello.contains("DI") && hello[0] == "1000")
        // A ping before it is connected is nobody's.
        try host.send("6,1,2,PN,1,100,DP,\(host.port)\n")
        try stepped.obey()
        try host.send("6,1,4,EC,1,100,CP,9,DP,\(host.port)\n")
        try stepped.obey()
        let pong = try host.lines()
        #expect(pong.count == 1 && pong[0].contains(",PO,1,100,DP,\(host.port)"))
        var lines: [String] = []
        for second in 0..<4 {
            try stepped.run(seconds: 1)
            lines += try host.lines()
            try host.send("7,\(second),2,PN,1,100,DP,\(host.port)\n")
            try stepped.obey()
        }
        lines += try host.lines()
        #expect(lines.filter { $0.contains(",PO,") }.count == 4)
        try device.flushLog()
        let log = try DeviceLogReader(path: directory.file("emotibit.log")).frames()
        let sent = log.filter { $0.fate == .sent }
        #expect(log.count > sent.count)
        let data = lines.filter { !$0.contains(",PO,") }
        #expect(data.count == sent.count)
        var samples: [String: Int] = [:]
        for (line, frame) in zip(data, sent) {
            let fields = line.split(separator: ",").map(String.init)
            let letters = Array(fields[3].utf8)
            #expect(Int64(letters[0]) << 8 | Int64(letters[1]) == frame.values[0])
            #expect(Int64(fields[1]) == frame.values[1])
            #expect(Int64(fields[0]) == frame.values[2])
            #expect(Int(fields[2]) == fields.count - 6)
            let values = fields.dropFirst(6).map { Int64($0.filter { $0 != "." }) }
            #expect(values == frame.values.dropFirst(3).map { $0 })
            samples[fields[3], default: 0] += values.count
        }
        // Packet numbers count all, so that losses show.
        #expect(log.map { $0.values[1] } == (0..<Int64(log.count)).map { $0 })
        // 40 datagrams, 5 of them lost.
        #expect((48...56).contains(samples["EA"] ?? 0))
        #expect((80...95).contains(samples["PI"] ?? 0))
        #expect(samples["HR"] == samples["BI"] && (samples["HR"] ?? 0) > 1)
        try device.close()
    }

    @Test func withoutPingsItDisconnects() throws {
        let device = try make()
        var stepped = SteppedDevice(device)
        try stepped.run(seconds: 0)
        let host = try Host(to: try #require(device.path))
        try host.send("6,1,4,EC,1,100,CP,9,DP,\(host.port)\n")
        try stepped.obey()
        #expect(device.isSending)
        try stepped.run(seconds: 12)
        #expect(!device.isSending)
        #expect((800...1100).contains(device.counts.made))
        try device.close()
    }

    @Test(arguments: ["127.0.0.1", "localhost:1", "127.0.0.1:70000", ":"])
    func anAddressThatIsNoneIsRefused(address: String) {
        #expect(throws: VirtualDeviceError.self) {
            _ = try make { $0.options.address = address }
        }
    }
}
