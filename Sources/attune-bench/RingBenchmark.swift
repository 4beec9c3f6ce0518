import ArgumentParser
import Foundation
import SystemCalls

/// `attune-bench ring`: the production ring beside the queues that Debian packages, in one run.
struct RingBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "ring",
        abstract:
            "The ring's throughput and round trip, beside boost, moodycamel and atomic_queue.",
        discussion: """
            Two threads pinned to processors 0 and 1; trials of about 12 ms, in turn with the peers, \
            medians. The ring carries a checksum and a 24-byte header with every record and checks \
            both on reading; the peers carry the 64 bytes alone.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Trials of each case.")
    var trials = 50

    @Option(help: "Milliseconds a trial.")
    var milliseconds = 12

    @Flag(help: "Measure the ring alone.")
    var withoutPeers = false

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    @Option(help: "Where the ring's file is put; the runtime directory is a tmpfs like this one.")
    var directory = "/dev/shm"

    func measure() throws -> [BenchResult] {
        let folder = "\(directory)/attune-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileSystem.makeDirectories(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }

        let probe = try RoundTripProbe.measure()
        let realCores = try !SiblingProbe.areSiblings()
        output.note(
            "A line goes from processor 0 to 1 and back in \(Int(probe)) ns: they look like "
                + (realCores ? "two real cores." : "siblings of one core."))
        var results = [
            BenchResult(
                bench: "ring",
                case: "probe: " + (realCores ? "two real cores" : "siblings of one core"),
                figure: probe, unit: "ns")
        ]
        let peers = withoutPeers ? nil : try loadPeers()
        for kind in RingCase.allCases {
            results += try measure(kind, folder, peers, realCores)
        }
        return results
    }

    private func measure(
        _ kind: RingCase, _ folder: String, _ peers: RingPeers?, _ realCores: Bool
    ) throws -> [BenchResult] {
        // Every contender waits in two ways, and the better one counts: it may look again at once,
        // or leave the other side alone for a moment, so that a few records gather. A round trip
        // has nothing to gather.
        let waits: [Int32] = kind == .roundTrip ? [0] : [0, 512]
        var runners: [RingRunner] = []
        for pauses in waits {
            for (name, payload) in [("payload 64 bytes", 64), ("record 64 bytes in all", 32)] {
                let trial = RingTrial(directory: folder, payload: payload, pauses: pauses)
                runners.append(
                    RingRunner(name: name, isPeer: false, pauses: pauses, words: payload / 8) {
                        try trial.measure(kind, count: $0)
                    })
            }
            guard let peers else { continue }
            for (index, name) in peers.names.enumerated()
            where peers.measure(index, kind, pauses: 0, count: 1000) != nil {
                runners.append(
                    RingRunner(name: name, isPeer: true, pauses: pauses, words: 8) {
                        peers.measure(index, kind, pauses: pauses, count: $0)
                            ?? PinnedPair.Outcome(nanoseconds: 1, sum: 0)
                    })
            }
        }
        // First how many records make a trial of the wanted length, then the trials in turn.
        for index in runners.indices {
            try runners[index].calibrate(kind, milliseconds: milliseconds)
        }
        for _ in 0..<max(1, trials) {
            for index in runners.indices { try runners[index].trial(kind) }
        }
        return report(kind, runners, realCores)
    }

    private func report(
        _ kind: RingCase, _ runners: [RingRunner], _ realCores: Bool
    ) -> [BenchResult] {
        let isRoundTrip = kind == .roundTrip
        let best = RingRunner.betterOfEach(runners)
        let fastest = RingRunner.fastest(best.filter(\.isPeer))
        var results: [BenchResult] = []
        for (index, runner) in best.enumerated() {
            let waiting = isRoundTrip ? "" : runner.pauses == 0 ? ", polling" : ", pausing"
            var result = BenchResult(
                bench: "ring", case: "\(kind.title), \(runner.name)\(waiting)",
                figure: runner.figure, unit: isRoundTrip ? "ns" : "records/ms", p10: runner.low,
                p90: runner.high)
            if !runner.isPeer, let fastest {
                result.peer = fastest.name
                result.peerFigure = fastest.figure
                result.ratio = runner.figure / fastest.figure
            }
            // The goals hold for a payload of 64 bytes, which is the harder of the two.
            if index == 0 {
                switch kind {
                case .single:
                    result.goal = "at least 2 x the fastest peer"
                    result.met = result.ratio.map { $0 >= 2 }
                case .batch:
                    result.goal = realCores ? "at least 200,000 records/ms" : nil
                    result.met = realCores ? runner.figure >= 200_000 : nil
                case .roundTrip:
                    result.goal = "no slower than the fastest peer"
                    result.met = result.ratio.map { $0 <= 1 }
                }
            }
            results.append(result)
        }
        return results
    }

    private func loadPeers() throws -> RingPeers {
        let folder = try benchmarks ?? BenchmarkFolder.find()
        return try RingPeers(
            script: "\(folder)/ring-peers/build.sh",
            folder: "\(folder)/../../.build-benchmarks/ring-peers")
    }
}
