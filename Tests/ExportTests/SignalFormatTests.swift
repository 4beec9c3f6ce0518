import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

/// XDF, EDF+ and MATLAB files, read back by other people's programs and compared with the CSV export of the
/// same session.
@Suite struct SignalFormatTests {
    /// Runs a script under Tests/Readers with the readers' Python.
    static func read(
        _ script: String, _ arguments: [String], in directory: TemporaryDirectory
    ) throws {
        let environment = try Program(
            "/bin/sh", [Program.reader("python_environment.sh")], in: directory.path)
        let python = environment.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(environment.status == 0, "\(environment.errors)")
        let result = try Program(
            python, [Program.reader(script)] + arguments, in: directory.path)
        #expect(result.status == 0, "\(script): \(result.output)\(result.errors)")
        #expect(result.output.contains(" 0 differ"), "\(result.output)")
    }

    @Test func everyValueComesBack() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.write(path)
        let out = directory.file("out")
        try exportOne(path, [.csv, .xdf], to: out)
        try Self.read(
            "signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p07_516ea1.xdf", "wrist"], in: directory)
        let again = directory.file("again")
        try exportOne(path, [.xdf], to: again)
        #expect(
            try FileSystem.read("\(out)/xdf/p07_516ea1.xdf")
                == FileSystem.read("\(again)/p07_516ea1.xdf"))
    }

    @Test func randomContentComesBack() throws {
        let directory = try TemporaryDirectory("signals")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 31, samples: 900)
        let out = directory.file("out")
        try exportOne(example.path, [.csv, .xdf], to: out)
        try Self.read("signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p07_6f9a31.xdf"], in: directory)
    }

    @Test func aSessionOfNothingIsWritten() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.writeEmpty(path)
        let out = directory.file("out")
        try exportOne(path, [.csv, .xdf], to: out)
        try Self.read("signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p08_e0e0e0.xdf"], in: directory)
    }
}
