import ArgumentParser
import Foundation
import SystemCalls
import Timebase

/// `attune-bench align`: how near alignment comes to the truth, whether its bounds hold, what it costs.
struct AlignBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Alignment against a known truth, beside pyxdf on the same data.",
        discussion: """
            Recordings are made up by seed: 50 ppm drift to either side, no constant delay, 3 ms \
            exponential transport jitter. Packets keep their order: a late one holds up those behind \
            it (--independent lets each be late for itself). Figures are medians over the seeds, in \
            milliseconds; the peer's, over fewer. --write makes one recording for other tools.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Recordings of each case in the table.")
    var seeds: Int?

    @Flag(help: "100 seeds a case and 1,000 for the bounds, instead of 10 and 200.")
    var long = false

    @Option(name: .customLong("case"), help: "Only the cases whose name begins with this.")
    var prefix = ""

    @Option(help: "Recordings of each case that the peer loads; without it 2, or 5 with --long.")
    var peerSeeds: Int?

    @Flag(help: "Measure Attune alone.")
    var withoutPeers = false

    @Flag(help: "Leave out whether the bounds hold.")
    var withoutBounds = false

    @Flag(help: "Give each packet a delay of its own, so that it may overtake another.")
    var independent = false

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    @Option(help: "Write one recording there as CSV, and its truth, instead of measuring.")
    var write: String?

    @Option(help: "The recording that --write makes.")
    var seed: UInt64 = 0

    @Flag(help: "List the cases' names.")
    var list = false

    private var transport: AlignSimulation.Transport {
        AlignSimulation.Transport(isOrdered: !independent)
    }

    mutating func run() throws {
        if list {
            for recipe in AlignCase.all { print("\(recipe.name): \(recipe.title)") }
        } else if let write {
            try writeRecordings(to: write)
        } else if output.json {
            try report()
        } else {
            print(try measureAll().text, terminator: "")
        }
    }

    func measure() throws -> [BenchResult] { try measureAll().results }

    private func measureAll() throws -> AlignReport {
        let cases = try chosen()
        var report = AlignReport(cost: try AlignCost.measure(cases))
        let folder = "/tmp/attune-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileSystem.makeDirectories(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let peer =
            withoutPeers
            ? nil
            : try AlignPeer(
                cases, seeds: peerSeeds ?? (long ? 5 : 2), transport: transport, folder: folder,
                benchmarks: try benchmarks ?? BenchmarkFolder.find())
        defer { peer?.stop() }

        let began = Clocks.now()
        let tableSeeds = max(1, seeds ?? (long ? 100 : 10))
        report.accuracies = try cases.map {
            try AlignAccuracy($0, seeds: tableSeeds, transport: transport)
        }
        for recipe in withoutBounds ? [] : cases {
            for uncertainty in [1e6, 0] {
                report.calibrations.append(
                    try AlignCalibration(
                        recipe, uncertainty: uncertainty, seeds: long ? 1000 : 200,
                        transport: transport))
            }
        }
        report.peers = try peer?.results() ?? [:]
        output.note(
            "\(tableSeeds) seeds a case; it took \((Clocks.now() - began) / 1_000_000_000) s.")
        return report
    }

    private func chosen() throws -> [AlignCase] {
        let cases = AlignCase.all.filter { $0.name.hasPrefix(prefix) }
        guard !cases.isEmpty else {
            throw BenchmarkError(
                "No case begins with “\(prefix)”; there are "
                    + AlignCase.all.map(\.name).joined(separator: ", ") + ".")
        }
        return cases
    }

    private func writeRecordings(to folder: String) throws {
        try FileSystem.makeDirectories(folder, mode: 0o755)
        for recipe in try chosen() where prefix.isEmpty || recipe.name == prefix {
            let simulation = AlignSimulation(recipe, seed: seed, transport: transport)
            let path = "\(folder)/\(recipe.name)-\(seed)"
            try simulation.write(readings: "\(path).csv", truth: "\(path)-truth.csv")
            let rate = recipe.isRateKnown ? " --rate \(recipe.rate)" : ""
            output.note("\(path).csv: \(recipe.title);\(rate) --delay-ms 0")
        }
    }
}
