import Foundation
import LinkTestSupport
import SystemCalls
import TestSupport
import Testing

extension IntegrationTests {
    /// `attune devices check` and `decode`, which need no daemon.
    @Suite struct DevicesCommandTests {
        private let directory: TemporaryDirectory
        init() throws { directory = try TemporaryDirectory() }

        /// Runs the program with bytes on its standard input.
        private func run(_ arguments: [String], input: [UInt8] = []) throws -> ProgramRun.Outcome {
            let file = directory.file("input")
            try FileSystem.write(input, to: file)
            // A shell gives the file as standard input; nothing in the arguments needs its quotes.
            let quoted = (["devices"] + arguments).map { "'\($0)'" }.joined(separator: " ")
            let command = "\(Processes.program("attune")) \(quoted) < \(file)"
            return try ProgramRun("/bin/sh", ["-c", command], place: directory.path).wait()
        }

        private func decode(
            _ arguments: [String], _ input: [UInt8]
        ) throws -> (lines: [[String: Any]], code: Int32) {
            let outcome = try run(["decode"] + arguments, input: input)
            let lines = try outcome.output.split(separator: "\n").map { line in
                try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            return (lines, outcome.code)
        }

        @Test func shippedProfilesAreRightAndMistakesHaveTheirPlaces() throws {
            let checkout = try Checkout()
            let right = checkout.file("Devices/profiles/heart-rate.yaml")
            let outcome = try run(["check", right])
            #expect(outcome.code == 0 && outcome.output == "ok heart-rate\n")
            let text = try FileSystem.readText(right)
            try checkout.write(
                "Devices/profiles/heart-rate.yaml",
                text.replacingOccurrences(of: "unless: flags.0", with: "unless: flag.0")
                    .replacingOccurrences(of: "version: 1", with: "version: 0"))
            let wrong = try run(["check", checkout.file("Devices/profiles/bitalino.yaml"), right])
            #expect(wrong.code == 1)
            let lines = wrong.output.split(separator: "\n")
            #expect(lines.count == 3 && lines.first == "ok bitalino")
            #expect(
                wrong.output.contains("\(right):6:10: version: expected 1 or more, found 0\n"))
            #expect(
                wrong.output.contains(
                    "framing.packets.records[0].fields[1].unless: expected a bit of a field before "
                        + "this one (flags), such as flags.0, found 'flag.0'\n"))
            try checkout.write("Devices/profiles/other.yaml", text)
            let misnamed = try run(["check", checkout.file("Devices/profiles/other.yaml")])
            #expect(
                misnamed.output.hasSuffix(
                    ":5:7: name: expected other as the file is called, found heart-rate\n"))
            #expect(try run(["check", checkout.file("none.yaml")]).code == 1)
        }

        @Test func packetsBecomeSamples() throws {
            let input = """
                # a strap, then what is none
                10 3C 00 04 2D 04
                measurement 10382d043500
                battery 57
                xyz
                10 3C 00
                """
            let (lines, code) = try decode(["heart-rate", "--hex"], Array(input.utf8))
            #expect(code == 0)
            let rr = lines.filter { $0["channel"] as? String == "rr" }
            #expect(rr.map { $0["index"] as? Int } == [0, 1, 2, 3])
            #expect(rr.map { $0["unit"] as? String } == ["ms", "ms", "ms", "ms"])
            let values = rr.compactMap { $0["value"] as? Double }
            #expect(values == [1000, 1043.9453125, 1043.9453125, 51.7578125])
            #expect(rr.allSatisfy { $0["stream"] as? String == "rr" })
            let faults = lines.compactMap { $0["fault"] as? String }
            #expect(faults == ["implausible", "input", "length"])
            #expect(
                lines.contains { $0["stream"] as? String == "battery" && $0["value"] as? Int == 87 }
            )
        }

        @Test func bytesBecomeSamplesWithOptions() throws {
            let bytes: [UInt8] = [0x7F, 0x08, 0x08, 0x40, 0x00, 0xFE, 0xAF, 0x58]
            let (lines, code) = try decode(
                [
                    "bitalino", "--options",
                    "{channels: [A1, A2, A3, A4, A5, A6], sensors: {A2: raw}}",
                ],
                bytes)
            #expect(code == 0)
            #expect(
                lines.map { $0["channel"] as? String } == ["a1", "raw", "eda", "a4", "a5", "a6"])
            #expect(lines.map { $0["value"] as? Double } == [1023, 512, 6.25, 128, 33, 63])
            #expect(lines.allSatisfy { $0["stream"] == nil })
        }

        @Test func missingValuesAreNullAndLossesAreTold() throws {
            let (lines, _) = try decode(
                ["nonin-3150", "--hex"],
                Array("0A141E0258000162 0048\n0A 00 1E 0000 0004 7F 01FF".utf8))
            #expect(lines.filter { $0["value"] is NSNull }.count == 2)
            let lost = try #require(lines.first { $0["fault"] as? String == "lost" })
            #expect(lost["missing"] as? Int == 2 && lost["index"] as? Int == 1)
        }

        @Test(arguments: ["heart-rate", "bitalino-ble", "bangle-js", "grove-gsr", "thermometer"])
        func anyInputIsSurvived(_ profile: String) throws {
            var generator = SeededGenerator(seed: 12)
            let noise = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let digits = noise.prefix(3000).map { String($0, radix: 16) + ($0 < 16 ? "\n" : " ") }
            #expect(try decode([profile, "--hex"], noise).code == 0)
            #expect(try decode([profile, "--hex"], Array(digits.joined().utf8)).code == 0)
            guard ["bitalino-ble", "bangle-js", "grove-gsr"].contains(profile) else { return }
            #expect(try decode([profile], noise).code == 0)
        }

        @Test func itPrintsAsItReads() throws {
            let pipe = directory.file("pipe")
            let made = unsafe mkfifo(pipe, 0o600)
            #expect(made == 0)
            let program = Processes.program("attune")
            let decoding = try ProgramRun(
                "/bin/sh", ["-c", "exec \(program) devices decode line-sketch < \(pipe)"],
                place: directory.path)
            let writer = try #require(FileHandle(forUpdatingAtPath: pipe))
            try writer.write(contentsOf: Data("\n512\n".utf8))
            try waitFor("the first sample") { decoding.outputText.contains("512") }
            #expect(decoding.isRunning)
            try writer.close()
            #expect(try decoding.wait().code == 0)
        }

        @Test func wrongUseIsExplained() throws {
            let packets = try run(["decode", "heart-rate"])
            #expect(packets.code == 64 && packets.error.contains("use --hex"))
            let unknown = try run(["decode", "hart-rate"])
            #expect(unknown.code == 64 && unknown.error.contains("heart-rate"))
            let option = try run(["decode", "bitalino", "--options", "{rate: 5}"])
            #expect(option.error.contains("rate: expected one of 1, 10, 100, 1000, found 5"))
        }
    }
}
