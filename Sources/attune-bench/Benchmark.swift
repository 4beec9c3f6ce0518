import ArgumentParser

/// One subcommand of `attune-bench`: measures and hands back figures, which are printed as a table
/// or, with `--json`, one object a line.
protocol Benchmark: ParsableCommand {
    var output: BenchmarkOutput { get }

    /// Runs the measurement. Notes on the circumstances go to `output.note`.
    func measure() throws -> [BenchResult]
}

extension Benchmark {
    mutating func run() throws { try report() }

    /// Measures and prints.
    func report() throws {
        let results = try measure()
        if output.json {
            for result in results { print(result.jsonLine) }
        } else {
            print(BenchTable.text(results), terminator: "")
        }
    }
}
