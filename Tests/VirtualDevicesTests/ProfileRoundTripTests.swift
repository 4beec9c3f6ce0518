import DeviceProfiles
import Foundation
import TestSupport
import Testing
import Timebase

@testable import VirtualDevices

/// Each virtual device read with its profile: what the decoder gives is what the log says was sent. The
/// two sides were written apart from each other.
@Suite struct ProfileRoundTripTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static let names = VirtualDeviceCatalogue.entries.filter { $0.line != .network }.map(
        \.name)

    private func profile(_ name: String) throws -> DeviceProfile {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "Devices/profiles")
        return try #require(try ProfileLibrary.load(directory: folder.path)[name])
    }

    private func host(
        _ name: String, _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws -> ProfileHost {
        var settings = VirtualDeviceSettings()
        settings.logPath = directory.file("\(name).log")
        settings.options.intervalDelaySeconds = 6
        settings.options.statusEverySeconds = 1
        settings.options.contactLossEverySeconds = 9
        change(&settings)
        return try ProfileHost(try profile(name), settings)
    }

    /// Rows of a decoded stream.
    private func rows(_ stream: DecodedStream) -> [[Double]] {
        (0..<stream.count).map { row in
            stream.columns.map {
                switch $0 {
                case .integers(let values): Double(values[row])
                case .reals(let values): values[row]
                }
            }
        }
    }

    private func isSame(_ first: [[Double]], _ second: [[Double]]) -> Bool {
        first.count == second.count
            && zip(first, second).allSatisfy { rows in
                rows.0.count == rows.1.count
                    && zip(rows.0, rows.1).allSatisfy {
                        abs($0 - $1) <= 1e-9 * max(1, abs($1)) || ($0.isNaN && $1.isNaN)
                    }
            }
    }

    /// Runs a device for a time and gives what was decoded and logged until then.
    private func play(
        _ name: String, seconds: Double, _ change: (inout VirtualDeviceSettings) -> Void = { _ in }
    ) throws -> (output: DecodedOutput, frames: [DeviceLogFrame]) {
        let host = try host(name, change)
        let settings = try host.converse(host.profile.startConversation())
        try host.run(seconds: seconds)
        let output = host.decode(settings)
        let made = Int(host.device.counts.made)
        _ = try host.converse(host.profile.stopConversation())
        try host.device.close()
        let frames = try DeviceLogReader(path: directory.file("\(name).log")).frames()
        return (output, Array(frames.prefix(made)))
    }

    private func logged(
        _ name: String, _ frames: [DeviceLogFrame], _ streams: Int
    ) -> [[[Double]]] {
        var logged: [[[Double]]] = Array(repeating: [], count: streams)
        for frame in frames where frame.fate == .sent {
            for part in LoggedRows.rows(of: name, frame.values) { logged[part.stream] += part.rows }
        }
        return logged
    }

    @Test(arguments: Self.names)
    func whatIsSentIsDecoded(name: String) throws {
        let (output, frames) = try play(name, seconds: 21)
        #expect(frames.count > 5)
        let logged = logged(name, frames, output.streams.count)
        for (place, stream) in output.streams.enumerated() {
            #expect(stream.breaks.isEmpty)
            var decoded = rows(stream)
            var expected = logged[place]
            // A first line may be half a line, and is left out. What is read at the start, such as a
            // battery's level, is the first sample and no packet.
            if expected.count == decoded.count + 1 { expected.removeFirst() }
            if decoded.count == expected.count + 1 { decoded.removeFirst() }
            #expect(isSame(decoded, expected), "stream \(place)")
        }
        let causes = Set(output.faults.map(\.cause))
        #expect(causes.isSubset(of: [.noContact, .partial]))
    }

    /// Holes of two packets in 40: what comes is right, and the decoder counts what does not.
    @Test(arguments: ["bitalino", "shimmer3-gsr", "openbci-cyton", "polar-h10", "polar-oh1"])
    func lossesAreCountedExactly(name: String) throws {
        let (output, frames) = try play(name, seconds: 40) {
            $0.impairments.lossEvery = 40
            $0.impairments.lossRun = 2
        }
        let logged = logged(name, frames, output.streams.count)
        for (place, stream) in output.streams.enumerated() {
            #expect(isSame(rows(stream), logged[place]), "stream \(place)")
        }
        // Counted streams: the rest's losses cannot be seen by their numbers.
        let counted = name == "openbci-cyton" || name == "polar-oh1" ? 1 : output.streams.count
        for place in 0..<counted {
            let own = frames.filter { frame in
                LoggedRows.rows(of: name, frame.values).contains { $0.stream == place }
            }
            let first = try #require(own.firstIndex { $0.fate == .sent })
            let last = try #require(own.lastIndex { $0.fate == .sent })
            let lost = own[first...last].filter { $0.fate == .lost }.reduce(0) { sum, frame in
                sum
                    + LoggedRows.rows(of: name, frame.values).filter { $0.stream == place }
                    .reduce(0) { $0 + $1.rows.count }
            }
            #expect(lost > 0)
            #expect(output.streams[place].breaks.reduce(0) { $0 + $1.missing } == Int64(lost))
        }
    }
}
