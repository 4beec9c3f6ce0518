import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

@Suite struct TapTests {
    private static let second: Int64 = 1_000_000_000

    private func instants(_ milliseconds: [Double]) -> [Instant] {
        milliseconds.map { Instant(nanoseconds: Int64(($0 * 1e6).rounded())) }
    }

    private func series(_ name: String, _ milliseconds: [Double], bound: Double) -> TapSeries {
        TapSeries(
            name: name,
            taps: instants(milliseconds).map { .init(time: $0, bound: Int64(bound * 1e6)) })
    }

    // MARK: Onsets

    /// A sensor at a rate: noise, a slow wave, and taps that rise within a few ms and ring out.
    private func sensor(
        rate: Double, seconds: Double, taps: [Double], size: Double, noise: Double,
        step: Double = 0,
        seed: UInt64
    ) -> (times: [Instant], values: [Double]) {
        var random = SeededGenerator(seed: seed)
        let count = Int(rate * seconds)
        var times: [Instant] = []
        var values: [Double] = []
        for sample in 0..<count {
            let time = Double(sample) / rate
            // Roughly Gaussian.
            let sum = (0..<12).reduce(0.0) { total, _ in
                total + Double.random(in: 0..<1, using: &random)
            }
            var value = (sum - 6) * noise + 3 * sin(time)
            for tap in taps where time >= tap && time < tap + 0.25 {
                let since = time - tap
                value += size * min(since / 0.004, 1) * exp(-since / 0.06) * cos(since * 40)
            }
            if step > 0 { value = (value / step).rounded() * step }
            times.append(Instant(nanoseconds: Int64(time * 1e9)))
            values.append(value)
        }
        return (times, values)
    }

    @Test(arguments: [
        (1000.0, 30.0, 0.0), (250, 30, 0), (100, 30, 0), (50, 40, 0), (250, 30, 4), (1000, 200, 16),
    ])
    func tapsAreFoundWhereTheyAre(_ rate: Double, _ size: Double, _ step: Double) {
        for seed in 0..<5 as Range<UInt64> {
            let taps = (0..<10).map { 2.2 + Double($0) * 1.9371 }
            let (times, values) = sensor(
                rate: rate, seconds: 25, taps: taps, size: size, noise: step > 0 ? 0.3 : 1,
                step: step,
                seed: seed)
            let onsets = TapOnsets.find(times: times, values: values, expected: 10)
            #expect(onsets.count == taps.count, "\(rate) \(step) \(seed): \(onsets.map(\.time))")
            for (onset, tap) in zip(onsets, taps) {
                let error = Double(onset.time.nanoseconds) / 1e9 - tap
                // A sample and a half, and the part of the rise that is needed to be seen.
                #expect(abs(error) < 1.5 / rate + 0.006, "\(rate): \(error)")
                #expect(onset.uncertainty <= Int64(0.51e9 / rate))
            }
        }
    }

    @Test func whatIsNoTapIsNotFound() {
        let (times, values) = sensor(
            rate: 250, seconds: 60, taps: [], size: 0, noise: 1, seed: 3)
        #expect(TapOnsets.find(times: times, values: values).isEmpty)
        #expect(TapOnsets.find(times: [], values: []).isEmpty)
        let still = Array(repeating: 5.0, count: times.count)
        #expect(TapOnsets.find(times: times, values: still).isEmpty)
        #expect(
            TapOnsets.find(times: times, values: Array(repeating: .nan, count: times.count)).isEmpty
        )
        // The value before a gap and the one after it are not compared.
        var late = times
        var high = still
        for place in 500..<late.count {
            late[place] = late[place] + 10 * Self.second
            high[place] = 1000
        }
        #expect(TapOnsets.find(times: late, values: high).isEmpty)
        // A button gives but two values; it is down at first, and its release counts.
        let button = times.map { $0.nanoseconds % (2 * Self.second) < Self.second / 10 ? 1.0 : 0 }
        #expect(TapOnsets.find(times: times, values: button).count == 30)
        // Seconds between samples, more than a tap lasts.
        let rare = (0..<60).map { Instant(nanoseconds: Int64($0) * 2 * Self.second) }
        let jumps = rare.indices.map { $0 % 10 < 5 ? 0.0 : 50 }
        #expect(TapOnsets.find(times: rare, values: jumps).count == 11)
        // Weak changes are no taps beside strong ones.
        let both = sensor(
            rate: 250, seconds: 30, taps: [3, 6, 9, 12, 15], size: 300, noise: 1, seed: 4)
        var values2 = both.values
        for place in 5000..<5030 { values2[place] += 40 }
        #expect(TapOnsets.find(times: both.times, values: values2, expected: 5).count == 5)
    }

    // MARK: Pairs

    @Test func pairsAreThoseThatNobodyElseCanBe() {
        let pairing = TapPairing(
            instants([0, 1000, 2000, 3000, 4000]), instants([5, 990, 2900, 3050, 6000]),
            window: 250 * 1_000_000)
        #expect(pairing.pairs == [.init(first: 0, second: 0), .init(first: 1, second: 1)])
        #expect(pairing.ambiguous == [3])
        #expect(pairing.aloneFirst == [2, 4] && pairing.aloneSecond == [4])
        // Two keys and one edit: neither is the one.
        let doubled = TapPairing(instants([0, 100]), instants([50]), window: 100_000_000)
        #expect(doubled.pairs.isEmpty && doubled.ambiguous == [0, 1])
        #expect(TapPairing([], instants([1]), window: 5).aloneSecond == [0])
    }

    @Test func pairsAreSymmetric() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            func events() -> [Instant] {
                instants(
                    (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                        Double.random(in: 0..<2000, using: &random)
                    }.sorted())
            }
            let (one, other) = (events(), events())
            let there = TapPairing(one, other, window: 100_000_000)
            let back = TapPairing(other, one, window: 100_000_000)
            #expect(
                Set(there.pairs)
                    == Set(back.pairs.map { .init(first: $0.second, second: $0.first) }))
            #expect(there.aloneFirst == back.aloneSecond)
            for pair in there.pairs {
                #expect(abs(one[pair.first] - other[pair.second]) <= 100_000_000)
                #expect(other.filter { abs(one[pair.first] - $0) <= 100_000_000 }.count == 1)
            }
        }
    }

    // MARK: Reports

    private let presses = (0..<10).map { Double($0) * 2000 }

    @Test func lagsAreHeldAgainstBothBounds() throws {
        let lags = [3.5, 4.0, 4.1, 4.1, 4.2, 4.0, 4.3, 3.9, 4.1, 9.0]
        let report = try TapReport(
            series("keyboard", presses, bound: 6),
            series(
                "chat", zip(presses, lags).map(+), bound: 1.6), window: 250_000_000)
        #expect(report.median == 4_100_000 && report.isWithin)
        #expect(abs(report.allowed - 6_209_670) < 1000)
        #expect(
            report.verdict == "The lag of 4.1 ms is within what the bounds allow (±6.2 ms).")
        #expect(report.lines.filter { $0.contains("more than allowed") }.count == 1)
        #expect(report.spread < 300_000)
        let late = try TapReport(
            series("keyboard", presses, bound: 6),
            series("chat", presses.map { $0 - 31 }, bound: 1), window: 250_000_000)
        #expect(!late.isWithin && late.median == -31_000_000)
        #expect(
            late.verdict.hasPrefix(
                "The lag of -31.0 ms is more than what the bounds allow (±6.1 ms)"))
    }

    @Test func whatCannotBeToldIsRefused() {
        func code(_ first: [Double], _ second: [Double], window: Int64 = 250) -> TapError.Code? {
            do throws(TapError) {
                _ = try TapReport(
                    series("a", first, bound: 1), series("b", second, bound: 1),
                    window: window * 1_000_000)
                return nil
            } catch { return error.code }
        }
        #expect(code(presses, presses) == nil)
        #expect(code(presses, []) == .tooFew)
        #expect(code([0, 2000], [0, 2000]) == .tooFew)
        // Typed, not tapped: several within the window.
        let typed = (0..<20).map { Double($0) * 150 }
        #expect(code(typed, typed) == .ambiguous)
        #expect(code(typed, typed, window: 60) == nil)
        // One double press in ten is left out.
        #expect(code(presses + [18_050], presses + [18_050]) == nil)
        // Two rhythms that have nothing to do with each other.
        var random = SeededGenerator(seed: 9)
        let beats = presses.map { $0 + Double.random(in: -240..<240, using: &random) }
        #expect(code(presses, beats) == .ambiguous)
        let pulse = (0..<200).map { Double($0) * 700 + 3 }
        #expect(code(presses, pulse) == .ambiguous)
    }

    @Test func sourcesAreNamed() throws {
        let streams = [
            TapSource.Stream(name: "keyboard", isKeys: true, channels: []),
            TapSource.Stream(name: "strap.acc", isKeys: false, channels: ["x", "y"]),
            TapSource.Stream(name: "eda", isKeys: false, channels: ["eda"]),
        ]
        func named(_ text: String) throws -> TapSource {
            try .named(text, streams: streams, clients: ["chat"])
        }
        #expect(try named("keyboard") == .keys("keyboard"))
        #expect(try named("strap.acc:y") == .channel(stream: "strap.acc", channel: "y"))
        #expect(try named("eda") == .channel(stream: "eda", channel: "eda"))
        #expect(try named("chat") == .edits("chat"))
        #expect(try TapSource.keyboard(among: streams) == .keys("keyboard"))
        #expect(try TapSource.client(among: ["chat"], streams: streams) == .edits("chat"))
        for (text, words) in [
            ("strap.acc", "several channels; name one, as in strap.acc:x"),
            ("strap.acc:z", "has no channel z; it has x, y"),
            ("mouse", "there are keyboard, strap.acc:x, strap.acc:y, eda:eda, chat"),
        ] {
            let error = #expect(throws: TapError.self) { try named(text) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
        #expect(throws: TapError.self) { try TapSource.keyboard(among: []) }
        #expect(throws: TapError.self) {
            try TapSource.client(among: ["a", "b"], streams: streams)
        }
    }

    // MARK: The command

    private func tap(_ arguments: [String], hasTrouble: Bool = false) throws -> Program {
        let directory = try TemporaryDirectory("tap")
        let path = directory.file("s.attune")
        try SyncSession.write(path, hasTrouble: hasTrouble)
        return try Program(
            Program.attune, ["sync", "tap", "--file", path] + arguments, in: directory.path)
    }

    @Test func theCommandComparesKeysAndEdits() throws {
        let result = try tap([])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("keyboard → drafts of chat"))
        #expect(result.output.contains("median 5.00 ms"), "\(result.output)")
        #expect(
            result.output.contains("The lag of 5.0 ms is within what the bounds allow (±10.2 ms)."))
        let some = try tap(["--from", "9", "--to", "0:20.5", "--json"])
        let object =
            try JSONSerialization.jsonObject(with: Data(some.output.utf8)) as? [String: Any]
        #expect((object?["lags"] as? [Any])?.count == 6, "\(some.output)\(some.errors)")
        #expect(object?["within"] as? Bool == true)
        #expect(try tap(["--from", "x"]).status == 64)
        let typed = try tap(["--window-ms", "3000"])
        #expect(typed.status == 1 && typed.errors.contains("which belong together cannot be told"))
        let unknown = try tap(["--against", "nobody"])
        #expect(unknown.status == 1 && unknown.errors.contains("there are strap:ecg, keyboard"))
    }

    @Test func theCommandFindsTapsInASensor() throws {
        // Keys are pressed at even seconds, the strap is tapped at 5.5, 15.5, …: nothing is shared.
        let none = try tap(["--against", "strap:ecg"])
        #expect(none.status == 1 && none.errors.contains("lie within 250 ms"), "\(none.errors)")
        let far = try tap(["--against", "strap:ecg", "--window-ms", "600", "--json"])
        let object = try JSONSerialization.jsonObject(with: Data(far.output.utf8)) as? [String: Any]
        // Each tap lies half a second before a press, which no bound allows.
        #expect(far.status == 1, "\(far.output)\(far.errors)")
        let median = try #require(object?["median_ms"] as? Double)
        #expect(abs(median + 505) < 10, "\(median)")
        #expect((object?["lags"] as? [Any])?.count == 8)
        #expect(object?["within"] as? Bool == false)
    }
}
