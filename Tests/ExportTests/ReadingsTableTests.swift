import SystemCalls
import TestSupport
import Testing

@testable import Export
@testable import Timebase

@Suite struct ReadingsTableTests {
    private func number(_ text: String, places: Int = 9, exact: Bool = false)
        -> DecimalNumber.Reading
    {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBufferPointer {
            unsafe DecimalNumber.read($0, places: places, isExact: exact)
        }
    }

    @Test func decimalsAreExact() {
        #expect(number("1795253400.123456789") == .number(1_795_253_400_123_456_789))
        #expect(number("-0.000000001") == .number(-1))
        #expect(number("0") == .number(0))
        #expect(number("+12.") == .number(12_000_000_000))
        #expect(number(".5") == .number(500_000_000))
        #expect(number("1e3") == .number(1_000_000_000_000))
        #expect(number("1.7952534001234567890E9") == .number(1_795_253_400_123_456_789))
        #expect(number("25E-10") == .number(3))
        #expect(number("24e-10") == .number(2))
        #expect(number("0.0000000005") == .number(1))
        #expect(number("-0.0000000015") == .number(-2))
        #expect(number("0.00000000049999999999999999999999999") == .number(0))
        #expect(number("0.99999999999999999999999999999") == .number(1_000_000_000))
        #expect(number("1" + String(repeating: "0", count: 30) + "e-30") == .number(1_000_000_000))
        #expect(number("1e-400") == .number(0))
        #expect(number("9223372036.854775807") == .number(.max))
        #expect(number("9223372036.854775808") == .tooLarge)
        #expect(number("1e30") == .tooLarge)
        #expect(number("99999999999999999999999") == .tooLarge)
        #expect(number("inf") == .tooLarge)
        for text in [
            "1,5", "x", "1.2.3", "1e", "1e+", "--1", "1 2", "0x10", "-nan", ".", "-", "e5",
        ] {
            #expect(number(text) == .malformed, "\(text)")
        }
        for text in ["", "NA", "NaN", "null"] { #expect(number(text) == .missing, "\(text)") }
        #expect(number("17", places: 0, exact: true) == .number(17))
        #expect(number("17.000", places: 0, exact: true) == .number(17))
        #expect(number("1.7e1", places: 0, exact: true) == .number(17))
        #expect(number("17.5", places: 0, exact: true) == .broken)
        #expect(
            number("9007199254740993", places: 0, exact: true) == .number(9_007_199_254_740_993))
    }

    /// Against numbers made the other way round, from nanoseconds.
    @Test func decimalsComeBack() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let size = Int64(1) << Int64.random(in: 0..<63, using: &random)
            let value = Int64.random(in: -size...size, using: &random)
            let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
            let digits = String(rest)
            let text =
                "\(value < 0 ? "-" : "")\(whole).\(String(repeating: "0", count: 9 - digits.count))\(digits)"
            #expect(number(text) == .number(value), "\(text)")
        }
    }

    /// Parses text in pieces of so many bytes.
    private func parse(_ text: String, pieces: Int = 7) throws(ReadingsTableError) -> ReadingsTable
    {
        var parser = ReadingsTableParser(name: "t.csv")
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
            unsafe piece.withUnsafeBufferPointer { unsafe parser.take($0) }
            start += pieces
        }
        return try parser.finish()
    }

    @Test func tablesOfManyKindsAreTheSame() throws {
        let plain = "index,device_s,arrival_s\n0,1.5,10\n1,,11.25\n3,2.5,12\n"
        let expected = ClockReadings(
            index: [0, 1, 3], device: [1_500_000_000, ClockReadings.none, 2_500_000_000],
            arrival: [10_000_000_000, 11_250_000_000, 12_000_000_000])
        for text in [
            plain, plain.replacing("\n", with: "\r\n"), "\u{FEFF}" + plain,
            String(plain.dropLast()),
            "\n \n\(plain)\n\n",
            "index;x, \"arrival_s\" ,\"device_s\",Index\n\"a,\"\"b\", 10 ,1.5,0\nz,\"11.25\",NaN, \"1\"\n,"
                + "\t1.2e1,25e-1,3.0\n",
        ] {
            for pieces in [1, 2, 7, 1000] {
                #expect(try parse(text, pieces: pieces).readings == expected, "\(text)")
            }
        }
        let bare = try parse("arrival_s,index\n1,5\n2,6\n")
        #expect(bare.readings.device.isEmpty && bare.readings.index == [5, 6])
        #expect(try parse("index,device_s,arrival_s\n1,,5\n").readings.device.isEmpty)
    }

    @Test func rowsKnowTheirLines() throws {
        let table = try parse("\nindex,arrival_s\n0,1\n\n\n1,2\n2,3\n\n3,4\n")
        #expect((0..<4).map { table.line(of: $0) } == [3, 6, 7, 9])
    }

    @Test(arguments: [
        ("", "t.csv: is empty"), ("\n\n", "t.csv: is empty"),
        ("index,arrival_s\n", "t.csv: has a header but no rows"),
        ("a,b\n1,2\n", "t.csv:1: there is no column index"),
        ("index;arrival_s\n", "t.csv:1: there is no column index"),
        ("index,time\n", "t.csv:1: there is no column arrival_s"),
        ("index,index,arrival_s\n", "t.csv:1: index: there are two columns"),
        ("index,arrival_s\n1\n", "t.csv:2: the row has 1 of 2 fields (arrival_s is missing)"),
        ("index,arrival_s\n1,2\n\n1,2,3\n", "t.csv:4: the row has more than the 2 fields"),
        ("index,arrival_s\n1,\"2\n", "t.csv:2: a quote is not closed"),
        ("index,arrival_s\n1,\"2\"3\n", "t.csv:2: something follows"),
        ("index,arrival_s\n1,12:30\n", "t.csv:2: arrival_s: \"12:30\" is no number"),
        ("index,arrival_s\nx,1\n", "t.csv:2: index: \"x\" is no number"),
        ("index,arrival_s\n,1\n", "t.csv:2: index: there is no value"),
        ("index,arrival_s\n1,NA\n", "t.csv:2: arrival_s: there is no value"),
        ("index,arrival_s\n1.5,1\n", "t.csv:2: index: 1.5 is no whole number"),
        ("index,arrival_s\n1,4611686018.5\n", "t.csv:2: arrival_s: 4611686018.5 is beyond"),
        ("index,device_s,arrival_s\n1,-1e99,5\n", "t.csv:2: device_s: -1e99 is beyond"),
    ])
    func mistakesAreNamed(_ text: String, _ message: String) {
        let error = #expect(throws: ReadingsTableError.self) { try parse(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "none")")
    }

    @Test func linesHaveAnEnd() {
        let error = #expect(throws: ReadingsTableError.self) {
            try parse(String(repeating: "x", count: 3 << 20), pieces: 1 << 20)
        }
        #expect(error?.line == 1)
    }

    @Test func optionsHaveLimits() throws {
        let model = try TableAlignment.model(
            rate: 250, delayMilliseconds: 2.5, delayUncertaintyMilliseconds: 1)
        #expect(model.period == 4_000_000 && model.typicalDelay == 2_500_000)
        #expect(model.delayUncertainty == 1_000_000)
        for (rate, delay, uncertainty) in [
            (0.0, 0.0, 0.0), (-1, 0, 0), (.nan, 0, 0), (1, .infinity, 0), (1, 0, -1), (1, 0, .nan),
        ] {
            #expect(throws: ReadingsTableError.self) {
                try TableAlignment.model(
                    rate: rate, delayMilliseconds: delay, delayUncertaintyMilliseconds: uncertainty)
            }
        }
    }

    @Test func summariesCount() throws {
        let table = try parse(
            "index,device_s,arrival_s\n\n0,1,10\n1,2,11\n5,3,12\n6,4,11.5\n7,5,14\n")
        var alignment = Alignment()
        alignment.times = table.readings.arrival
        alignment.bounds = [1, 2, 3, 4, 5].map { $0 * 1_000_000 }
        alignment.segments = [0, 0, 0, 1, 1]
        alignment.losses = [.init(reading: 4, lost: 12, lostBound: 1)]
        alignment.resets = [3]
        alignment.faults = [1: .corrupt, 2: .corrupt, 4: .duplicated]
        alignment.period = 1e9
        alignment.driftPPM = 12.5
        alignment.jitter = 2_000_000
        let model = ClockModel(kind: .counter, period: 1e9, delayUncertainty: 4_000_000)
        let summary = TableAlignment(table, alignment, model: model)
        #expect(summary.segments == 2 && summary.rows == 5)
        #expect(summary.medianBound == 3_000_000 && summary.worstBound == 5_000_000)
        #expect(summary.jumpsLost == 3 && summary.jumps.lines == [5])
        #expect(summary.backward.lines == [6])
        #expect(summary.inferred.lines == [7] && summary.inferredLost == 12)
        #expect(summary.resets.lines == [6])
        #expect(summary.faults[.corrupt]?.lines == [4, 5])
        let text = summary.lines.joined(separator: "\n")
        #expect(text.contains("5 rows in 2 segments\nrate 1.000000 Hz\ndrift 12.50 ppm"))
        #expect(text.contains("missing by the index: 3 samples, at line 5"))
        #expect(text.contains("missing by the arrivals: 12 samples ± 1, at line 7"))
        #expect(text.contains("device times corrupt, not used: 2, lines 4, 5"))
        #expect(text.contains("0.000 ms ± 4.000 ms, which is in the bound"))
    }
}
