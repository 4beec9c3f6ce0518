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
        try daemon.waitForFinish(of: session)
        let found = try found(session.file)
        daemon.end()

        let lost = frames - found.good
        let untold = max(0, abs(lost - found.told) - found.bound)
        func result(_ name: String, _ figure: Double, _ unit: String) -> BenchResult {
            BenchResult(
                bench: "ingest", case: "BITalino frames through a pseudo-terminal, \(name)",
                figure: figure, unit: unit)
        }
        let bytes = Double(frames) * Double(BitalinoFrame.length(channels: Self.channels))
        func count(_ name: String, _ number: Int64) -> BenchResult {
            var result = result(name, Double(number), "of \(frames) frames")
            result.goal = "0"
            result.met = number == 0
            return result
        }
        return [
            result("samples", Double(frames) * Double(Self.channels) / span, "samples/s"),
            result("bytes", bytes / span, "bytes/s"),
            count("lost", lost),
            // Where the sender overflows what the machine can read, this is what is asked of a recording.
            count("lost and not told in a gap, or told and not lost", untold),
            count("stored and never sent, or twice", found.wrong),
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

    /// What a session file holds of the frames.
    private struct Found {
        /// Stored as sent, each later than the one before it.
        var good: Int64 = 0
        /// Stored otherwise.
        var wrong: Int64 = 0
        /// Lost by what the gaps say, and the largest error of that.
        var told: Int64 = 0
        var bound: Int64 = 0
    }

    private func found(_ path: String) throws -> Found {
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        var found = Found()
        guard let stream = try reader.streams().first(where: { $0.name == "bitalino" }) else {
            return found
        }
        var next: Int64 = 0
        try reader.forEachChunk(of: stream.id) { window in
            let columns = window.columns.map { column -> [Int64] in
                if case .integers(let values) = column { values } else { [] }
            }
            guard columns.count >= Self.channels,
                columns.allSatisfy({ $0.count == window.count })
            else {
                found.wrong += Int64(window.count)
                return true
            }
            for place in 0..<window.count {
                let values = columns.prefix(Self.channels).map { $0[place] }
                let frame = values[0] | values[1] << 10 | values[2] << 20
                if frame >= next, values == Self.values(frame) {
                    found.good += 1
                    next = frame + 1
                } else {
                    found.wrong += 1
                }
            }
            return true
        }
        for gap in try reader.gaps(stream.id) {
            found.told += gap.gap.lost
            found.bound += gap.gap.lostBound
        }
        return found
    }
}
