import Foundation
import Link
import SessionStore
import SystemCalls
import Synchronization
import Timebase
import VirtualDevices

/// A real `attuned` records a virtual BITalino that writes as fast as its pseudo-terminal takes it.
struct TerminalFlood {
    let directory: String
    let seconds: Double
    private static let channels = 6

    func measure() throws -> [BenchResult] {
        let daemon = try MeasuredDaemon(
            directory: directory, runtime: "/dev/shm",
            devices: [
                "{profile: bitalino, path: RUNTIME/bitalino, name: bitalino, "
                    + "options: {rate: 1000, channels: [A1, A2, A3, A4, A5, A6]}}"
            ])
        let terminal = try PseudoTerminal(link: "\(daemon.runtime)/bitalino")
        try daemon.start()
        try answerDialogue(terminal)
        try daemon.waitForDevices()
        let session = try daemon.startSession()
        let figures = ProcessFigures(number: daemon.processNumber)
        let before = try figures.processorSeconds()
        let start = Clocks.now()
        let frames = try flood(terminal, until: start + Int64(seconds * 1e9))
        let span = Double(Clocks.now() - start) / 1e9
        while terminal.unread > 0 { usleep(1000) }
        // The daemon has taken all; a reading is in the ring within the same call.
        usleep(20_000)
        try daemon.stopSession()
        let used = try figures.processorSeconds() - before
        let lost = try frames - verified(session.file)
        daemon.end()

        func result(_ name: String, _ figure: Double, _ unit: String) -> BenchResult {
            BenchResult(
                bench: "ingest", case: "BITalino frames through a pseudo-terminal, \(name)",
                figure: figure, unit: unit)
        }
        let bytes = Double(frames) * Double(BitalinoFrame.length(channels: Self.channels))
        var missing = result("lost or not as sent", Double(lost), "of \(frames) frames")
        missing.goal = "0"
        missing.met = lost == 0
        return [
            result("samples", Double(frames) * Double(Self.channels) / span, "samples/s"),
            result("bytes", bytes / span, "bytes/s"), missing,
            result("processor of attuned", used / span, "s a second"),
        ]
    }

    /// Says what a BITalino says, until it is told to send.
    private func answerDialogue(_ terminal: PseudoTerminal) throws {
        var commands: [UInt8] = []
        var isKnown = false
        for _ in 0..<10_000 {
            commands.removeAll(keepingCapacity: true)
            try terminal.readCommands(into: &commands)
            for command in commands {
                if command == 0x07 {
                    _ = try terminal.write(Array(VirtualBitalino.firmware.utf8), from: 0)
                    isKnown = true
                } else if isKnown && command & 3 == 1 {
                    return
                }
            }
            usleep(1000)
        }
        throw BenchmarkError("attuned did not start the virtual BITalino.")
    }

    /// Writes frames as fast as they are taken; whole ones only.
    private func flood(_ terminal: PseudoTerminal, until end: Instant) throws -> Int64 {
        var frames: Int64 = 0
        var bytes: [UInt8] = []
        var frame: [UInt8] = []
        while Clocks.now() < end {
            bytes.removeAll(keepingCapacity: true)
            for _ in 0..<256 {
                BitalinoFrame.encode(
                    sequence: UInt8(truncatingIfNeeded: frames & 15), digital: 0,
                    values: Self.values(frames), into: &frame)
                bytes.append(contentsOf: frame)
                frames += 1
            }
            var written = 0
            while written < bytes.count {
                let count = try terminal.write(bytes, from: written)
                written += count
                if count == 0 { usleep(100) }
            }
        }
        return frames
    }

    /// The frame's number, ten bits to a channel, and constants in the small ones.
    private static func values(_ frame: Int64) -> [Int64] {
        [frame & 1023, (frame >> 10) & 1023, (frame >> 20) & 1023, 512, 21, 42]
    }

    /// How many frames the file holds, up to the first that is not as it was sent.
    private func verified(_ path: String) throws -> Int64 {
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        var good: Int64 = 0
        guard let stream = try reader.streams().first(where: { $0.name == "bitalino" }) else {
            return 0
        }
        try reader.forEachChunk(of: stream.id) { window in
            for offset in 0..<window.count {
                let expected = Self.values(good)
                for (channel, column) in window.columns.enumerated() {
                    guard case .integers(let values) = column, channel < expected.count,
                        values[offset] == expected[channel]
                    else { return false }
                }
                good += 1
            }
            return true
        }
        return good
    }
}
