import ArgumentParser

/// `attune-bench NAME [--json]`: measures what the README claims. A new benchmark is one file with
/// a `Benchmark`, and its name in this list.
@main
struct AttuneBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-bench",
        abstract: "Measures Attune, side by side with others where there are any.",
        subcommands: [
            RingBenchmark.self, IngestBenchmark.self, LoadBenchmark.self, LatencyBenchmark.self,
            StoreBenchmark.self, AlignBenchmark.self, ChatBenchmark.self, ConsoleBenchmark.self,
            ReadingBenchmark.self, RecordBenchmark.self, ExportBenchmark.self, MakeStudy.self,
        ])
}
