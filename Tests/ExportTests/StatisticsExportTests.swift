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

    /// Reads an export back.
    static func check(_ out: String, _ script: String, _ directory: TemporaryDirectory) throws {
        let result = try Program(python, [Program.reader(script), out], in: directory.path)
        #expect(result.status == 0, "\(script): \(result.output)\(result.errors)")
    }

    @Test func everyValueOfSeveralSessionsComesBack() throws {
        let directory = try TemporaryDirectory("statistics")
        let paths = try [7, 8].map { (seed: UInt64) in
            try ExampleSession(
                at: directory.file("\(seed).attune"), seed: seed, samples: 200 * Int(seed - 5)
            ).path
        }
        let out = directory.file("out")
        var selection = ExportSelection()
        selection.includesPilots = true
        try DatasetExport(
            Dataset.find(paths, selection),
            ExportOptions(
                formats: [.csv, .spss, .stata, .sas, .r], selection: selection, threads: 2)
        ).write(to: out)
        try Self.check(out, "statistics_files.py", directory)
        try Self.check(out, "statistics_scripts.py", directory)
    }

    @Test func whatIsHardComesBack() throws {
        let directory = try TemporaryDirectory("statistics")
        let notes = try MadeUpTables.write(
            [.csv, .spss, .stata, .sas, .r], to: directory.file("out"), isCompressed: true)
        try Self.check(directory.file("out"), "statistics_files.py", directory)
        try Self.check(directory.file("out"), "statistics_scripts.py", directory)
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

    @Test func theSameBytesComeAtAnyTimeAndPlace() throws {
        let directory = try TemporaryDirectory("statistics")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 3, samples: 50)
        for (zone, jobs) in [("UTC0", "1"), ("America/St_Johns", "2")] {
            let result = try Program(
                "/usr/bin/env",
                [
                    "TZ=\(zone)", Program.attune, "export", example.path, "--format",
                    "spss,stata,sas", "--compress", "--jobs", jobs, "--quiet", "--out",
                    directory.file(jobs),
                ], in: directory.path)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
        }
        // The manifest has the digest of each file.
        let manifest = try FileSystem.readText(directory.file("1/manifest.json"))
        #expect(try FileSystem.readText(directory.file("2/manifest.json")) == manifest)
        #expect(manifest.contains("spss/turns.zsav"))
        #expect(manifest.contains("sas/v5/turns.xpt"))
        #expect(manifest.contains("\"--compress\""))
    }

    /// A table that has other rows than it says, or a text longer than it says.
    private struct Liar: TableSource {
        var name = "liar"
        var title = "A lie"
        var columns = [TableColumn("number", .integer, "", ""), TableColumn("text", .text, "", "")]
        var rows: Int64
        var statistics = [ColumnStatistics(), ColumnStatistics()]

        func forEachBatch(_ body: (TableBatch) throws -> Void) throws {
            try body(
                TableBatch(
                    count: 2, columns: [.integers([1, 2], isMissing: []), .texts(["a", nil])]))
        }
    }

    @Test(arguments: [1, 3, 1 << 31])
    func aFileWithOtherRowsThanItSaysIsNone(rows: Int64) throws {
        let directory = try TemporaryDirectory("statistics")
        let run = ExportRun(
            directory: directory.path, destination: directory.path, isCancelled: { false },
            progress: { _ in })
        for format in [ExportFormat.spss, .stata, .sas] {
            let output = FormatOutput(
                folder: ExportFolder(directory.file(format.rawValue), prefix: ""), run: run,
                isStudy: false, options: ExportOptions(formats: [format]), sessions: [],
                notes: ExportNotes())
            let jobs = try format.writer.jobs(
                tables: [Liar(rows: rows)], of: DatasetFacts(sessions: [], excluded: []),
                to: output)
            let error = #expect(throws: ExportError.self) { try jobs[0]() }
            #expect(error?.code == (rows == 1 << 31 ? .nothing : .tool), "\(format) \(rows)")
        }
    }

    @Test func textsAreCutBetweenCharacters() {
        #expect("añb".cut(bytes: 4) == "añb")
        #expect("añb".cut(bytes: 3) == "añ")
        #expect("añb".cut(bytes: 2) == "a")
        #expect("".cut(bytes: 0) == "")
        #expect("x\(MadeUpTables.family)".cut(bytes: 25) == "x")
        #expect("x\(MadeUpTables.family)".cut(bytes: 26) == "x\(MadeUpTables.family)")
        // Of one character that is too long alone, whole code points stay.
        #expect(MadeUpTables.family.cut(bytes: 9) == "👩\u{200D}")
        #expect(MadeUpTables.family.cut(codePoints: 3) == "👩\u{200D}👩")
        #expect("e\u{301}e\u{301}".cut(codePoints: 3) == "e\u{301}")
    }
}
