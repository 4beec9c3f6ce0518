import Foundation
import SystemCalls
import TestSupport
import Testing

@testable import Export

/// Files for SPSS, Stata and SAS, read back by programs that share nothing with the writer.
@Suite struct StatisticsExportTests {
    /// The interpreter with other people's readers.
    static let python: String = {
        let script = try? Program("/bin/sh", [Program.reader("python_environment.sh")], in: "/tmp")
        return (script?.output ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    static func compare(_ out: String, in directory: TemporaryDirectory) throws -> Program {
        try Program(
            python, [Program.reader("statistics_files.py"), out], in: directory.path)
    }

    @Test func everyValueComesBack() throws {
        let directory = try TemporaryDirectory("statistics")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 7)
        let out = directory.file("out")
        try exportOne(example.path, [.csv, .spss, .stata, .sas], to: out)
        let result = try Self.compare(out, in: directory)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test func whatIsHardComesBack() throws {
        let directory = try TemporaryDirectory("statistics")
        let notes = try MadeUpTables.write(
            [.csv, .spss, .stata, .sas], to: directory.file("out"), isCompressed: true)
        let result = try Self.compare(directory.file("out"), in: directory)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        for note in [
            "made_up_names.zsav: text_1 is called text21_text, text_z is called text_z2, turns is "
                + "called turns2, v3_a is called c_v3_a, all is called c_all, to is called c_to, "
                + "with is called c_with, by is called c_by, not is called c_not, v12_a is called "
                + "c_v12_a",
            "made_up_texts.zsav: texts are cut in body (6 at 9,000 bytes), other (5 at 9,000 "
                + "bytes); csv has them whole",
            "v5/made_up_values.xpt: numbers smaller than the format's are 0 in rating (8)",
            "made_up_values.dta: whole numbers beyond 2^53 are rounded to doubles in count (18); "
                + "csv has them exactly",
        ] { #expect(notes.contains(note), "\(note)\n\(notes)") }
    }
}
