import Link
import Testing
import Timebase

@testable import Console

/// What a screen is shown of live pieces.
@Suite struct LiveDecimatorTests {
    private let origin = Instant(nanoseconds: 1_000_000_000_000)

    private func piece(
        _ values: [Double], at seconds: Double, rate: Double, channels: [String] = ["a"],
        missed: Int = 0, arrival: Int64? = nil
    ) -> StreamItem {
        StreamItem(
            stream: "s", kind: .samples, firstIndex: 0, count: values.count / channels.count,
            timeNs: origin.nanoseconds + Int64(seconds * 1e9), periodNs: 1e9 / rate,
            boundNs: 2_000_000,
            channels: channels, values: Base64.encode(doubles: values), missed: missed,
            arrivalNs: arrival)
    }

    private func numbers(_ value: JSONValue?) -> [Double?] {
        (value?.array ?? []).map(\.number)
    }

    @Test func slowStreamsStayAsTheyAre() throws {
        var decimator = LiveDecimator(origin: origin)
        decimator.take(piece([1, 2, 3], at: 1, rate: 10, arrival: 7))
        decimator.take(piece([4], at: 1.3, rate: 10, arrival: 9))
        let told = try #require(decimator.flush().first)
        #expect(numbers(told["t_s"]) == [1, 1.1, 1.2, 1.3])
        #expect(numbers(told["values"]?.array?.first) == [1, 2, 3, 4])
        #expect(told["bins"] == nil)
        #expect(told["arrival_ns"] == [7, 9])
        #expect(decimator.isEmpty && decimator.flush().isEmpty)
    }

    @Test func fastStreamsAreTheirEndsOfEachInterval() throws {
        var decimator = LiveDecimator(origin: origin)
        // A second of 1200 Hz: a ramp with one spike of one sample, which must not get lost.
        var values = (0..<1200).map { Double($0) }
        values[605] = 9000
        decimator.take(piece(Array(values[..<700]), at: 0, rate: 1200))
        decimator.take(piece(Array(values[700...]), at: 700.0 / 1200, rate: 1200))
        let told = try #require(decimator.flush().first)
        let bins = (told["bins"]?.array ?? []).compactMap(\.integer)
        #expect(bins == Array(0..<Int64(bins.count)) && (60...61).contains(bins.count))
        let ends = numbers(told["values"]?.array?.first)
        #expect(ends.count == bins.count * 2)
        #expect(ends[0] == 0 && ends.compactMap(\.self).max() == 9000)
        for place in stride(from: 0, to: ends.count, by: 2) {
            #expect(try #require(ends[place]) <= #require(ends[place + 1]))
        }
        #expect(told["samples"] == 1200)
    }

    @Test func anIntervalMayComeInParts() throws {
        var decimator = LiveDecimator(origin: origin)
        decimator.take(piece([1, 5], at: 0.001, rate: 1000))
        let first = try #require(decimator.flush().first)
        decimator.take(piece([-3, 2], at: 0.003, rate: 1000))
        let second = try #require(decimator.flush().first)
        #expect(first["bins"] == second["bins"])
        #expect(numbers(first["values"]?.array?.first) == [1, 5])
        #expect(numbers(second["values"]?.array?.first) == [-3, 2])
    }

    @Test func whatIsNoNumberIsNothing() throws {
        var decimator = LiveDecimator(origin: origin)
        decimator.take(piece([.nan, 2, .nan, 1], at: 0, rate: 1000))
        let told = try #require(decimator.flush().first)
        #expect(numbers(told["values"]?.array?.first) == [1, 2])
        decimator.take(piece([.infinity], at: 1, rate: 1000))
        #expect(try #require(decimator.flush().first)["values"] == [[nil, nil]])
    }

    @Test func intervalsBeforeTheStartAreWhole() {
        #expect(LiveDecimator.place(0) == 0)
        #expect(LiveDecimator.place(-1) == -1)
        #expect(LiveDecimator.place(-LiveDecimator.interval) == -1)
        #expect(LiveDecimator.place(LiveDecimator.interval) == 1)
    }

    @Test func whatDoesNotFitIsCountedAndNotKept() throws {
        var decimator = LiveDecimator(origin: origin)
        for second in 0..<10 {
            decimator.take(
                piece(
                    Array(repeating: 1, count: 1000), at: Double(second) * 10, rate: 100, missed: 1)
            )
        }
        let told = try #require(decimator.flush().first)
        #expect(told["t_s"]?.array?.count == LiveDecimator.mostWaiting)
        #expect(told["missed"]?.integer == Int64(10_000 - LiveDecimator.mostWaiting + 10))
    }

    @Test func brokenPiecesArePassedOver() {
        var decimator = LiveDecimator(origin: origin)
        var broken = piece([1, 2], at: 0, rate: 10)
        broken.values = "!"
        decimator.take(broken)
        decimator.take(piece([1, 2, 3], at: 0, rate: 10, channels: ["a", "b"]))
        #expect(decimator.isEmpty)
    }

    @Test func everyChannelHasItsOwnValues() throws {
        var decimator = LiveDecimator(origin: origin)
        decimator.take(piece([1, 10, 2, 20], at: 0, rate: 50, channels: ["a", "b"]))
        let told = try #require(decimator.flush().first)
        #expect(told["values"] == [[1.0, 2.0], [10.0, 20.0]])
    }
}
