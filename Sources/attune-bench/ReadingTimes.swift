import SystemCalls

/// Milliseconds that repeated readings took: by the clock, and of processor time alone.
struct ReadingTimes {
    private(set) var wall = Distribution()
    private(set) var processor = Distribution()

    mutating func add(_ body: () throws -> Void) rethrows {
        let start = Clocks.now()
        let used = ProcessorTime.read()
        try body()
        processor.add((ProcessorTime.read() - used).thread * 1e3)
        wall.add(Double(Clocks.now() - start) / 1e6)
    }
}
