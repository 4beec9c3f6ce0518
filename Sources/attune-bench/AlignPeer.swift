import Foundation
import SystemCalls

/// pyxdf on the recordings of the table, in a process of its own beside our own work.
final class AlignPeer {
    /// How a recording is loaded; named as Tests/Benchmarks/align-peer does.
    enum Way: String, CaseIterable, Decodable {
        case byDefault = "default"
        case raw
        case split
        /// Packets of several samples alone.
        case chunks

        var title: String {
            switch self {
            case .byDefault: "pyxdf"
            case .raw: "pyxdf, dejitter_timestamps=False"
            case .split: "pyxdf, lower jitter_break_threshold"
            case .chunks: "pyxdf, packets stamped as chunks"
            }
        }
    }

    /// What became of one case's recordings, by the way of loading.
    typealias Errors = [Way: AlignErrors]

    /// One recording, for the script.
    private struct Recording: Encodable {
        var `case`: String
        var file: String
        var count: Int
        var rate: Double
        var batch: Int
        var split: Double
    }

    /// A line of the script's answer.
    private struct Answer: Decodable {
        var `case`: String
        var way: Way
        var rms: Double
        var bias: Double
        var deviation: Double
        var worst: Double
    }

    private let folder: String
    private let process = Process()

    /// Writes the recordings and starts loading them.
    /// - Parameters:
    ///   - folder: Where the recordings go; the caller removes it.
    ///   - benchmarks: Tests/Benchmarks.
    ///   - seeds: Recordings of each case, the first of those that we align ourselves.
    init(
        _ cases: [AlignCase], seeds: Int, transport: AlignSimulation.Transport, folder: String,
        benchmarks: String
    ) throws {
        self.folder = folder
        var recordings: [Recording] = []
        // Counted or not, the arrivals are the same.
        for recipe in cases where recipe.name == Self.key(recipe) {
            for seed in 0..<seeds {
                let simulation = AlignSimulation(
                    recipe, seed: UInt64(seed), transport: transport)
                let file = "\(recipe.name)-\(seed)"
                try Self.write(simulation, to: "\(folder)/\(file)")
                recordings.append(
                    Recording(
                        case: recipe.name, file: file, count: simulation.truth.count,
                        rate: recipe.isRateKnown ? recipe.rate : 0, batch: recipe.batch,
                        split: recipe.peerSplitSeconds))
            }
        }
        try JSONEncoder().encode(recordings).write(
            to: URL(fileURLWithPath: "\(folder)/recordings.json"))
        guard FileManager.default.createFile(atPath: "\(folder)/answer", contents: nil),
            let answer = FileHandle(forWritingAtPath: "\(folder)/answer")
        else { throw BenchmarkError("\(folder)/answer cannot be written.") }
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "\(benchmarks)/align-peer/run.sh",
            "\(benchmarks)/../../.build-benchmarks/align-peer", folder,
        ]
        process.standardOutput = answer
        try process.run()
    }

    /// Waits for it. By case (`key`).
    func results() throws -> [String: Errors] {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "Tests/Benchmarks/align-peer/run.sh failed; --without-peers measures Attune alone.")
        }
        let text = try String(contentsOfFile: "\(folder)/answer", encoding: .utf8)
        var results: [String: Errors] = [:]
        for line in text.split(separator: "\n") {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
            results[answer.case, default: [:]][answer.way] = AlignErrors(
                bias: answer.bias, deviation: answer.deviation, rms: answer.rms,
                worst: answer.worst)
        }
        return results
    }

    /// Ends it, where nobody waits for it any more.
    func stop() {
        if process.isRunning { process.terminate() }
    }

    /// The case whose recordings are the same: a peer sees no count.
    static func key(_ recipe: AlignCase) -> String {
        let suffix = "-uncounted"
        return recipe.name.hasSuffix(suffix)
            ? String(recipe.name.dropLast(suffix.count)) : recipe.name
    }

    /// Arrival of each sample, then its true time, as int64 of this machine's order.
    private static func write(_ simulation: AlignSimulation, to path: String) throws {
        let arrivals = simulation.truth.indices.map {
            simulation.readings.arrival[$0 / simulation.batch]
        }
        var data = Data()
        for column in [arrivals, simulation.truth] {
            // Copied while the column is held.
            unsafe column.withUnsafeBytes { unsafe data.append(contentsOf: $0) }
        }
        try data.write(to: URL(fileURLWithPath: path))
    }
}
