/// One contender in one case: how to run it, and what its trials gave.
struct RingRunner {
    let name: String
    let isPeer: Bool
    /// How it waits: so many pauses before it looks again.
    let pauses: Int32
    /// Words of a record that are summed up.
    let words: UInt64
    let run: (UInt64) throws -> PinnedPair.Outcome
    private var count: UInt64 = 20_000
    private var nanosecondsEach = Distribution()

    init(
        name: String, isPeer: Bool, pauses: Int32, words: Int,
        run: @escaping (UInt64) throws -> PinnedPair.Outcome
    ) {
        self.name = name
        self.isPeer = isPeer
        self.pauses = pauses
        self.words = UInt64(words)
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

    private var median: Double { nanosecondsEach.median }

    /// Of each contender the way of waiting that suits it better, in their order.
    static func betterOfEach(_ runners: [RingRunner]) -> [RingRunner] {
        var best: [RingRunner] = []
        for runner in runners {
            guard let index = best.firstIndex(where: { $0.name == runner.name }) else {
                best.append(runner)
                continue
            }
            if runner.median < best[index].median { best[index] = runner }
        }
        return best
    }

    static func fastest(_ runners: [RingRunner]) -> RingRunner? {
        runners.min { $0.median < $1.median }
    }

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
