import ArgumentParser
import Foundation

/// `attune-bench record`: what recording streams of Lab Streaming Layer takes, beside a recorder with pylsl.
struct RecordBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Cost of recording Lab Streaming Layer beside an XDF recorder with pylsl.",
        discussion: """
            The study's four signals (373 samples a second) as outlets of Lab Streaming Layer. attuned with attune-net, \
            and a recorder with pylsl that writes XDF and has the disk confirm it five times a second as the daemon \
            does, record them at the same time. Needs python3.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Seconds that are measured.")
    var seconds = 30.0

    @Option(help: "How often; the figures are medians.")
    var rounds = 3

    @Option(help: "Where files are made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    private struct Cost: Decodable {
        /// Percent of a core.
        var processor: Double
        /// Megabytes.
        var resident: Double
    }

    /// What measure.py answers.
    private struct Answer: Decodable {
        var own: Cost
        var peer: Cost
    }

    func validate() throws {
        guard (1...3600).contains(seconds), (1...100).contains(rounds) else {
            throw ValidationError("--seconds is 1 to 3600, --rounds 1 to 100.")
        }
    }

    func measure() throws -> [BenchResult] {
        let scripts = try benchmarks ?? BenchmarkFolder.find()
        let python = try PeerScript.python("\(scripts)/python_environment.sh")
        var answers: [Answer] = []
        for round in 0..<rounds {
            output.note("Round \(round + 1) of \(rounds) …")
            let text = try PeerScript.run(
                python,
                [
                    "\(scripts)/record/measure.py", BenchmarkFolder.programs, directory,
                    "\(seconds)",
                ])
            answers.append(try JSONDecoder().decode(Answer.self, from: Data(text.utf8)))
        }
        return [
            result("processor", "% of a core", answers) { $0.processor },
            result("resident memory without the rings", "MB", answers) { $0.resident },
        ]
    }

    private func result(
        _ what: String, _ unit: String, _ answers: [Answer], _ value: (Cost) -> Double
    ) -> BenchResult {
        var own = Distribution()
        var peer = Distribution()
        for answer in answers {
            own.add(value(answer.own))
            peer.add(value(answer.peer))
        }
        var result = BenchResult(
            bench: "record", case: "four streams of LSL, \(what)", figure: own.median, unit: unit)
        (result.p10, result.p90) = (own.p10, own.p90)
        result.peer = "pylsl and XDF, as durable"
        result.peerFigure = peer.median
        result.ratio = own.median / max(peer.median, 1e-9)
        return result
    }
}
