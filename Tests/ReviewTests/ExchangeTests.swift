import Foundation
import Link
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Review

/// Annotations go to ELAN and Praat, and come back from ELAN.
@Suite struct ExchangeTests {
    private func document(_ body: String, types: String = "") throws -> ElanDocument {
        try ElanDocument.read(
            Array(
                """
                <ANNOTATION_DOCUMENT FORMAT="3.0"><HEADER TIME_UNITS="milliseconds"/>\(body)
                <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="t" TIME_ALIGNABLE="true"/>
                <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="r" CONSTRAINTS="Symbolic_Association"/>
                \(types)</ANNOTATION_DOCUMENT>
                """.utf8))
    }

    @Test func tiersDoNotOverlapAndKeepWhatWasSaid() throws {
        let session = try CodedSession()
        let text = try ReviewExchange(path: session.path).text(.elan)
        let read = try ElanDocument.read(Array(text.utf8))
        #expect(read.problems == [] && read.session == "0b9b8f3e-0000-4000-8000-000000000001")
        let tiers = Dictionary(uniqueKeysWithValues: read.tiers.map { ($0.name, $0) })
        #expect(
            Set(tiers.keys) == [
                "turns of client", "turns of participant", "anna: stance", "anna: laughs",
                "anna: laughs (2)", "anna: peak", "anna: cue", "anna: marker",
                "signals: artefact 3", "ben: stance",
            ])
        #expect(tiers["anna: stance"]?.entries.map(\.value) == ["asks", "tells", "asks"])
        #expect(tiers["anna: stance"]?.entries.map(\.start) == [10_000, 12_000, 14_500])
        #expect(tiers["anna: stance"]?.entries.map(\.end) == [12_000, 14_500, 15_000])
        let cue = try #require(tiers["anna: cue"]?.entries.first)
        #expect(
            cue.more == [
                "severity": "4", "note": "line one\n\"two\"\u{FFFD}", "text": "\"sad\" 😞",
            ])
        #expect(tiers["turns of client"]?.entries.first?.value == "I am \"sad\" 😞 & tired")
        #expect(text.contains(#"PARENT_REF="anna: laughs""#))
        #expect(text.contains(#"CONSTRAINTS="Included_In""#))
        #expect(text.contains(#"CV_ID="anna: stance""#))
        // One layer alone, without the turns.
        let ben = try ElanDocument.read(
            Array(
                try ReviewExchange(path: session.path).text(
                    .elan, layers: ["ben"], showsTurns: false
                ).utf8))
        #expect(ben.tiers.map(\.name) == ["ben: stance"])
    }

    @Test func aTextGridTilesItsTiers() throws {
        let session = try CodedSession()
        let text = try ReviewExchange(path: session.path).text(.textgrid)
        #expect(text.hasPrefix("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n"))
        #expect(text.contains("xmax = 60 "))
        #expect(text.contains("xmin = 10.0004 "))
        #expect(text.contains("text = \"asks\" "))
        #expect(text.contains("mark = \"marker\" "))
        #expect(
            text.contains(
                "text = \"cue (note: line one \"\"two\"\"\u{FFFD}; severity: 4; text: \"\"sad\"\" 😞)\""
            ))
        // Each interval begins where the one before ends.
        var reached = "0"
        for line in text.split(separator: "\n").map({ $0.trimmed(of: \.isWhitespace) }) {
            if line.hasPrefix("item [") { reached = "0" }
            if line.hasPrefix("intervals: size") { reached = "begin" }
            guard line.hasPrefix("xmin") || line.hasPrefix("xmax"), reached != "0" else { continue }
            let value = line.split(separator: " ").last.map(String.init) ?? ""
            if line.hasPrefix("xmin") {
                #expect(value == (reached == "begin" ? "0" : reached))
            } else {
                reached = value
            }
        }
    }

    @Test func whatWentOutComesInOnce() throws {
        let session = try CodedSession()
        let exchange = ReviewExchange(path: session.path)
        let bytes = Array(try exchange.text(.elan, layers: ["anna"]).utf8)
        let result = try exchange.elan(
            bytes, file: "a.eaf", layer: "carla", scheme: session.scheme)
        let review = SessionReview(path: session.path)
        let first = try review.put(result.changes, actor: "carla")
        #expect(first.rows.allSatisfy { !$0.isRepeated })
        let again = try review.put(
            try exchange.elan(bytes, file: "a.eaf", layer: "carla", scheme: session.scheme)
                .changes, actor: "carla")
        #expect(again.rows.allSatisfy { $0.isRepeated })
        let rows = try ReviewReader.open(session.path).annotations(layer: "carla")
        #expect(rows.allSatisfy { $0.action == .import })
        let coded = rows.filter { $0.scheme == "test" }.map { ($0.code, $0.kind, $0.start) }
        #expect(
            coded.map { "\($0.0) \($0.1)" } == [
                "asks interval", "tells interval", "asks interval", "laughs interval",
                "laughs interval", "peak point",
            ])
        #expect(coded.map(\.2)[0] == CodedSession.second(10))
        // A span has no place to come back to: it stays as a free annotation with all that was said.
        let cue = try #require(rows.first { $0.code == "cue" })
        #expect(cue.note == "line one\n\"two\"\u{FFFD}")
        #expect(cue.detail.contains("\"text\":\"\\\"sad\\\" 😞\""))
        #expect(result.tiers.first { $0.tier == "turns of client" }?.taken == 0)
        #expect(result.problems == [])
    }

    @Test func unknownTiersAreToldInWords() throws {
        let session = try CodedSession()
        let eaf = """
            <TIME_ORDER><TIME_SLOT TIME_SLOT_ID="1" TIME_VALUE="1000"/>
            <TIME_SLOT TIME_SLOT_ID="2"/><TIME_SLOT TIME_SLOT_ID="3" TIME_VALUE="3000"/>
            <TIME_SLOT TIME_SLOT_ID="4" TIME_VALUE="900000"/><TIME_SLOT TIME_SLOT_ID="5" TIME_VALUE="5000"/></TIME_ORDER>
            <TIER TIER_ID="Gaze" LINGUISTIC_TYPE_REF="t">
            <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="1" TIME_SLOT_REF2="2">
            <ANNOTATION_VALUE>left</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
            <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="2" TIME_SLOT_REF2="3">
            <ANNOTATION_VALUE>ASKS</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
            <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="3" TIME_SLOT_REF2="4">
            <ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION>
            <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a4" TIME_SLOT_REF1="3" TIME_SLOT_REF2="9">
            <ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
            <TIER TIER_ID="tells" LINGUISTIC_TYPE_REF="t">
            <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="b1" TIME_SLOT_REF1="3" TIME_SLOT_REF2="5">
            <ANNOTATION_VALUE>a story</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
            <TIER TIER_ID="How" PARENT_REF="Gaze" LINGUISTIC_TYPE_REF="r">
            <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="c1" ANNOTATION_REF="a1">
            <ANNOTATION_VALUE>slowly</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
            <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="c2" ANNOTATION_REF="zz">
            <ANNOTATION_VALUE>x</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
            """
        let document = try document(eaf)
        #expect(document.problems.count == 2, "\(document.problems)")
        #expect(document.tiers[0].entries.map(\.start) == [1000, 2000, 3000])
        #expect(document.tiers[0].entries[0].more == ["How": "slowly"])
        let result = ElanImport(
            layer: "carla",
            scheme: (
                try CodingScheme.read(CodedSession.schemeText, file: "s"), session.scheme.sha256
            ), start: CodedSession.start, end: CodedSession.second(60), digest: "d", file: "f.eaf"
        ).changes(document)
        #expect(result.changes.map(\.code) == ["Gaze", "asks", "tells"])
        #expect(result.changes.map(\.note) == ["left", "", "a story"])
        #expect(result.tiers[0].words.contains("1 not taken"))
        #expect(result.tiers[0].words.contains("1 as free annotations 'Gaze'"))
        #expect(result.tiers[1].words == "1 by the scheme's codes")
        _ = try SessionReview(path: session.path).put(result.changes, actor: "carla")
    }

    @Test func whatIsNoElanDocumentIsRefused() throws {
        for text in [
            "<TextGrid/>",
            "<ANNOTATION_DOCUMENT><HEADER TIME_UNITS=\"NTSC-frames\"/></ANNOTATION_DOCUMENT>",
        ] {
            #expect(throws: ReviewError.self) { try ElanDocument.read(Array(text.utf8)) }
        }
    }

    /// Programs of others read both files, and find the same in them.
    @Test func otherReadersFindTheSame() throws {
        let session = try CodedSession()
        try Self.read(ReviewExchange(path: session.path), in: session.directory)
    }

    /// Has pympi and praatio read both files of a session.
    static func read(_ exchange: ReviewExchange, in directory: TemporaryDirectory) throws {
        let (eaf, grid) = (directory.file("a.eaf"), directory.file("a.TextGrid"))
        try Data(exchange.text(.elan).utf8).write(to: URL(fileURLWithPath: eaf))
        try Data(exchange.text(.textgrid).utf8).write(to: URL(fileURLWithPath: grid))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        process.arguments = ["python3", "\(root)/Tests/Readers/tiers.py", eaf, grid]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
        print("ExchangeTests: \(said)")
    }
}
