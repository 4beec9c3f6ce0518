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

    private static func readMat(
        _ session: String, _ out: String, _ words: [String] = [], in directory: TemporaryDirectory
    ) throws {
        let folder = "\(out)/matlab"
        try read(
            "signals_mat.py",
            ["\(out)/csv", "\(folder)/\(session).mat", "\(folder)/tables.mat"] + words,
            in: directory)
    }

    @Test func everyValueComesBack() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.write(path)
        let out = directory.file("out")
        try exportOne(path, [.csv, .xdf, .edf, .matlab], to: out)
        try Self.read(
            "signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p07_516ea1.xdf", "wrist"], in: directory)
        try Self.read("signals_edf.py", ["\(out)/csv", "\(out)/edf/p07_516ea1.bdf"], in: directory)
        try Self.readMat("p07_516ea1", out, in: directory)
        // Without the stream that needs more than 16 bits.
        var selection = ExportSelection()
        selection.streams = ["Body*", "wrist", "rr", "BODY 1", "empty*"]
        let narrow = directory.file("narrow")
        try DatasetExport(
            Dataset.find([path], selection), ExportOptions(formats: [.edf], selection: selection)
        ).write(to: narrow)
        try Self.read("signals_edf.py", ["\(out)/csv", "\(narrow)/p07_516ea1.edf"], in: directory)
        let again = directory.file("again")
        try exportOne(path, [.xdf, .edf, .matlab], to: again)
        for file in [
            "matlab/p07_516ea1.mat", "matlab/tables.mat", "xdf/p07_516ea1.xdf",
            "edf/p07_516ea1.bdf", "edf/p07_516ea1_signals.csv",
        ] {
            #expect(
                try FileSystem.read("\(out)/\(file)") == FileSystem.read("\(again)/\(file)"),
                "\(file)")
        }
    }

    @Test func randomContentComesBack() throws {
        let directory = try TemporaryDirectory("signals")
        let example = try ExampleSession(at: directory.file("s.attune"), seed: 31, samples: 900)
        let out = directory.file("out")
        try exportOne(example.path, [.csv, .xdf, .edf, .matlab], to: out)
        try Self.read("signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p07_6f9a31.xdf"], in: directory)
        try Self.read("signals_edf.py", ["\(out)/csv", "\(out)/edf/p07_6f9a31.bdf"], in: directory)
        try Self.readMat("p07_6f9a31", out, in: directory)
    }

    @Test func aSessionOfNothingIsWritten() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.writeEmpty(path)
        let out = directory.file("out")
        let summary = try exportOne(path, [.csv, .xdf, .edf, .matlab], to: out)
        try Self.read("signals_xdf.py", ["\(out)/csv", "\(out)/xdf/p08_e0e0e0.xdf"], in: directory)
        try Self.readMat("p08_e0e0e0", out, in: directory)
        #expect(summary.notes.contains("edf: p08_e0e0e0 has no signals, and so no file"))
        let error = #expect(throws: ExportError.self) {
            try exportOne(path, [.edf], to: directory.file("edf"))
        }
        #expect(error?.code == .nothing)
    }

    /// A MAT-file's variables are small, so that memory is: what is long goes on in another one.
    @Test func longStreamsAndTablesAreInParts() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.write(path, marks: 9_000)
        let out = directory.file("out")
        try exportOne(path, to: "\(out)/csv")
        let dataset = try Dataset.find([path], ExportSelection())
        let study = StudyContext(dataset, nil)
        let session = try SessionExport(
            dataset.sessions[0], study, ExportSelection(), alignment: .newest)
        let run = ExportRun(
            directory: directory.path, destination: out, isCancelled: { false }, progress: { _ in })
        let folder = ExportFolder("\(out)/matlab", prefix: "")
        let options = ExportOptions(formats: [.matlab])
        let output = FormatOutput(
            folder: folder, run: run, isStudy: false, options: options, sessions: [],
            notes: ExportNotes())
        let tables = try SessionTables(session, run, study)
        try tables.makeAll()
        let writer = MATLABWriter(largest: 100_000)
        let names = ColumnNames.files(session.streams.map(\.name))
        let samples = try zip(session.streams, names).filter { $0.0.hasSampleTable }.map {
            try SampleSource(session, SampleTable($0, name: ColumnNames.samplePrefix + $1))
        }
        try writer.write(session, samples: samples, to: output)
        let facts = DatasetFacts(sessions: [], excluded: [])
        let own = tables.tables.compactMap { StudyTable([$0]) }
        for job in try writer.jobs(tables: own, of: facts, to: output) { try job() }
        #expect(
            output.notes.all.contains { $0.contains("Body <&> \"1\" is in 22 parts") },
            "\(output.notes.all)")
        #expect(
            output.notes.all.contains {
                $0.hasPrefix("tables.mat: the ")
                    && $0.hasSuffix("variables: events, events_part2, …")
            }, "\(output.notes.all)")
        try Self.readMat("p07_516ea1", out, ["some"], in: directory)
    }

    /// What may not leave the file is in none of the formats.
    @Test func whatIsLeftOutIsInNoFile() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.write(path)
        func files(_ name: String, _ change: (inout ExportOptions) throws -> Void) throws -> Data {
            let out = directory.file(name)
            var options = ExportOptions(formats: [.xdf, .edf])
            try change(&options)
            try DatasetExport(Dataset.find([path], options.selection), options).write(to: out)
            var all = Data()
            for folder in ["xdf", "edf"] where FileSystem.exists("\(out)/\(folder)") {
                for file in try FileSystem.list("\(out)/\(folder)") {
                    all += Data(file.utf8)
                    all += Data(try FileSystem.read("\(out)/\(folder)/\(file)"))
                }
            }
            return all
        }
        func holds(_ bytes: Data, _ text: String) -> Bool {
            bytes.range(of: Data(text.utf8)) != nil
        }
        let all = try files("all") { _ in }
        for text in [SignalSession.secret, "turn 3", "letter down", "BAD_gap@@ecg", "p07"] {
            #expect(holds(all, text), "\(text)")
        }
        let less = try files("less") {
            $0.selection.leftOut = [.turns, .keys]
            $0.selection.phases = ["rest"]
        }
        for text in [SignalSession.secret, "turn 3", "letter down", "talk", "mark 11"] {
            #expect(!holds(less, text), "\(text)")
        }
        #expect(holds(less, "phase rest") && holds(less, "BAD_gap@@ecg"))
        let signals = try files("signals") { $0.selection.leftOut = [.signals] }
        #expect(!holds(signals, "ecg") && !holds(signals, "double64"))
        let other = try files("other") {
            $0.pseudonyms = Pseudonyms(key: [UInt8](repeating: 7, count: 32), movesDates: true)
        }
        #expect(!holds(other, "p07") && !holds(other, "bitalino") && !holds(other, "516e"))
    }

    /// EDFlib drops what finds no place, and says that all went well.
    @Test func noAnnotationIsLost() throws {
        let directory = try TemporaryDirectory("signals")
        let path = directory.file("s.attune")
        try SignalSession.write(path, marks: 32_768)
        let out = directory.file("out")
        var selection = ExportSelection()
        selection.streams = ["BODY 1"]
        try DatasetExport(
            Dataset.find([path], selection),
            ExportOptions(formats: [.csv, .edf], selection: selection)
        ).write(to: out)
        try Self.read("signals_edf.py", ["\(out)/csv", "\(out)/edf/p07_516ea1.edf"], in: directory)
    }

    /// Records hold whole numbers of points, and all annotations.
    @Test func recordsSuitRatesAndAnnotations() {
        func layout(_ rates: [Double], _ annotations: Int = 0) -> EDFLayout {
            EDFLayout(rates: rates, length: 200_000_000_000, annotations: annotations)
        }
        #expect(layout([250, 4]).duration == 100_000)
        #expect(layout([12.5, 1.0 / 3]).duration == 600_000)
        #expect(layout([12.5, 1.0 / 3]).points(of: 1.0 / 3) == 2)
        // No length suits this one: its points are denser than its samples.
        #expect(layout([33.337]).points(of: 33.337) == 34)
        // Shorter records where they suit the rates, and empty ones behind the end where none do.
        #expect(layout([250], 32_768).added == 0)
        let slow = layout([1], 32_768)
        #expect(slow.duration == 100_000 && slow.records == 512 && slow.added == 312)
        for layout in [
            layout([1], 32_768), layout([250], 32_768), layout([250], 3), layout([4], 65),
        ] {
            #expect(layout.annotationSignals <= 64)
        }
        #expect(layout([4], 201).annotationSignals == 2)
    }

    @Test func fieldsOfTheHeaderHold() {
        #expect(EDFText.ascii("µS/cm² (Ä, é) 🫠\u{1}", 20) == "uS/cm2 (A, e) ??")
        #expect(EDFText.exact(-1.503)?.text == "-1.503")
        #expect(EDFText.exact(0.0244140625) == nil)
        #expect(EDFText.exact(25)?.text == "25")
        for value in [
            1e-9, -1e-9, 12345678.9, -12345678.9, 3e150, -3e150, 99_999_999.5, 0.1, -0.25,
        ] {
            let low = EDFText.outward(value, isUp: false)
            let high = EDFText.outward(value, isUp: true)
            #expect(low.text.utf8.count <= 8 && high.text.utf8.count <= 8)
            #expect(low.value <= value && value <= high.value, "\(low) \(value) \(high)")
        }
        #expect(EDFText.annotation(" \n") == nil)
        let cut = EDFText.annotation("phase " + String(repeating: "👩‍👩‍👧‍👦", count: 9)) ?? ""
        #expect(cut == "phase 👩‍👩‍👧‍👦")
    }
}
