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
}
