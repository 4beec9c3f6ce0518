import Foundation
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

/// Aligned tables as files.
@Suite struct AlignedTableTests {
    private var alignment: Alignment {
        var alignment = Alignment()
        alignment.times = [1_795_253_400_123_456_789, -1, 0, .max, .min]
        alignment.bounds = [0, 1, 1_500_000_000, .max, 5]
        alignment.segments = [0, 0, 1, 1, 2]
        return alignment
    }

    private static let expected = """
        index,aligned_s,bound_s,segment
        0,1795253400.123456789,0.000000000,0
        -7,-0.000000001,0.000000001,0
        9,0.000000000,1.500000000,1
        9223372036854775807,9223372036.854775807,9223372036.854775807,1
        -9223372036854775808,-9223372036.854775808,0.000000005,2

        """

    @Test func rowsHaveNineDecimals() throws {
        let directory = try TemporaryDirectory("aligned")
        let out = directory.file("out.csv")
        try FileSystem.write(Array("old".utf8), to: out)
        let file = try AlignedTableFile(path: out, input: directory.file("in.csv"))
        #expect(try FileSystem.readText(out) == "old")
        try file.write([0, -7, 9, .max, .min], alignment)
        #expect(try FileSystem.readText(out) == Self.expected)
        #expect(try FileSystem.list(directory.path) == ["out.csv"])
    }

    @Test func whatIsNotWholeLeavesNothing() throws {
        let directory = try TemporaryDirectory("aligned")
        let file = try AlignedTableFile(path: directory.file("out.csv"), input: "-")
        #expect(try FileSystem.list(directory.path).count == 1)
        file.discard()
        #expect(try FileSystem.list(directory.path).isEmpty)
    }

    @Test func theInputIsNeverWrittenOver() throws {
        let directory = try TemporaryDirectory("aligned")
        let input = directory.file("in.csv")
        let link = directory.file("link.csv")
        try FileSystem.write(Array("x".utf8), to: input)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: input)
        for path in [input, link, directory.file("./in.csv")] {
            let error = #expect(throws: ReadingsTableError.self) {
                try AlignedTableFile(path: path, input: input)
            }
            #expect(error?.code == .option)
        }
        let error = #expect(throws: ReadingsTableError.self) {
            try AlignedTableFile(path: directory.path, input: input)
        }
        #expect(error?.description.contains("Is a directory") == true)
        #expect(try FileSystem.list(directory.path) == ["in.csv", "link.csv"])
        #expect(try FileSystem.readText(input) == "x")
    }

    /// A minute at 250 Hz and 50 ppm off, 3 ms of jitter, one loss of 1.5 s that no index shows, in Unix
    /// time: from file to file.
    @Test func aTableIsAlignedWithinItsBounds() throws {
        let directory = try TemporaryDirectory("aligned")
        let input = directory.file("in.csv")
        let output = directory.file("out.csv")
        var random = SeededGenerator(seed: 21)
        let origin: Int64 = 1_795_253_400_000_000_000
        var text = "index,arrival_s\n"
        var truth: [Int64] = []
        for index in 0..<15_000 {
            let sample = index < 7000 ? index : index + 375
            let time = origin + Int64((Double(sample) * 4_000_200).rounded())
            truth.append(time)
            let arrival = time - Int64(log(Double.random(in: 1e-12..<1, using: &random)) * 3e6)
            let digits = String(arrival)
            text += "\(index),\(digits.prefix(10)).\(digits.dropFirst(10))\n"
        }
        try FileSystem.write(Array(text.utf8), to: input)
        let model = try TableAlignment.model(
            rate: 250, delayMilliseconds: nil, delayUncertaintyMilliseconds: nil)
        let summary = try TableAlignment.align(input, to: output, model)
        #expect(summary.rows == 15_000 && summary.isRegular)
        #expect(summary.inferredLost == 375, "\(summary.lines)")
        #expect(abs((summary.drift ?? 0) - 50) < 5)
        let table = try ReadingsTable.read(Self.renamed(output, directory))
        #expect(table.count == 15_000)
        let errors = zip(table.readings.arrival, truth).map { Double($0 - $1) / 1e6 }
        let square = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
        #expect(square.squareRoot() < 0.5, "\(square.squareRoot())")
        let worst = errors.map(abs).max() ?? 0
        #expect(worst < 3 * Double(summary.worstBound) / 1e6, "\(worst)")
    }

    @Test func theCommandAlignsTables() throws {
        let directory = try TemporaryDirectory("aligned")
        let (input, output) = (directory.file("in.csv"), directory.file("out.csv"))
        var text = "index,device_s,arrival_s\r\n"
        for index in 0..<200 { text += "\(index),,1795253400.\(100 + index * 4)\r\n" }
        try FileSystem.write(Array(text.utf8), to: input)
        func align(_ arguments: String...) throws -> Program {
            try Program(Program.attune, ["align", "--csv"] + arguments, in: directory.path)
        }
        let told = try align(input, "--out", output, "--rate", "250")
        #expect(told.status == 0 && told.output.isEmpty, "\(told.errors)")
        #expect(told.errors.contains("200 rows in 1 segment"))
        #expect(told.errors.contains("the bound says nothing about its error"))
        #expect(try FileSystem.readText(output).split(separator: "\n").count == 201)
        let json = try align(
            input, "--out", output, "--rate", "250", "--delay-uncertainty-ms", "3", "--json")
        let object =
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(object?["rows"] as? Int == 200 && json.errors.isEmpty)
        #expect(object?["bound_median_ms"] as? Double ?? 0 >= 3)
        let piped = try align(input, "--out", "-")
        #expect(piped.output.hasPrefix("index,aligned_s,bound_s,segment\n0,1795253400."))
        let before = try FileSystem.readText(output)
        try FileSystem.write(Array((text + "200,,later\n").utf8), to: input)
        let wrong = try align(input, "--out", output)
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("in.csv:202: arrival_s: \"later\" is no number"))
        let over = try align(input, "--out", input)
        #expect(over.status == 1 && over.errors.contains("is the input itself"))
        #expect(try FileSystem.readText(output) == before)
        #expect(try FileSystem.list(directory.path) == ["in.csv", "out.csv"])
    }

    /// The output with the header of an input, so that it can be read as one.
    private static func renamed(_ path: String, _ directory: TemporaryDirectory) throws -> String {
        let text = try FileSystem.readText(path)
            .replacing(
                "index,aligned_s,bound_s,segment\n", with: "index,arrival_s,b,s\n",
                maxReplacements: 1)
        let other = directory.file("again.csv")
        try FileSystem.write(Array(text.utf8), to: other)
        return other
    }
}
