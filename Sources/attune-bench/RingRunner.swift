/// One contender in one case: how to run it, and what its trials gave.
struct RingRunner {
    let name: String
    /// Words of a record that are summed up.
    let words: UInt64
    let run: (UInt64) throws -> PinnedPair.Outcome
    private var count: UInt64 = 20_000
    private var nanosecondsEach = Distribution()

    init(name: String, words: UInt64, run: @escaping (UInt64) throws -> PinnedPair.Outcome) {
        self.name = name
        self.words = words
        self.run = run
    }

    /// Chooses how many records make a trial of the wanted length.
    mutating func calibrate(_ kind: RingCase, milliseconds: Int) throws {
        var rates = Distribution()
        for _ in 0..<5 {
            rates.add(Double(try checkedRun(kind)) / Double(count))
            let wanted = Double(milliseconds) * 1e6 / max(rates.median, 1)
            count = UInt64(min(max(wanted, 1000), 50_000_000))
        }
    }

    mutating func trial(_ kind: RingCase) throws {
        nanosecondsEach.add(Double(try checkedRun(kind)) / Double(count))
        isRoundTrip = kind == .roundTrip
    }

    private var isRoundTrip = false

    /// Median: nanoseconds a round trip, else records a millisecond.
    var figure: Double { unit(nanosecondsEach.median) }
    var low: Double { unit(nanosecondsEach.quantile(isRoundTrip ? 0.1 : 0.9)) }
    var high: Double { unit(nanosecondsEach.quantile(isRoundTrip ? 0.9 : 0.1)) }

    private func unit(_ nanoseconds: Double) -> Double {
        isRoundTrip ? nanoseconds : 1e6 / max(nanoseconds, 0.001)
    }

    private func checkedRun(_ kind: RingCase) throws -> UInt64 {
        let outcome = try run(count)
        let expected = kind.readings &* RingTrial.expectedSum(count: count, words: words)
        guard outcome.sum == expected else {
            throw BenchmarkError(
                "\(name) lost or changed records: the sum is \(outcome.sum), not \(expected).")
        }
        return outcome.nanoseconds
    }
}
