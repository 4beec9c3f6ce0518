import Foundation
import Review
import SessionStore
import Testing
import Timebase

@Suite struct TranscriptTests {
    private func read(
        _ text: String, _ format: SpokenText.Format
    ) throws(TranscriptMistake) -> [SpokenSegment] {
        try SpokenText(Array(text.utf8), format: format).segments
    }

    private func mistake(_ text: String, _ format: SpokenText.Format) -> String {
        do throws(TranscriptMistake) {
            return "read: \(try read(text, format))"
        } catch {
            return error.description
        }
    }

    // MARK: WebVTT

    @Test func webVTTWithEverythingInIt() throws {
        let text = """
            \u{FEFF}WEBVTT - made by hand\r
            Language: de-AT\r
            \r
            STYLE\r
            ::cue { color: red }\r
            \r
            NOTE a remark\r
            over two lines\r
            \r
            opening\r
            00:01.000 --> 00:03.500 align:start position:10%\r
            <v.loud Anna Maria>Ja, <i>genau</i> &amp; mehr</v>\r
            und weiter\r
            \r
            01:00:02.250 --> 01:00:04.000\r
            zwei &lt;3&gt; &#228;&nbsp;&#x1F600; & Rest\r
            \r
            00:02.000 --> 00:02.000\r
            <v Ben>gleichzeitig<v Anna>doch\r
            """
        let file = try SpokenText(Array(text.utf8), format: .webvtt)
        #expect(file.language == "de-AT")
        #expect(
            file.segments == [
                SpokenSegment(
                    start: 1_000_000_000, end: 3_500_000_000, speaker: "Anna Maria",
                    text: "Ja, genau & mehr und weiter"),
                SpokenSegment(
                    start: 2_000_000_000, end: 2_000_000_000, speaker: "Ben", text: "gleichzeitig"
                ),
                SpokenSegment(
                    start: 2_000_000_000, end: 2_000_000_000, speaker: "Anna", text: "doch"),
                SpokenSegment(
                    start: 3_602_250_000_000, end: 3_604_000_000_000,
                    text: "zwei <3> ä 😀 & Rest"),
            ])
    }

    @Test func webVTTTellsWords() throws {
        let segments = try read(
            "WEBVTT\n\n00:00.000 --> 00:03.000\nI <00:00:01.000>was <00:02.500>lost",
            .webvtt)
        #expect(
            segments.first?.words == [
                .init(text: "I", start: 0, end: 1_000_000_000),
                .init(text: "was", start: 1_000_000_000, end: 2_500_000_000),
                .init(text: "lost", start: 2_500_000_000, end: 3_000_000_000),
            ])
        #expect(segments.first?.text == "I was lost")
    }

    @Test(arguments: [
        ("NO\n\n00:00.000 --> 00:01.000\na", "line 1: expected WEBVTT"),
        ("WEBVTTX\n", "line 1: expected WEBVTT"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\na", "line 3: the cue ends (00:01.000) before"),
        ("WEBVTT\n\n-00:02.000 --> 00:01.000\na", "line 3: '-00:02.000' is no time: it is below"),
        ("WEBVTT\n\n00:00.000 --> 00:61.000\na", "line 3: '00:61.000' is no time"),
        ("WEBVTT\n\n00:00.000 --> soon\na", "line 3: 'soon' is no time"),
        ("WEBVTT\n\n00:00.000 -->\na", "line 3: expected a time on both sides"),
        ("WEBVTT\n\nname\nno times\n", "line 3: expected the times of a cue, found 'name'"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000 --> 00:02.000\na", "line 3: expected one -->"),
    ]) func webVTTRefuses(text: String, reason: String) {
        #expect(mistake(text, .webvtt).contains(reason), "\(mistake(text, .webvtt))")
    }

    // MARK: SubRip

    @Test func srtOfManyPrograms() throws {
        let text =
            "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<font color=red>Hello</font> there\r\n\r\n"
            + "2\r\n0:00:02.0 --> 0:00:04\r\nAgain\r\nand again\r\n"
            + "3\r\n00:00:03,000 --> 00:00:03,100\r\n \r\n"
            + "\r\n00:00:05,000 --> 00:00:06,000\r\nwithout a number\r\n\r\n\r\n"
        let segments = try read(text, .srt)
        #expect(segments.map(\.text) == ["Hello there", "Again and again", "without a number"])
        #expect(segments.map(\.start) == [1_000_000_000, 2_000_000_000, 5_000_000_000])
        #expect(segments[1].end == 4_000_000_000)
        #expect(mistake("1\n00:00:01,000\nx", .srt).contains("line 1: expected the times of a cue"))
        #expect(mistake("1\n00:00:03,000 --> 00:00:01,000\nx", .srt).contains("line 2"))
        #expect(try read("", .srt).isEmpty)
    }

    // MARK: JSON

    @Test func jsonOfRecognisers() throws {
        let whisper = """
            {"text": " So I", "language": "en", "segments": [
              {"id": 0, "start": 0.0, "end": 2.5, "text": " So I waited.", "words": [
                {"word": " So", "start": 0.0, "end": 0.4, "probability": 0.98},
                {"word": " I", "start": null, "end": null},
                {"word": " waited.", "start": 0.5, "end": 2.5, "probability": 0.9}]},
              {"id": 1, "start": 2.5, "end": 2.5, "text": "  "}]}
            """
        let file = try SpokenText(Array(whisper.utf8), format: .json)
        #expect(file.language == "en" && file.segments.count == 1)
        #expect(file.segments[0].text == "So I waited." && file.segments[0].words.count == 2)
        #expect(file.segments[0].words[0].confidence == 0.98)
        let cpp = """
            {"result": {"language": "de"}, "transcription": [
              {"timestamps": {}, "offsets": {"from": 1500, "to": 3000}, "text": " Ja"}]}
            """
        #expect(
            try read(cpp, .json) == [
                SpokenSegment(start: 1_500_000_000, end: 3_000_000_000, text: "Ja")
            ])
        let own = #"[{"start_s": 1, "end_s": 2.25, "speaker": "P01", "text": "Hm"}]"#
        #expect(try read(own, .json).first?.speaker == "P01")
        for (text, reason) in [
            ("{\"segments\": [\n{\"start\": 1,\n\"end\" 2}]}", "line 3: this is no JSON"),
            ("{}", "expected segments"),
            (#"[{"start": 2, "end": 1, "text": "a"}]"#, "segment 1: it ends (1.0) before"),
            (#"[{"start": -2, "end": 1, "text": "a"}]"#, "segment 1: it begins below zero"),
            (#"[{"start": 0, "end": 1}]"#, "segment 1: expected a text"),
            (#"[{"start": 0, "text": "a"}]"#, "segment 1: expected start and end"),
            (#"[{"start": 0, "end": 1e300, "text": "a"}]"#, "segment 1: 1e+300 is no such time"),
        ] { #expect(mistake(text, .json).contains(reason), "\(mistake(text, .json))") }
        #expect(
            throws: TranscriptMistake(nil, "the text is not UTF-8; save it as UTF-8")
        ) { try SpokenText([0x57, 0xFF], format: .srt) }
    }

    /// Whatever bytes come, they are read or refused.
    @Test func anythingIsReadOrRefused() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "WEBVTT", "\n", "\r\n", "00:00:01,000 --> ", "00:02.000", "<v A>", "</v>", "&#9999999;",
            "-->", "{\"segments\":[", "{\"start\":1e999}", "]", "é", "\u{0}", "NOTE", "1",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            for format in SpokenText.Format.allCases {
                for segment in (try? read(text, format)) ?? [] {
                    #expect(segment.end >= segment.start && segment.start >= 0)
                }
            }
        }
    }

    // MARK: On the session's clock

    @Test func timesFollowTheSound() throws {
        let started = Instant(nanoseconds: 1_000_000_000_000)
        let range = started...(started + 60_000_000_000)
        let text = SpokenText(segments: [
            SpokenSegment(
                start: 1_000_000_000, end: 70_000_000_000, text: "a",
                words: [.init(text: "a", start: 1_500_000_000, end: 2_000_000_000)])
        ])
        let plain = try AlignedTranscript.pieces(
            text, sound: nil, started: started, range: range)
        #expect(plain[0].startNs == 1_001_000_000_000)
        // What a recogniser heard beyond the end is cut.
        #expect(plain[0].endNs == range.upperBound.nanoseconds)
        #expect(plain[0].words?[0]["start_ns"]?.integer == 1_001_500_000_000)
        let late = SpokenText(segments: [
            SpokenSegment(start: 61_000_000_000, end: 62_000_000_000, text: "b")
        ])
        #expect(throws: TranscriptMistake.self) {
            try AlignedTranscript.pieces(late, sound: nil, started: started, range: range)
        }
    }
}
