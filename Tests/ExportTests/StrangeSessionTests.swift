import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

/// Sessions and wishes that nobody planned for: files of other programs, devices that were set up anew,
/// names that were mistyped.
@Suite struct StrangeSessionTests {
    private static let started = Instant(nanoseconds: 3_000_000_000_000)
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("strange") }

    /// A recording: samples at 4 Hz to a whole second after its start, of channels that are
    /// called as what formats put beside them.
    private func write(
        _ name: String, participant: String, unit: String = "uS", values: [Double] = [1],
        answers: [Bool] = []
    ) throws -> String {
        let path = directory.file("study/\(name)/1-chat.attune")
        try FileSystem.makeDirectories(directory.file("study/\(name)"))
        let names = ["participant", "session", "stream", "timestamp", "onset", "duration"]
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "\(name)abcdef012345", kind: .chat, study: "s",
                participant: participant, station: "st", softwareVersion: "0",
                bootIdentifier: "b", started: Self.started,
                startedRealtime: 1_795_253_400_000_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "odd", kind: "signal", nominalRate: 4,
                    channels: names.map {
                        ChannelDescription(name: $0, unit: unit, storage: .real)
                    })
            ])
        var batch = SessionBatch()
        let column = (0...40).map { values[$0 % values.count] }
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: 0, count: 41,
                columns: names.map { _ in .reals(column) },
                packets: [SamplePacket(count: 41, arrival: Self.started + 10_000_000_000)])
        ]
        batch.clockSegments = [
            StreamClockSegment(
                stream: 1,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: 40, origin: Self.started, period: 250_000_000,
                    bound: 0, method: "least-delay/1"))
        ]
        batch.phases = [PhaseChange(name: "rest", time: Self.started)]
        batch.audit = [
            AuditEntry(
                time: Self.started, realtime: 0, actor: "lab", action: "consent",
                detail: #"{"answers":{"sensors":true},"withheld":[]}"#)
        ]
        batch.events = answers.enumerated().map { place, isGranted in
            SessionEvent(
                time: Self.started + Int64(place + 1), kind: "consent",
                payload: #"{"tier":"sensors","granted":\#(isGranted),"actor":"lab"}"#)
        }
        // Samples that were on their way still came.
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.started + 5_000_000_000)
        try writer.commit(batch)
        try writer.close()
        return path
    }

    private func export(
        _ paths: [String], _ formats: [ExportFormat], to out: String,
        _ change: (inout ExportSelection) -> Void = { _ in }
    ) throws -> ExportSummary {
        var selection = ExportSelection()
        change(&selection)
        return try DatasetExport(
            Dataset.find(paths, selection), ExportOptions(formats: formats, selection: selection)
        ).write(to: directory.file(out))
    }

    @Test func noNameLeadsOutOfItsFolderOrHidesAnother() throws {
        let path = try write("one", participant: "../ P 1/é", values: [.infinity, 2.5, -.infinity])
        let summary = try export([path], [.csv, .edf, .bids], to: "out")
        let key = "----P-1-é_oneabcde"
        #expect(try FileSystem.list(directory.path).sorted() == ["out", "study"])
        #expect(try FileSystem.list(directory.file("out/edf")).contains("\(key).edf"))
        let samples = try PlainTable(directory.file("out/csv/samples_odd.csv"))
        #expect(
            samples.header.suffix(6) == [
                "partici2ant", "session2", "stream2", "timesta2p", "onset2", "duratio2",
            ])
        // Every sample has a point, the last one too, which is a whole second behind the start.
        let signals = try PlainTable(directory.file("out/edf/\(key)_signals.csv"))
        #expect(signals.values("left_out") == Array(repeating: ["0"], count: 6))
        // BIDS knows no infinities.
        let name = "sub-P1/ses-01/beh/sub-P1_ses-01_task-chat_recording-odd_physio.tsv.gz"
        let physio = try Program(
            "/bin/gzip", ["-dc", directory.file("out/bids/\(name)")], in: directory.path)
        let rows = physio.output.split(separator: "\n")
        #expect(rows.count == 41)
        #expect(rows[0].hasPrefix("n/a\tn/a") && rows[1].hasPrefix("2.5\t2.5"))
        #expect(summary.notes.contains { $0.contains("infinite numbers") && $0.contains("(162)") })
    }

    @Test func theCodebookSaysWhatIsNotTheSameInAllSessions() throws {
        _ = try write("one", participant: "P1", unit: "uS")
        _ = try write("two", participant: "P2", unit: "mV")
        _ = try export([directory.file("study")], [.csv], to: "out")
        let codebook = try PlainTable(directory.file("out/codebook.csv"))
        let row = codebook.values("table", "column", "unit", "meaning").first {
            $0[0] == "samples_odd" && $0[1] == "onset2"
        }
        #expect(
            try FileSystem.readText(directory.file("out/import.R"))
                .contains("onset; not the same in all sessions"))
        #expect(row?.suffix(2) == ["", "onset; not the same in all sessions, see channels"])
    }

    /// A file that lies alone, far from its study's database.
    @Test(arguments: [
        ([], true), ([false], false), ([false, true], true), ([true, false], false),
    ])
    func consentThatTheFileItselfTellsHolds(answers: [Bool], isThere: Bool) throws {
        let path = try write("one", participant: "P1", answers: answers)
        _ = try export([path], [.csv], to: "out")
        #expect(FileSystem.exists(directory.file("out/samples_odd.csv")) == isThere)
        let manifest = try FileSystem.readText(directory.file("out/manifest.json"))
        #expect(manifest.contains("\"signals\"") == !isThere)
    }

    @Test func datasetsOfAnotherVersionAreToldApart() throws {
        let path = directory.file("d.json")
        try FileSystem.write(Array(#"{"kind":"attune-dataset/2","sets":[]}"#.utf8), to: path)
        let error = #expect(throws: ExportError.self) { try FrozenDataset.read(path) }
        #expect(error?.message.contains("is of the kind 'attune-dataset/2'") == true)
    }

    @Test func labelsOfBIDSFitIntoNames() {
        let long = String(repeating: "x", count: 300)
        #expect(
            BIDSNames.labels([long, long + "y"])
                == [String(long.prefix(64)), String(long.prefix(64)) + "n2"])
    }

    @Test func whatNobodyHasIsTold() throws {
        let path = try write("one", participant: "P1")
        for (wish, words) in [
            ({ $0.phases = ["rset"] }, "no session has a phase 'rset'; there are rest"),
            ({ $0.streams = ["eda*"] }, "no session has a stream 'eda*'; there are odd"),
        ] as [((inout ExportSelection) -> Void, String)] {
            let error = #expect(throws: ExportError.self) {
                try export([path], [.csv], to: "none", wish)
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(!FileSystem.exists(directory.file("none")))
        }
        let summary = try export([path], [.csv, .wav], to: "out") {
            $0.phases = ["rest", "rset"]
            $0.participants = ["P1", "P7"]
        }
        #expect(
            summary.notes == [
                "no session has a phase 'rset'; there are rest", "there is no participant P7",
                "wav: no session has sound, and so there is no file",
            ])
        #expect(throws: ExportError.self) { try export([path], [.wav], to: "sound") }
    }

    @Test func payloadsTellNeitherWhoNorWhen() throws {
        let payload =
            #"{ "actor" : "anna \"x\" (uid 7)", "detail":{"ended_utc_ns":1795301995454808249,"#
            + #""t_ns":1795301995454808249,"actor":null,"actors":["anna"]},"note":"actor: \u0041","#
            + #""by":"attuned","actor":"attuned"}"#
        let changed = JSONMembers.replacing(in: payload) { name, value in
            switch value {
            case .string(let who) where name == "actor": .string("<\(who)>")
            case .integer(let moment) where name.hasSuffix("utc_ns"): .integer(moment - 249)
            default: nil
            }
        }
        #expect(
            changed
                == #"{ "actor" : "<anna \"x\" (uid 7)>", "detail":{"ended_utc_ns":1795301995454808000,"#
                + #""t_ns":1795301995454808249,"actor":null,"actors":["anna"]},"note":"actor: \u0041","#
                + #""by":"attuned","actor":"<attuned>"}"#)
        // What is no JSON stays what it is.
        for text in ["", "\"", "{\"actor\":\"x", "\"actor\": \\", "{\"actor\":"] {
            #expect(JSONMembers.replacing(in: text) { _, _ in .string("x") } == text)
        }
    }
}
