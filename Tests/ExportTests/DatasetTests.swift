import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

/// Exports of whole studies: which sessions, and what of them.
@Suite struct DatasetTests {
    private let study: ExampleStudy

    init() throws { study = try ExampleStudy() }

    private func export(
        _ paths: [String]? = nil, _ change: (inout ExportSelection) -> Void = { _ in },
        pseudonyms: Pseudonyms? = nil, threads: Int = 2, to name: String = "out"
    ) throws -> String {
        var selection = ExportSelection()
        change(&selection)
        let out = study.directory.file(name)
        try DatasetExport(
            Dataset.find(paths ?? [study.path], selection),
            ExportOptions(
                formats: [.csv], selection: selection, pseudonyms: pseudonyms, threads: threads)
        ).write(to: out)
        return out
    }

    private func table(_ out: String, _ name: String) throws -> PlainTable {
        try PlainTable("\(out)/\(name).csv")
    }

    @Test func pilotsAndWhatWasWithdrawnStayOut() throws {
        let found = try Dataset.find([study.path], ExportSelection())
        #expect(found.sessions.map(\.participant) == ["P01", "P01", "P02"])
        #expect(
            Set(found.excluded.map { "\($0.participant) \($0.reason)" })
                == ["P03 withdrawn", "P09 pilot"])
        var withPilots = ExportSelection()
        withPilots.includesPilots = true
        #expect(
            try Dataset.find([study.path], withPilots).sessions.map(\.participant)
                == ["P01", "P01", "P02", "P09"])
        // A trial run that is named alone is wanted; what was withdrawn never is.
        #expect(try Dataset.find([study.session(5)], ExportSelection()).sessions.count == 1)
        #expect(try Dataset.find([study.session(4)], ExportSelection()).sessions.isEmpty)
        let several = try Dataset.find(
            [study.session(5), study.session(3), study.session(3)], ExportSelection())
        #expect(several.sessions.map(\.participant) == ["P02"])
        // Without its database nobody could say who has withdrawn.
        try FileSystem.write(Array("no database".utf8), to: "\(study.path)/study.db")
        let error = #expect(throws: ExportError.self) {
            try Dataset.find([study.path], ExportSelection())
        }
        #expect(error?.message.contains("only it tells who has withdrawn") == true)
    }

    @Test func tablesHoldAllSessions() throws {
        let out = try export()
        #expect(
            try table(out, "participants").values(
                "participant", "status", "sessions", "commentaries")
                == [
                    ["P01", "enrolled", "2", "1"], ["P02", "enrolled", "1", "0"],
                    ["P04", "enrolled", "0", "0"], ["P09", "enrolled", "0", "0"],
                ])
        let turns = try table(out, "turns")
        #expect(
            turns.values("session", "turn", "phase", "visit", "c_suggestions", "fallback", "safety")
                == [
                    ["P01_1a9b8f3e", "1", "talk", "1", "on", "1", "1"],
                    ["P01_1a9b8f3e", "2", "talk", "1", "on", "", "0"],
                    ["P02_3a9b8f3e", "1", "talk", "1", "off", "1", "1"],
                    ["P02_3a9b8f3e", "2", "talk", "1", "off", "", "0"],
                ])
        #expect(
            turns.values("sco_emotion", "sco_valence", "cor_emotion", "cor_valence", "cor_arousal")
                .prefix(3) == [
                    ["sadness", "-0.5", "fear", "-0.75", ""], ["", "", "", "", ""],
                    ["sadness", "-0.5", "", "", ""],
                ])
        // Of two experts' ratings the mean, without the draft and without the repeat.
        #expect(
            turns.values("x_empathy", "n_empathy", "p_empathy")[1] == ["3.5", "2", "4"])
        #expect(turns.values("x_empathy", "n_empathy", "p_empathy")[3] == ["", "", ""])
        #expect(
            try table(out, "ratings").values(
                "rater", "role", "purpose", "turn", "item", "value", "handed_in")
                == [
                    ["anna", "expert", "main", "2", "empathy", "2", "1"],
                    ["ben", "expert", "main", "2", "empathy", "5", "1"],
                    ["P01", "participant", "own", "2", "empathy", "4", "1"],
                    ["anna", "expert", "repeat", "2", "empathy", "1", "1"],
                    ["anna", "expert", "main", "", "overall", "3", "1"],
                ])
        #expect(
            try table(out, "annotations").values("kind", "code", "t_start_ms", "end_ms", "text")
                == [
                    ["artefact", "movement", "2000", "3000", ""],
                    ["span", "tired", "", "", "tired"],
                ])
        #expect(
            try table(out, "commentary").values(
                "session", "about", "kind", "t_start_ms", "replay_from_ms", "until_ms", "speaker",
                "prompted")
                == [
                    ["P01_2a9b8f3e", "P01_1a9b8f3e", "cue", "1000", "12000", "", "researcher", ""],
                    [
                        "P01_2a9b8f3e", "P01_1a9b8f3e", "speech", "1500", "13000", "15000",
                        "participant", "1",
                    ],
                ])
        #expect(
            FileSystem.exists("\(out)/P01_1a9b8f3e/samples_eda.csv")
                && FileSystem.exists("\(out)/P02_3a9b8f3e/samples_pulse.csv"))
        let wide = try table(out, "participant_phases")
        #expect(
            wide.values("participant", "rest_duration_ms", "rest_cal", "rest_calm", "talk_calm")
                .map { $0[0] } == ["P01", "P02"])
        let scores = wide.header.filter { $0.hasPrefix("rest_ca") || $0.hasPrefix("talk_ca") }
        #expect(scores.count == 4, "\(wide.header)")
        for row in wide.rows {
            let values = scores.compactMap { name in
                wide.header.firstIndex(of: name).map { row[$0] }
            }
            #expect(values.sorted() == ["2", "2", "4", "4"])
        }
    }

    @Test func theSameOptionsGiveTheSameBytes() throws {
        let first = try export(threads: 1, to: "first")
        let second = try export(threads: 4, to: "second")
        let names = try FileSystem.list(first).filter { $0.contains(".") }.sorted()
        #expect(try FileSystem.list(second).filter { $0.contains(".") }.sorted() == names)
        for name in names {
            #expect(
                try FileSystem.read("\(first)/\(name)") == FileSystem.read("\(second)/\(name)"),
                "\(name)")
        }
    }

    @Test func whatWasNotAskedForIsLeftOut() throws {
        let out = try export { selection in
            selection.participants = ["P02"]
            selection.phases = ["talk"]
            selection.streams = ["pul*"]
            selection.leftOut = [.turns]
        }
        #expect(try table(out, "sessions").values("participant") == [["P02"]])
        #expect(try table(out, "participants").values("participant") == [["P02"]])
        #expect(try table(out, "phases").values("phase") == [["talk"]])
        #expect(try table(out, "turns").rows.isEmpty)
        // Emotions and replies tell what was said; the mark happened in the phase.
        #expect(try table(out, "events").values("kind") == [["safety"], ["mark"], ["answers"]])
        #expect(try table(out, "streams").values("stream", "samples") == [["pulse", "200"]])
        let samples = try table(out, "samples_pulse")
        #expect(samples.values("sample_index").first == ["100"])
        #expect(samples.rows.count == 200)
        #expect(!FileSystem.exists("\(out)/samples_eda.csv"))
        let few = try export(nil, { $0.tables = ["turns"] }, to: "few")
        #expect(
            try FileSystem.list(few).filter { $0.hasSuffix(".csv") }.sorted()
                == ["codebook.csv", "turns.csv"])
    }

    @Test func pseudonymsTellNobody() throws {
        let key = [UInt8](repeating: 7, count: 32)
        let names = Pseudonyms(key: key, movesDates: true)
        let out = try export(pseudonyms: names, to: "one")
        let again = try export(pseudonyms: Pseudonyms(key: key, movesDates: true), to: "two")
        #expect(
            try FileSystem.read("\(out)/sessions.csv") == FileSystem.read("\(again)/sessions.csv"))
        let participant = names.participant("P01", study: "example")
        #expect(participant.count == 9 && participant.hasPrefix("P"))
        #expect(
            try table(out, "ratings").values("rater").map { $0[0] }
                == [
                    names.person("anna"), names.person("ben"), participant, names.person("anna"),
                    names.person("anna"),
                ])
        // Nothing but the words that people wrote tells who it was, where, or when.
        let shift = names.dateShift(of: "P01", study: "example")
        #expect(shift < 0 && shift % (7 * 86_400_000_000_000) == 0)
        let secrets = [
            "P01", "P02", "anna", "\"ben", "lab-7", "AA:BB:CC", "2026-11",
            "uid 1000", "1795339800",
            ExampleStudy.identifier(1),
            ExampleStudy.identifier(3), study.path,
        ]
        var files: [String] = []
        func look(_ folder: String) throws {
            for name in try FileSystem.list(folder) {
                let path = "\(folder)/\(name)"
                if FileSystem.isDirectory(path) { try look(path) } else { files.append(path) }
            }
        }
        try look(out)
        #expect(files.count > 20)
        for file in files {
            let text = try FileSystem.readText(file)
                .replacing("Tell me more, P01.", with: "").replacing("XP01 did not", with: "")
            for secret in secrets {
                #expect(!text.contains(secret), "\(secret) in \(file)")
            }
        }
        #expect(
            Pseudonyms(key: [UInt8](repeating: 8, count: 32), movesDates: false)
                .participant("P01", study: "example") != participant)
    }

    @Test func aFrozenDatasetStaysAsItWas() throws {
        let dataset = study.directory.file("frozen.json")
        let frozen = try FrozenDataset(
            Dataset.find([study.path], ExportSelection()), at: dataset)
        try FileSystem.write(Array(frozen.text.utf8), to: dataset)
        let before = try export([dataset], to: "before")
        try study.goOn()
        let after = try export([dataset], to: "after")
        for name in try FileSystem.list(before) where name.hasSuffix(".csv") {
            #expect(
                try FileSystem.read("\(before)/\(name)") == FileSystem.read("\(after)/\(name)"),
                "\(name)")
        }
        let free = try export(to: "free")
        #expect(try table(free, "turns").values("x_empathy")[1] == ["4.5"])
        #expect(try table(free, "annotations").rows.count == 3)
        // Who withdraws is left out of it all the same.
        let database = try StudyDatabase.open(at: "\(study.path)/study.db")
        try database.add(
            StatusChange(
                participant: "P02", status: .withdrawn, reason: "", actor: "lab", realtime: 2))
        try database.close()
        let later = try export([dataset], to: "later")
        #expect(Set(try table(later, "sessions").values("participant")) == [["P01"]])
        // A file that is another one is refused, and so is a review that lost something.
        try FileManager.default.removeItem(atPath: "\(study.path)/P01/20261121T093000Z-chat.review")
        #expect(throws: ExportError.self) { try export([dataset], to: "less") }
        var bytes = try FileSystem.read(study.session(1))
        bytes[bytes.count - 1] ^= 1
        try FileManager.default.removeItem(atPath: study.session(1))
        try FileSystem.write(bytes, to: study.session(1))
        let error = #expect(throws: ExportError.self) { try export([dataset], to: "other") }
        #expect(error?.message.contains("SHA-256") == true, "\(String(describing: error))")
    }

    /// What was taken out on purpose makes no dataset unusable, and is no reason to bring it back.
    @Test func aFrozenDatasetOutlivesARedaction() throws {
        let dataset = study.directory.file("frozen.json")
        let frozen = try FrozenDataset(
            Dataset.find([study.path], ExportSelection()), at: dataset)
        try FileSystem.write(Array(frozen.text.utf8), to: dataset)
        let turns = try table(export([dataset], to: "before"), "turns")
        let text = try #require(turns.values("text").first?.first)
        let word = try #require(text.split(separator: " ").max { $0.count < $1.count })
        let name = String(word.filter(\.isLetter))
        let outcome = try SessionRedaction(path: study.session(1), texts: [name]).run { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        let out = try export([dataset], to: "after")
        let said = try #require(try table(out, "turns").values("text").first?.first)
        #expect(said != text && said.contains("█"))
        let manifest = try FileSystem.readText("\(out)/manifest.json")
        #expect(manifest.contains("names were covered in it"))
        let sha256 = try #require(outcome.file?.sha256)
        #expect(manifest.contains(sha256))
        // A hash that the file never had is another file.
        var other = frozen
        other.sessions[0].pin.sha256 = String(repeating: "0", count: 64)
        try FileSystem.write(Array(other.text.utf8), to: dataset)
        let error = #expect(throws: ExportError.self) { try export([dataset], to: "other") }
        #expect(error?.message.contains("SHA-256") == true)
    }

    @Test func consentThatWasTakenBackHolds() throws {
        let database = try StudyDatabase.open(at: "\(study.path)/study.db")
        for tier in ["conversation", "sensors"] {
            try database.add(
                Consent(participant: "P01", tier: tier, isGranted: false, realtime: 3))
        }
        try database.close()
        let out = try export(to: "less")
        #expect(Set(try table(out, "turns").values("participant")) == [["P02"]])
        #expect(Set(try table(out, "streams").values("participant")) == [["P02"]])
        #expect(!FileSystem.exists("\(out)/P01_1a9b8f3e"))
        #expect(try table(out, "ratings").values("turn") == [[""]])
        let manifest = try FileSystem.readText("\(out)/manifest.json")
        #expect(manifest.contains("\"signals\"") && manifest.contains("\"turns\""))
    }

    @Test func codesAreReplacedWhereTheyAreWords() {
        let codes = CodeReplacement(["P01": "PA", "P-01": "PB", "7": "PC", "aa-bb-cc": "SS"])
        for (text, wanted) in [
            (
                #"{"a":"P01 and XP01, P012, P01x, (P01)","P01":7}"#,
                #"{"a":"PA and XP01, P012, P01x, (PA)","PA":7}"#
            ),
            (#"{"a":"line\nP01\u00e9P01 \"P01\""}"#, #"{"a":"line\nPA\u00e9PA \"PA\""}"#),
            (
                #"{"a":"data/P01/2026-P01_P-01-x","b":["7","7 of 9"]}"#,
                #"{"a":"data/PA/2026-PA_PB-x","b":["PC","7 of 9"]}"#
            ),
            (
                #"{"id":"AA-BB-CC","t":[1,7,17],"e":"ÖP01 P01Ö"}"#,
                #"{"id":"SS","t":[1,7,17],"e":"ÖP01 P01Ö"}"#
            ),
            (#"{"broken":"P01"#, #"{"broken":"PA"#),
        ] {
            #expect(codes.json(text) == wanted)
        }
        #expect(codes.plain("P01: \"P01\" 7") == "PA: \"PA\" 7")
        #expect(codes.plain("7") == "PC")
        #expect(codes.plain("") == "")
    }

    @Test func patternsOfStreams() {
        for (name, pattern, matches) in [
            ("eda", "eda", true), ("eda", "ed", false), ("polar-h10.ecg", "polar*", true),
            ("polar-h10.ecg", "*ecg", true), ("polar-h10.ecg", "p*h10*g", true),
            ("aa", "aa*a", false), ("x", "*", true), ("abc", "a*d*c", false),
        ] {
            #expect(ExportSelection.matches(name, pattern) == matches, "\(name) \(pattern)")
        }
    }
}
