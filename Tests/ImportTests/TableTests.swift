import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Import

/// Tables, and the folders of wristbands.
@Suite struct TableTests {
    private static func write(_ text: String, _ name: String, in directory: TemporaryDirectory)
        throws -> String
    {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file(name)))
        return directory.file(name)
    }

    private static func request(_ directory: TemporaryDirectory) -> ImportRequest {
        ImportRequest(
            study: "s", participant: "p", out: directory.file("out.attune"), data: directory.path)
    }

    private static func table(_ text: String, _ mapping: String) throws -> Imported {
        let directory = try TemporaryDirectory("table")
        let path = try write(text, "t.csv", in: directory)
        let yaml = try write(mapping, "m.yaml", in: directory)
        let summary = try CSVImport.run(path, mapping: yaml, request(directory))
        return try Imported(directory, directory.file("out.attune"), summary)
    }

    @Test func aTableComesInValueByValue() throws {
        let session = try Self.table(
            "\u{FEFF}t;eda;x,y;what\r\n0;1,5;7;\r\n250;;8;\"go; \"\"now\"\"\"\r\n500,5;-2e-3;NA;end\r\n",
            """
            time: {column: t, unit: ms, epoch: start, start: "2026-11-21T09:30:00+01:00"}
            separator: ";"
            decimal: ","
            streams:
              - name: skin
                channels: [{column: eda, name: eda, unit: uS, label: Left hand}]
              - name: other
                channels: [{column: "x,y", scale: 2, offset: 1}]
            marks: [{column: what, label: note}]
            """)
        #expect(session.values("skin") == [1.5, -0.002])
        #expect(session.times("skin").map { $0 - session.times("other")[0] } == [0, 0.5005])
        #expect(session.values("other") == [7, 8])
        let other = try #require(session.streams.first { $0.name == "other" })
        #expect(other.channels.map(\.name) == ["x,y"])
        #expect(other.channels[0].physical(7) == 15)
        #expect(
            session.events.map(\.payload) == [
                #"{"actor":"import","label":"note: go; \"now\""}"#,
                #"{"actor":"import","label":"note: end"}"#,
            ])
        #expect(session.summary.startedUtcNs == 1_795_249_800_000_000_000)
    }

    @Test(arguments: [
        ("s", "1790000000.125", 1_790_000_000_125_000_000),
        ("ms", "1790000000125", 1_790_000_000_125_000_000),
        ("us", "1790000000125001", 1_790_000_000_125_001_000),
        ("ns", "1790000000125000001", 1_790_000_000_125_000_001),
    ])
    func timesSince1970AreExact(unit: String, text: String, wanted: Int64) throws {
        let session = try Self.table(
            "t,a\n\(text),1\n",
            "time: {column: t, unit: \(unit), epoch: unix}\nstreams: [{name: a, channels: [{column: a}]}]"
        )
        #expect(session.summary.startedUtcNs == wanted)
    }

    @Test func datesAndRowsWithoutTimes() throws {
        let dated = try Self.table(
            "when,a\n2026-03-04 10:00:00.5Z,1\n2026-03-04T11:00:01.25+01:00,2\n,3\n",
            "time: {column: when, unit: iso8601}\nstreams: [{name: a, channels: [{column: a}]}]")
        #expect(dated.values("a") == [1, 2])
        #expect(dated.times("a")[1] - dated.times("a")[0] == 0.75)
        #expect(dated.notes("1 rows have no time") == 1)
        let plain = try Self.table(
            "a\n1\n2\n3\n", "time: {rate_hz: 4}\nstreams: [{name: a, channels: [{column: a}]}]")
        #expect(plain.times("a") == [0, 0.25, 0.5])
        #expect(plain.streams[0].nominalRate == 4)
        #expect(plain.notes("Nothing tells the date") == 1)
    }

    /// A stream with a rate loses its jitter.
    @Test func aRateTakesJitterOff() throws {
        var random = SeededGenerator(seed: 4)
        var text = "t,a\n"
        for number in 0..<3000 {
            let late = -0.004 * log(1 - Double.random(in: 0..<1, using: &random))
            text += "\(Double(number) / 50 + late),\(number)\n"
        }
        let session = try Self.table(
            text,
            "time: {column: t, unit: s, epoch: start}\nstreams: [{name: a, rate_hz: 50, channels: [{column: a}]}]"
        )
        let errors = session.times("a").enumerated().map { abs($1 - Double($0) / 50) }.sorted()
        #expect(errors[errors.count / 2] < 0.3e-3)
    }

    @Test(arguments: [
        ("t,a\n0,1\n1,x\n", "t.csv:3:2 ('a'): expected a number, found 'x'"),
        ("t,a\nnow,1\n", "t.csv:2:1 ('t'): expected a time as a number, found 'now'"),
        ("t,a\n0,1\n1\n", "t.csv:3: the row has 1 fields, the header 2"),
        ("t,b\n0,1\n", "t.csv:1: there is no column 'a'"),
        ("t,a\n0,\"1\n", "t.csv:2: a quote does not end"),
        ("t,a\n0,\"1\"2\n", "t.csv:2: after a quoted field"),
    ])
    func mistakesAreNamedWithTheirPlace(text: String, message: String) throws {
        let error = #expect(throws: ImportError.self) {
            _ = try Self.table(
                text,
                "time: {column: t, unit: s, epoch: start}\nstreams: [{name: a, channels: [{column: a}]}]"
            )
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("time: {column: t}\nmarks: [{column: a}]", "expected unit"),
        ("time: {column: t, unit: s}", "expected streams, marks or both"),
        ("time: {column: t, unit: hours}\nmarks: [{column: a}]", "m.yaml:1"),
        ("time: {column: t, unit: s}\nmakrs: [{column: a}]", "makrs"),
        ("time: {column: t, unit: s}\ndecimal: ','\nmarks: [{column: a}]", "another separator"),
    ])
    func aMappingIsChecked(mapping: String, message: String) throws {
        let error = #expect(throws: ImportError.self) { _ = try Self.table("t,a\n0,1\n", mapping) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    /// A first mapping can be imported with as it is.
    @Test func aMappingIsMade() throws {
        let directory = try TemporaryDirectory("table")
        let path = try Self.write(
            "time_ms;EDA (uS);temp_degC;note\n0;1,5;30,1;\"said \"\"hi\"\"\"\n250;1,6;30,2;\n",
            "E4 left.csv", in: directory)
        let mapping = try CSVDraft.mapping(of: path)
        let yaml = try Self.write(mapping, "m.yaml", in: directory)
        let summary = try CSVImport.run(path, mapping: yaml, Self.request(directory))
        let session = try Imported(directory, directory.file("out.attune"), summary)
        #expect(session.streams.map(\.name) == ["E4_left"])
        #expect(session.streams[0].channels.map(\.name) == ["EDA", "temp"])
        #expect(session.streams[0].channels.map(\.unit) == ["uS", "degC"])
        #expect(session.values("E4_left") == [1.5, 1.6])
        #expect(session.times("E4_left") == [0, 0.25])
        #expect(session.events.count == 1)
    }

    @Test func numbersAreReadExactly() {
        #expect(DecimalTime.scaled("1.5", by: 9, comma: false) == 1_500_000_000)
        #expect(DecimalTime.scaled("-0.0000000005", by: 9, comma: false) == -1)
        #expect(DecimalTime.scaled("0.0000000004999", by: 9, comma: false) == 0)
        #expect(DecimalTime.scaled("1e3", by: 9, comma: false) == 1_000_000_000_000)
        #expect(DecimalTime.scaled("1,25", by: 3, comma: true) == 1250)
        for wrong in ["", "x", "1.2.3", "1,2", "e5", "99999999999999999999", "1e30", "--1"] {
            #expect(DecimalTime.scaled(wrong, by: 9, comma: false) == nil, "\(wrong)")
        }
        #expect(ISOTime.nanoseconds("1970-01-01T00:00:00Z") == 0)
        #expect(
            ISOTime.nanoseconds("2000-02-29T12:00:00.000000001+0130") == 951_820_200_000_000_001)
        #expect(ISOTime.nanoseconds("2026-13-01") == nil)
        #expect(ISOTime.nanoseconds("2026-11-21T09:30:00 CET") == nil)
    }

    @Test(arguments: [
        "2026-02-31", "2026-02-30T12:00:00Z", "2026-02-29", "1900-02-29", "2100-02-29",
        "2026-04-31", "2026-12-32", "2026-01-00", "2026-00-01",
    ])
    func datesThatDoNotExistAreNone(text: String) { #expect(ISOTime.nanoseconds(text) == nil) }

    @Test(arguments: [
        ("2024-02-29", 1_709_164_800), ("2000-02-29", 951_782_400), ("2026-12-31", 1_798_675_200),
        ("1900-02-28", -2_203_977_600),
    ])
    func lastDaysOfMonthsAreDates(text: String, seconds: Int64) {
        #expect(ISOTime.nanoseconds(text) == seconds * 1_000_000_000)
    }

    // MARK: - Empatica E4

    private static let e4: [String: String] = [
        "ACC.csv":
            "1600000000.0, 1600000000.0, 1600000000.0\n32.0, 32.0, 32.0\n-64, 0, 32\n1, 2, 3\n",
        "BVP.csv": "1600000000.00\n64.000000\n-0.5\n0.25\n1.75\n",
        "EDA.csv": "1600000001.0\n4.0\n0.1\n0.2\n",
        "HR.csv": "1600000010.0\n1.0\n70.5\n",
        "TEMP.csv": "1600000000.0\n4.0\n31.25\n",
        "IBI.csv": "1600000000.0, IBI\n2.5,0.8125\n3.5,0.96875\n",
        "tags.csv": "1600000004.25\n1600000005.5\n",
    ]

    private static func check(_ session: Imported) {
        #expect(session.streams.map(\.name).sorted() == ["acc", "bvp", "eda", "hr", "ibi", "temp"])
        #expect(session.values("acc", channel: 2) == [32, 3])
        #expect(session.streams.first { $0.name == "acc" }?.channels[0].physical(-64) == -1)
        #expect(session.values("bvp") == [-0.5, 0.25, 1.75])
        #expect(session.times("bvp") == [0, 0.015625, 0.03125])
        #expect(session.times("eda") == [1, 1.25])
        #expect(session.times("hr") == [10])
        #expect(session.values("ibi") == [0.8125, 0.96875])
        #expect(session.times("ibi") == [2.5, 3.5])
        #expect(session.events.map(\.time.nanoseconds) == [4_250_000_000, 5_500_000_000])
        #expect(session.events.allSatisfy { $0.kind == "mark" })
        #expect(session.summary.startedUtcNs == 1_600_000_000_000_000_000)
        #expect(session.notes("whole seconds") == 1)
    }

    @Test func aWristbandsFolderComesIn() throws {
        let directory = try TemporaryDirectory("e4")
        for (name, text) in Self.e4 { _ = try Self.write(text, name, in: directory) }
        #expect(E4Import.isFolder(directory.path))
        let summary = try E4Import.run(directory.path, Self.request(directory))
        Self.check(try Imported(directory, directory.file("out.attune"), summary))
    }

    @Test func aWristbandsArchiveComesIn() throws {
        let directory = try TemporaryDirectory("e4")
        let zip = directory.file("e4.zip")
        var files = Self.e4.map { ("left hand/\($0.key)", Array($0.value.utf8)) }
        files.append(("../../evil.csv", Array("x".utf8)))
        try Data(StoredArchive.bytes(files)).write(to: URL(fileURLWithPath: zip))
        #expect(E4Archive.isArchive(zip))
        let folder = try E4Archive.unpack(zip)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                == Self.e4.keys.sorted())
        let summary = try E4Import.run(folder, named: zip, Self.request(directory))
        Self.check(try Imported(directory, directory.file("out.attune"), summary))
    }

    @Test func mistakesOfAWristbandsFilesAreNamed() throws {
        let directory = try TemporaryDirectory("e4")
        _ = try Self.write("1600000000.0\n4.0\n0.1\nx\n", "EDA.csv", in: directory)
        _ = try Self.write("", "IBI.csv", in: directory)
        let error = #expect(throws: ImportError.self) {
            _ = try E4Import.run(directory.path, Self.request(directory))
        }
        #expect(error?.message.hasSuffix("EDA.csv:4:1: expected a number, found 'x'") == true)
    }
}
