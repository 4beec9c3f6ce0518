import ArgumentParser
import VirtualDevices

/// What all virtual devices can be told.
struct SimulationOptions: ParsableArguments {
    @Option(help: "A symbolic link to make to the pseudo-terminal, as a stable name.")
    var link: String?
    @Option(help: "A file for the log of all that was sent and dropped.")
    var log: String?
    @Option(help: "Makes signals, typing and faults repeatable.")
    var seed: UInt64 = 1
    @Option(help: "End after this many samples or keys (a key goes down and up: two).")
    var count: Int64?
    @Option(help: "Seconds until it ends.")
    var duration: Double?
    @Flag(help: "Stay, silent, when all was sent, until Ctrl-C or --duration.")
    var stay = false

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
        if let duration, !(0...1e8).contains(duration) {
            throw ValidationError("--duration must be between 0 and 100000000 seconds.")
        }
    }
}

/// Which recording is replayed.
struct ReplayOptions: ParsableArguments {
    @Option(
        help:
            "A CSV file of whole numbers to send, one row a sample, then end; with --count, BITalino and sketches begin anew until then."
    )
    var csv: String?
    @Option(help: "Columns of the CSV file, by name or number from 1; without it the last.")
    var column: [String] = []

    func recording(range: ClosedRange<Int64>) throws -> RecordedSignal? {
        guard let csv else { return nil }
        let columns = column.flatMap { $0.split(separator: ",").map(String.init) }
        return try RecordedSignal(path: csv, columns: columns, range: range)
    }
}

/// What goes wrong with a virtual device.
struct FaultOptions: ParsableArguments {
    @Option(help: "How much faster its clock runs, in parts per million.")
    var driftPpm = 0.0
    @Option(help: "How late samples may come at most, in milliseconds.")
    var jitterMs = 0.0
    @Option(help: "Probability that a sample is never sent.")
    var loss = 0.0
    @Option(help: "Holes of N samples in each M, as M:N.")
    var lossPattern: String?
    @Option(help: "Probability that 1 to 32 random bytes come before a sample.")
    var garbage = 0.0
    @Option(help: "Seconds between unpluggings; 0 for none.")
    var unplugEvery = 0.0
    @Option(help: "Seconds until it is plugged in again.")
    var unplugFor = 1.0
    @Flag(help: "Fall silent instead of being unplugged, as when a radio is out of reach.")
    var silent = false

    func impairments() throws -> Impairments {
        var impairments = Impairments()
        impairments.driftPPM = driftPpm
        impairments.jitterMilliseconds = jitterMs
        impairments.loss = loss
        impairments.garbage = garbage
        impairments.absentEverySeconds = unplugEvery
        impairments.absentForSeconds = unplugFor
        impairments.absence = silent ? .silent : .unplugged
        if let lossPattern {
            let numbers = lossPattern.split(separator: ":").compactMap { Int64($0) }
            guard numbers.count == 2, numbers[0] > 0, numbers[1] >= 0 else {
                throw ValidationError("--loss-pattern is M:N, such as 1000:16.")
            }
            impairments.lossEvery = numbers[0]
            impairments.lossRun = numbers[1]
        }
        return impairments
    }
}
