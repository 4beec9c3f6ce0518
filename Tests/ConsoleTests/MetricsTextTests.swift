import Link
import Testing

@testable import Console

/// The two texts that Prometheus reads, to the letter.
@Suite struct MetricsTextTests {
    private let families = [
        MetricFamily(
            "attune_link_missed_pieces", .counter, "Pieces, of \"all\"\nlines \\ of two.",
            [
                MetricSample(.integer(4), ["source": "a\\b", "stream": "say \"no\"\nor ü"]),
                MetricSample(.integer(9_007_199_254_740_993)),
            ]),
        MetricFamily("attune_build", .info, "A program.", [MetricSample(true, ["version": "1"])]),
        MetricFamily("attune_clock_offset_seconds", .gauge, "An offset.", -1.5e-7),
        MetricFamily("attune_storage_free_bytes", .gauge, "Unknown.", nil as Double?),
    ]

    @Test func thePlainTextIsAsItsDefinitionWants() {
        #expect(
            MetricsText.of(families, .plain) == #"""
                # HELP attune_link_missed_pieces_total Pieces, of "all"\nlines \\ of two.
                # TYPE attune_link_missed_pieces_total counter
                attune_link_missed_pieces_total{source="a\\b",stream="say \"no\"\nor ü"} 4
                attune_link_missed_pieces_total 9007199254740993
                # HELP attune_build_info A program.
                # TYPE attune_build_info gauge
                attune_build_info{version="1"} 1
                # HELP attune_clock_offset_seconds An offset.
                # TYPE attune_clock_offset_seconds gauge
                attune_clock_offset_seconds -1.5e-07

                """#)
    }

    @Test func openMetricsNamesFamiliesWithoutSuffixesAndSaysUnitsAndTheEnd() {
        #expect(
            MetricsText.of(families, .openMetrics) == #"""
                # HELP attune_link_missed_pieces Pieces, of \"all\"\nlines \\ of two.
                # TYPE attune_link_missed_pieces counter
                attune_link_missed_pieces_total{source="a\\b",stream="say \"no\"\nor ü"} 4
                attune_link_missed_pieces_total 9007199254740993
                # HELP attune_build A program.
                # TYPE attune_build info
                attune_build_info{version="1"} 1
                # HELP attune_clock_offset_seconds An offset.
                # TYPE attune_clock_offset_seconds gauge
                # UNIT attune_clock_offset_seconds seconds
                attune_clock_offset_seconds -1.5e-07
                # EOF

                """#)
    }

    @Test func classesOfAHistogramHoldAllThatIsLess() throws {
        var told = DurationCounts(boundsMs: [1, 5, 1000])
        for milliseconds in [0.5, 1, 1.001, 5, 999, 1000, 5000, 6000] {
            told.note(milliseconds: milliseconds)
        }
        #expect(told.counts == [2, 2, 2, 2])
        let histogram = try #require(MetricHistogram(told))
        let text = MetricsText.of(
            [
                MetricFamily(
                    "attune_x_seconds", .histogram, "X.",
                    [MetricSample(.histogram(histogram), ["ring": "a"])])
            ], .plain)
        #expect(
            text == """
                # HELP attune_x_seconds X.
                # TYPE attune_x_seconds histogram
                attune_x_seconds_bucket{ring="a",le="0.001"} 2
                attune_x_seconds_bucket{ring="a",le="0.005"} 4
                attune_x_seconds_bucket{ring="a",le="1.0"} 6
                attune_x_seconds_bucket{ring="a",le="+Inf"} 8
                attune_x_seconds_sum{ring="a"} 13.006501
                attune_x_seconds_count{ring="a"} 8

                """)
    }

    @Test func countsThatDoNotFitTheirClassesAreNone() {
        var told = DurationCounts(boundsMs: [1, 5])
        told.counts = [1, 2]
        #expect(MetricHistogram(told) == nil)
        told.counts = [1, 2, -1]
        #expect(MetricHistogram(told) == nil)
        told.counts = [1, 2, 3]
        told.boundsMs = [5, 1]
        #expect(MetricHistogram(told) == nil)
        told.boundsMs = [1, 5]
        told.counts = [1, .max, 0]
        #expect(MetricHistogram(told) == nil)
    }

    @Test func eachSetOfLabelsComesOnce() {
        func samples(_ kind: MetricFamily.Kind) -> [MetricSample] {
            MetricFamily(
                "attune_x", kind, "X.",
                [
                    MetricSample(.integer(3), ["stream": "withheld"]),
                    MetricSample(.integer(1), ["stream": "b"]),
                    MetricSample(.integer(4), ["stream": "withheld"]),
                ]
            ).merged.samples
        }
        let other = MetricSample(.integer(1), ["stream": "b"])
        #expect(samples(.counter) == [MetricSample(.integer(7), ["stream": "withheld"]), other])
        #expect(samples(.gauge) == [MetricSample(.integer(4), ["stream": "withheld"]), other])
    }

    @Test(arguments: [
        (0.0, "0.0"), (0.25, "0.25"), (1e21, "1e+21"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"),
    ])
    func numbersAreWrittenAsBothFormatsReadThem(value: Double, text: String) {
        #expect(MetricsText.number(value) == text)
    }

    /// What Prometheus 2 and 3 send, a browser, curl, and who asks for what there is not.
    @Test(
        arguments: [
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", MetricsFormat.openMetrics
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
                    + "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                .openMetrics
            ),
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", .plain), ("*/*", .plain),
            (nil, .plain),
            ("", .plain), ("application/json", .plain),
            ("text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.2", .plain),
            ("application/openmetrics-text; version=0.0.1", .plain),
            ("application/openmetrics-text;q=0, text/plain;q=0.1", .plain),
            ("Application/OpenMetrics-Text ; Q=0.9 , text/plain ; q=0.9", .openMetrics),
        ] as [(String?, MetricsFormat)])
    func theFormatIsTheOneThatIsLikedBest(accept: String?, format: MetricsFormat) {
        #expect(MetricsFormat(accept: accept) == format)
    }
}
