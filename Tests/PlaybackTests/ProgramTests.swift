import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@Suite struct ProgramTests {
    private func run(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: PlayerProgram.program)
        process.arguments = ["play"] + arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self),
            String(decoding: complaint, as: UTF8.self)
        )
    }

    @Test func keysSizeAndEndInATerminal() throws {
        let maker = try SessionMaker.whole()
        let program = try PlayerProgram(
            [maker.path, "--from", "0:30"], width: 80, height: 24)
        #expect(program.waits { $0.isOtherScreen && $0.lines[1].contains("00:00:30.") })
        // It plays.
        #expect(program.waits { $0.lines[1].contains("00:00:31.") })
        try program.type(" ")
        #expect(program.waits { $0.lines[1].contains("paused") })
        try program.type("\u{1B}[A")
        #expect(program.waits { $0.lines[1].contains("00:00:24.000") })
        try program.type("\u{1B}[1;2C")
        #expect(program.waits { $0.lines[1].contains("00:00:25.000") })
        try program.type("\u{1B}[6~")
        #expect(program.waits { $0.lines[1].contains("00:00:35.000") })
        try program.type("\u{1B}[C")
        #expect(program.waits { $0.lines[1].contains("00:00:35.100") })
        try program.type("]]")
        #expect(program.waits { $0.lines[1].contains("2×") })
        try program.type("?")
        #expect(program.waits { $0.lines.contains { $0.contains("PageUp PageDown") } })
        try program.type("\u{1B}")
        #expect(program.waits { !$0.lines.contains { $0.contains("PageUp PageDown") } })
        try program.resize(width: 40, height: 12)
        #expect(program.waits { $0.lines.count == 12 && $0.lines[11].contains("? keys") })
        try program.resize(width: 200, height: 60)
        #expect(program.waits { $0.lines.contains { $0.contains("│ Electrocardiogram") } })
        try program.type("q")
        #expect(program.end() == 0)
        #expect(try program.isRestored())
    }

    @Test(arguments: [SIGTERM, SIGHUP, 0])
    func theTerminalIsRestoredHoweverItEnds(signal: Int32) throws {
        let maker = try SessionMaker.whole()
        let program = try PlayerProgram([maker.path], width: 80, height: 24, locale: "C")
        #expect(program.waits { $0.isOtherScreen && $0.lines[1].contains("00:00:0") })
        #expect(try !program.isRestored())
        if signal == 0 { try program.type("\u{3}") } else { kill(program.player, signal) }
        #expect(program.end() == 128 + (signal == 0 ? SIGINT : signal))
        #expect(try program.isRestored())
    }

    @Test func aRecordingIsFollowedInATerminal() throws {
        let maker = try SessionMaker(streams: [SessionMaker.keys])
        let program = try PlayerProgram([maker.path, "--speed", "16"], width: 80, height: 24)
        #expect(program.waits { $0.lines[0].contains("live") })
        var batch = SessionBatch()
        batch.turns = [Turn(author: "client", text: "Just now", sent: SessionMaker.at(3))]
        try maker.writer.commit(batch)
        #expect(program.waits { $0.lines.contains { $0.contains("Just now") } })
        try maker.stop(at: 4)
        #expect(program.waits { $0.lines[0].contains("stopped") })
        try program.type("q")
        #expect(program.end() == 0)
    }

    @Test func aPipeGetsALineForEachThing() throws {
        let maker = try SessionMaker.whole()
        let all = try run([maker.path, "--speed", "0"])
        #expect(all.code == 0 && all.errors.isEmpty)
        let lines = all.output.split(separator: "\n")
        #expect(lines.count == 172)
        #expect(lines.first == "0.000000\tphase\tbaseline")
        #expect(lines.contains("8.000000\tkey\tletter"))
        #expect(lines.contains("35.000000\tmark\tlooks away (hand left)"))
        let part = try run([maker.path, "--speed", "0", "--from", "0:39", "--until", "52.0s"])
        #expect(
            part.output.split(separator: "\n").map { $0.split(separator: "\t")[1] } == [
                "turn", "gap",
            ])
        // At 16 times the speed five seconds take a third of one.
        let began = Clocks.now()
        let paced = try run([maker.path, "--speed", "16", "--until", "5.1"])
        #expect(paced.output.split(separator: "\n").count == 2)
        #expect(Clocks.now() - began >= 312_000_000)
    }

    @Test func mistakesAreSaidAndNothingElse() throws {
        let directory = try TemporaryDirectory()
        let missing = try run([directory.file("none.attune")])
        #expect(missing.code == 1 && missing.errors.contains("is not there"))
        try FileSystem.write(Array("text".utf8), to: directory.file("a.txt"))
        let other = try run([directory.file("a.txt")])
        #expect(other.code == 1 && other.errors.contains("is no session file"))
        let maker = try SessionMaker.whole()
        try maker.writer.close()
        var bytes = try FileSystem.read(maker.path)
        bytes[63] = 99
        try FileSystem.write(bytes, to: directory.file("newer.attune"))
        let newer = try run([directory.file("newer.attune"), "--speed", "0"])
        #expect(newer.code == 1 && newer.errors.contains("install a newer Attune"))
        for wrong in [["--speed", "17"], ["--from", "x"], ["--from", "9", "--until", "8"]] {
            let refused = try run([maker.path] + wrong)
            #expect(refused.code != 0 && refused.output.isEmpty && !refused.errors.isEmpty)
        }
    }
}
