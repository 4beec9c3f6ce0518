import Foundation
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

@Suite struct VirtualStationTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    /// The real thread, clock and terminals: sequence unbroken, values as logged.
    @Test func runsDevicesOnAThread() throws {
        let bitalino = try VirtualBitalino(
            link: directory.file("bitalino"), logPath: directory.file("bitalino.log"))
        let sketch = try VirtualLineSketch(format: .grove, link: directory.file("grove"))
        let station = try VirtualStation([bitalino, sketch])
        try station.start()
        let port = try Port(directory.file("bitalino"))
        try port.write([0xC3, 0x01 | 0b111111 << 2])
        let bytes = try port.read(8 * 300)
        try station.stop()
        #expect(!FileSystem.exists(directory.file("bitalino")))
        let counts = bitalino.counts
        #expect(counts.sent >= 300 && counts.overrun == 0)
        let log = try DeviceLogReader(path: directory.file("bitalino.log")).frames()
        #expect(log.count == Int(counts.made))
        for (number, frame) in WireFrame.split(bytes, channels: 6).enumerated() {
            #expect(frame?.sequence == Int64(number % 16))
            #expect(frame?.values == Array(log[number].values.dropFirst(2)))
        }
        #expect(log.allSatisfy { $0.written >= $0.due })
    }

    /// The command line: ready line, SIGTERM, summary, complete log; and the Python reader agrees.
    @Test func theCommandEndsOnASignalAndTellsAll() throws {
        let process = Process()
        process.executableURL = try Self.program()
        process.arguments = [
            "simulate", "bitalino", "--link", directory.file("device"), "--log",
            directory.file("device.log"), "--autostart", "--loss", "0.1", "--garbage", "0.05",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let ready = try Self.line(of: output)
        #expect(ready["event"] as? String == "ready")
        #expect((ready["path"] as? String)?.hasPrefix("/dev/pts/") == true)
        let port = try Port(directory.file("device"))
        _ = try port.read(1000)
        kill(process.processIdentifier, SIGTERM)
        let summary = try Self.line(of: output)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(!FileSystem.exists(directory.file("device")))

        let frames = try DeviceLogReader(path: directory.file("device.log")).frames()
        #expect(summary["made"] as? Int == frames.count)
        #expect(summary["sent"] as? Int == frames.filter { $0.fate == .sent }.count)
        #expect(summary["lost"] as? Int == frames.filter { $0.fate == .lost }.count)
        #expect(frames.map(\.number) == (0..<Int64(frames.count)).map { $0 })

        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", Self.reader, directory.file("device.log")]
        let told = Pipe()
        python.standardOutput = told
        try python.run()
        let read = try Self.line(of: told)
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        for key in ["made", "sent", "overrun", "lost", "away"] {
            #expect(read[key] as? Int == summary[key] as? Int)
        }
        let last = try #require(read["last"] as? [String: Any])
        #expect((last["values"] as? [Int])?.map(Int64.init) == frames.last?.values)
    }

    /// Several devices in one process, each with its options; real clock and thread.
    @Test func theCommandRunsSeveralDevices() throws {
        let process = Process()
        process.executableURL = try Self.program()
        process.arguments = [
            "simulate", "nonin-3150", "--rate", "50", "--link", directory.file("nonin"),
            "shimmer3", "--link", directory.file("shimmer"), "--log", directory.file("log"),
            "--loss=0.1", "grove-gsr", "--stay", "--link", directory.file("grove"),
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer { process.terminate() }
        let ready = try (0..<3).map { _ in try Self.line(of: output) }
        #expect(
            ready.compactMap { $0["device"] as? String } == ["nonin-3150", "shimmer3-gsr", "lines"])
        let nonin = try Port(directory.file("nonin"))
        try nonin.write(Array("subscribe oximetry\n".utf8))
        let shimmer = try Port(directory.file("shimmer"))
        try shimmer.write([0x07])
        let grove = try Port(directory.file("grove"))
        let text = String(decoding: try nonin.read(300), as: UTF8.self)
        #expect(text.hasPrefix("oximetry 0A"))
        #expect(try shimmer.read(400).first == 0xFF)
        #expect(try grove.read(20).contains(0x0A))
        kill(process.processIdentifier, SIGTERM)
        let summaries = try (0..<3).map { _ in try Self.line(of: output) }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let frames = try DeviceLogReader(path: directory.file("log")).frames()
        #expect(summaries[1]["made"] as? Int == frames.count)
        #expect(summaries[1]["lost"] as? Int == frames.filter { $0.fate == .lost }.count)
        #expect(summaries[0]["sent"] as? Int ?? 0 >= 10)
    }

    @Test(arguments: [["--list"], ["cyton", "--help"], ["--help"], ["station", "--help"]])
    func theCommandTellsWhatThereIs(arguments: [String]) throws {
        let process = Process()
        process.executableURL = try Self.program()
        process.arguments = ["simulate"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        if arguments == ["--list"] {
            for entry in VirtualDeviceCatalogue.entries { #expect(text.contains(entry.title)) }
        } else {
            #expect(text.contains("simulate"))
        }
    }

    @Test func theCommandRefusesWhatCannotBe() throws {
        for arguments in [
            ["bitalino", "--rate", "7"], ["bitalino", "--csv", directory.file("none.csv")],
            ["lines", "--format", "poem"], ["bitalino", "--loss-pattern", "x"],
            ["sundial"], ["--link", "x", "cyton"], ["emotibit", "--udp", "nowhere"],
            ["polar-h10", "--clock", "noon"], ["marker-port", "--marks", "1:256"], [],
        ] {
            let process = Process()
            process.executableURL = try Self.program()
            process.arguments = ["simulate"] + arguments
            process.standardOutput = FileHandle.nullDevice
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            let text = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            #expect(process.terminationStatus != 0)
            #expect(text.starts(with: Data("Error: ".utf8)))
        }
    }

    private static let reader = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Readers/device_log.py").path

    /// The program beside this test's own.
    private static func program() throws -> URL {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let fileManager = FileManager.default
        while folder.path != "/", !fileManager.fileExists(atPath: folder.path + "/attune") {
            folder = folder.deletingLastPathComponent()
        }
        return folder.appending(path: "attune")
    }

    private static func line(of pipe: Pipe) throws -> [String: Any] {
        var bytes = Data()
        while bytes.last != 0x0A {
            guard let more = try pipe.fileHandleForReading.read(upToCount: 1) else { break }
            bytes += more
        }
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }
}
