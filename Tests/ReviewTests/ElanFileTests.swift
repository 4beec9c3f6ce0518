import Foundation
import Link
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Review

/// A document as ELAN 6 writes it: tiers in the order of the screen, children before their parents, all
/// constraints, slots without times, vocabularies in two languages and in another file.
@Suite struct ElanFileTests {
    private let session: CodedSession
    private let bytes: [UInt8]

    init() throws {
        session = try CodedSession()
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "\(root)/Tests/Readers/elan-6.eaf", encoding: .utf8)
        // As a program on Windows may leave it.
        bytes = [0xEF, 0xBB, 0xBF] + Array(text.replacing("\n", with: "\r\n").utf8)
    }

    private func result(
        layer: String = "carla", bytes: [UInt8]? = nil, scheme: CodingSchemeText? = nil
    ) throws -> ElanImport.Result {
        try ReviewExchange(path: session.path).elan(
            bytes ?? self.bytes, file: "p7.eaf", layer: layer, scheme: scheme ?? session.scheme)
    }

    private func rows(_ layer: String) throws -> [Annotation] {
        try ReviewReader.open(session.path).annotations(layer: layer)
    }

    private func exported(_ layer: String) throws -> ElanDocument {
        try ElanDocument.read(
            Array(
                try ReviewExchange(path: session.path).text(
                    .elan, layers: [layer], showsTurns: false
                ).utf8))
    }

    @Test func timesAreThoseThatElanShows() throws {
        let document = try ElanDocument.read(bytes)
        #expect(
            document.tiers.map(\.name) == [
                "words@P7", "utterance@P7", "phase@P7", "Haltung", "second coder", "empty",
            ])
        func times(_ name: String) -> [[Double]] {
            document.tiers.first { $0.name == name }?.entries.map { [$0.start, $0.end] } ?? []
        }
        // Parts of equal length, in the order of the chain and not of the file.
        #expect(
            times("words@P7").map { $0.map { $0.rounded() } } == [
                [1000, 2000], [3000, 4000], [2000, 3000],
            ])
        #expect(times("phase@P7") == [[1000, 2000], [2000, 3000], [3000, 4000]])
        #expect(times("utterance@P7") == [[1000, 4000], [6000, 7000]])
        // What is said of a part is with the part, although it stands before it in the file.
        let words = try #require(document.tiers.first)
        #expect(words.entries.map(\.more) == [["gloss@P7": "1SG"], ["gloss@P7": "sleep.INF"], [:]])
        #expect(words.participant == "P7" && words.annotator == "KM")
        #expect(
            document.tiers[1].entries[0].value
                == "I couldn't sleep & <b>wept</b> \"a lot\"\ntwice")
    }

    @Test func whatCannotBeCarriedOverIsSaid() throws {
        let problems = try result().problems.joined(separator: "\n")
        for words in [
            "in 'second coder' an annotation has no time, and was not taken",
            "was shifted by 1520 ms (TIME_ORIGIN)", "3 files that it names: not taken",
            "the vocabulary 'gestures' stands in another file (file:///D:/Schemata/gestures.ecv)",
            "1 link between annotations: not taken", "where 1 annotation point outside of the file",
            "1 link to a lexicon: not taken",
        ] {
            #expect(problems.contains(words), "\(words) is not in \(problems)")
        }
        let reports = Dictionary(
            uniqueKeysWithValues: try result().tiers.map { ($0.tier, $0.words) })
        #expect(reports["gloss@P7"] == "2 with the annotations of 'words@P7'")
        #expect(reports["empty"] == "it is empty")
        #expect(reports["Haltung"] == "2 by the scheme's codes")
        // Another coder's in the same layer cannot be there at the same time.
        #expect(
            reports["second coder"]
                == "2 as free annotations 'second coder'; 1 of them free, since of 'Stance' one is marked at a time"
        )
    }

    @Test func codesAreKnownInEachLanguageOfTheirVocabulary() throws {
        let result = try result()
        _ = try SessionReview(path: session.path).put(result.changes, actor: "carla")
        let rows = try rows("carla")
        let coded = rows.filter { $0.scheme == "test" }
        #expect(coded.map(\.code) == ["asks", "tells"])
        let second = try #require(rows.first { $0.code == "second coder" })
        #expect(second.scheme == nil && second.note == "Reflecting")
        let word = try #require(rows.first { $0.code == "words@P7" })
        #expect(word.detail.contains("\"participant\":\"P7\""))
        #expect(word.detail.contains("\"gloss@P7\":\"1SG\""))
    }

    @Test func goingOutAndInAgainChangesNothing() throws {
        let review = SessionReview(path: session.path)
        _ = try review.put(try result().changes, actor: "carla")
        let first = try exported("carla")
        #expect(first.problems == [])
        func plain(_ document: ElanDocument, _ layer: String) -> [ElanDocument.Tier] {
            document.tiers.map {
                var tier = $0
                tier.name = $0.name.replacing("\(layer): ", with: "")
                tier.type = $0.type.replacing("\(layer): ", with: "")
                tier.participant = ""
                return tier
            }.sorted { $0.name < $1.name }
        }
        // What a tier of association said of the words is still with them.
        #expect(
            first.tiers.first { $0.name == "carla: words@P7" }?.entries.map { $0.more["gloss@P7"] }
                == ["1SG", nil, "sleep.INF"])
        var before = (first, "carla")
        for layer in ["dora", "emil"] {
            let text = try ReviewExchange(path: session.path).text(
                .elan, layers: [before.1], showsTurns: false)
            let result = try result(layer: layer, bytes: Array(text.utf8))
            #expect(result.problems == [] && !result.tiers.contains { $0.words.contains("since") })
            _ = try review.put(result.changes, actor: layer)
            let after = try exported(layer)
            #expect(plain(after, layer) == plain(before.0, before.1))
            before = (after, layer)
        }
    }

    @Test func aRuleOfTheSchemeHoldsForFilesToo() throws {
        let review = SessionReview(path: session.path)
        // In the layer of anna the stance from 10 to 15 s is marked already, laughter from 20 to 30 s.
        func eaf(_ annotations: [(String, Int, Int, String)]) -> [UInt8] {
            var slots = ""
            var tiers = ""
            for (place, (tier, from, to, value)) in annotations.enumerated() {
                slots += "<TIME_SLOT TIME_SLOT_ID=\"a\(place)\" TIME_VALUE=\"\(from)\"/>"
                slots += "<TIME_SLOT TIME_SLOT_ID=\"b\(place)\" TIME_VALUE=\"\(to)\"/>"
                tiers +=
                    "<TIER TIER_ID=\"\(tier)\" LINGUISTIC_TYPE_REF=\"t\"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"x\(place)\" TIME_SLOT_REF1=\"a\(place)\" TIME_SLOT_REF2=\"b\(place)\"><ANNOTATION_VALUE>\(value)</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
            }
            return Array(
                "<ANNOTATION_DOCUMENT><HEADER TIME_UNITS=\"milliseconds\"/><TIME_ORDER>\(slots)</TIME_ORDER>\(tiers)</ANNOTATION_DOCUMENT>"
                    .utf8)
        }
        let result = try result(
            layer: "anna",
            bytes: eaf([
                ("one", 14_000, 16_000, "asks"), ("one", 16_000, 17_000, "tells"),
                ("deep", 22_000, 22_000, "peak"), ("deep", 40_000, 40_000, "peak"),
                ("both", 41_000, 42_000, "laughs"), ("both", 42_000, 42_000, "peak"),
            ]))
        #expect(
            result.changes.map { "\($0.code) \($0.scheme ?? "-")" } == [
                "one -", "tells test", "peak test", "deep -", "laughs test", "peak test",
            ])
        #expect(result.tiers.map(\.tier) == ["one", "one", "deep", "deep", "both", "both"])
        #expect(result.tiers[3].words.contains("since no 'Laughs' holds them"))
        // Two tiers of one name are two.
        #expect(Set(result.changes.map(\.annotation)).count == 6)
        _ = try review.put(result.changes, actor: "anna")
    }

    @Test func moreThanAnAnnotationCanHoldIsShortenedAndSaid() throws {
        let long = String(repeating: "ä", count: 12_000)
        let text = """
            <ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>
            <TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="2000"/></TIME_ORDER>
            <TIER TIER_ID="T&#9;x&#127;" LINGUISTIC_TYPE_REF="t"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">
            <ANNOTATION_VALUE>\(long)</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
            <TIER TIER_ID="S" PARENT_REF="T&#9;x&#127;" LINGUISTIC_TYPE_REF="r"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="y" ANNOTATION_REF="x">
            <ANNOTATION_VALUE>\(long)</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
            <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="r" CONSTRAINTS="Symbolic_Association"/></ANNOTATION_DOCUMENT>
            """
        let result = try result(bytes: Array(text.utf8))
        #expect(result.tiers[0].words.contains("1 shortened: they say more than"))
        let change = try #require(result.changes.first)
        #expect(change.code == "Tx" && change.note.utf8.count == 20_000)
        // The store takes it.
        _ = try SessionReview(path: session.path).put(result.changes, actor: "carla")
    }

    @Test func slotsGoOutInTheOrderOfTime() throws {
        let text = try ReviewExchange(path: session.path).text(.elan)
        let times = text.matches(of: /TIME_VALUE="(\d+)"/).compactMap { Int($0.output.1) }
        #expect(times.count > 20 && times == times.sorted())
    }

    @Test func aTurnIsWhereItIsWhetherItsWordsAreShownOrNot() throws {
        var coded = session.change("question", .turn, nil, layer: "ben", isCoded: false)
        coded.turn = 2
        _ = try SessionReview(path: session.path).put([coded], actor: "ben")
        for shows in [true, false] {
            let document = try ElanDocument.read(
                Array(
                    try ReviewExchange(path: session.path).text(.elan, showsTurns: shows).utf8))
            let entry = document.tiers.first { $0.name == "ben: question" }?.entries.first
            #expect(entry?.start == 2000 && entry?.end == 3000)
            let cue = document.tiers.first { $0.name == "anna: cue" }?.entries.first
            #expect((cue?.more["text"] != nil) == shows)
        }
    }

    @Test func aPointAtTheEndOfItsParentIsNotNested() throws {
        _ = try SessionReview(path: session.path).put(
            [session.change("peak", .point, 30)], actor: "anna")
        let text = try ReviewExchange(path: session.path).text(.elan)
        #expect(!text.contains(#"PARENT_REF="anna: laughs""#))
    }

    @Test func aTextGridHasOneLineAValue() throws {
        var odd = session.change("odd", .interval, 33, 34, layer: "ben", isCoded: false)
        odd.note = "a\r\nb\u{2028}c\u{0}\"d\"\u{85}e"
        var twin = session.change("odd", .interval, 33.5, 36, layer: "ben", isCoded: false)
        twin.note = "\"\""
        _ = try SessionReview(path: session.path).put(
            [
                odd, twin, session.change("tick", .point, 33, layer: "ben", isCoded: false),
                session.change("tick", .point, 33, layer: "ben", isCoded: false),
            ], actor: "ben")
        let exchange = ReviewExchange(path: session.path)
        let text = try exchange.text(.textgrid)
        #expect(text.contains("text = \"odd (note: a b c\u{FFFD}\"\"d\"\" e)\""))
        #expect(text.contains("text = \"odd (note: \"\"\"\")\""))
        #expect(
            text.contains("name = \"ben: odd (2)\"") && text.contains("name = \"ben: tick (2)\""))
        try ExchangeTests.read(exchange, in: session.directory)
    }
}
