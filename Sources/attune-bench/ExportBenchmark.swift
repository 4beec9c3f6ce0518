import ArgumentParser
import Foundation
import SessionStore
import SystemCalls

/// `attune-bench export`: exports beside other people's writers, and what they take of memory.
struct ExportBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "How long exports take beside pandas, pyreadstat and a writer in Python.",
        discussion: """
            The real attune export, as a process, of an hour of the study: from its start to its end, reading the \
            session file included. The peers have the tables in memory already; only their writing counts. Then \
            the memory of exporting 4 hours of 1 kHz × 6, format by format, and 100 sessions in one call with \
            one thread and with all. Needs python3 and the environment of Tests/Readers.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Rounds of the comparison; the figures are medians.")
    var rounds = 3

    @Option(help: "Hours of the session whose export's memory is measured.")
    var hours = 4.0

    @Option(help: "Sessions that are exported in one call.")
    var sessions = 100

    @Flag(help: "Leave out the peers.")
    var withoutPeers = false

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    func validate() throws {
        guard (1...100).contains(rounds), (0.01...24).contains(hours), (2...1000).contains(sessions)
        else {
            throw ValidationError(
                "--rounds is 1 to 100, --hours 0.01 to 24, --sessions 2 to 1000.")
        }
    }

    func measure() throws -> [BenchResult] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("attune-bench-\(ProcessInfo.processInfo.processIdentifier)")
            .path
        try FileSystem.makeDirectories(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try beside(folder) + memory(folder) + cores(folder)
    }

    // MARK: - Beside others

    private static let peers = [
        ("csv", "pandas"), ("spss", "pyreadstat"), ("xdf", "a writer in Python"),
    ]

    private func beside(_ folder: String) throws -> [BenchResult] {
        output.note("Writing an hour of the study …")
        let hour = "\(folder)/hour.attune"
        _ = try StudyHour(isScattered: false).write(to: hour)
        _ = try SessionFinisher(path: hour).run()
        _ = try ExportProcess.run([hour, "--format", "csv", "--out", "\(folder)/tables"])
        var own: [String: Distribution] = [:]
        var others: [String: Distribution] = [:]
        for round in 0..<rounds {
            output.note("Round \(round + 1) of \(rounds) …")
            for (format, _) in Self.peers {
                let out = "\(folder)/out"
                let figures = try ExportProcess.run([hour, "--format", format, "--out", out])
                own[format, default: Distribution()].add(figures.seconds)
                try FileManager.default.removeItem(atPath: out)
            }
            if withoutPeers { continue }
            let found = try ask("\(folder)/tables", "\(folder)/peers")
            for (format, _) in Self.peers {
                others[format, default: Distribution()].add(found[format] ?? 0)
            }
        }
        return Self.peers.map { format, peer in
            var result = BenchResult(
                bench: "export", case: "an hour of the study as \(format)",
                figure: own[format]?.quantile(0.5) ?? 0, unit: "s")
            result.p10 = own[format]?.p10
            result.p90 = own[format]?.p90
            guard let other = others[format] else { return result }
            result.peer = peer
            result.peerFigure = other.quantile(0.5)
            result.ratio = other.quantile(0.5) / max(result.figure, 1e-9)
            result.goal = "5 times as fast"
            result.met = (result.ratio ?? 0) >= 5
            return result
        }
    }

    private func ask(_ tables: String, _ out: String) throws -> [String: Double] {
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "\(try benchmarks ?? BenchmarkFolder.find())/export/peers.sh", tables, out,
        ]
        process.standardOutput = answer
        try process.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "Tests/Benchmarks/export/peers.sh failed; --without-peers measures Attune alone.")
        }
        return try JSONDecoder().decode([String: Double].self, from: text)
    }

    // MARK: - Memory

    private func memory(_ folder: String) throws -> [BenchResult] {
        output.note("Writing a session of \(hours) hours …")
        try LongSession(hours: hours).write(to: "\(folder)/long")
        return try ["csv", "spss", "stata", "sas", "xdf", "edf", "matlab", "bids"].map { format in
            output.note("Exporting it as \(format) …")
            let out = "\(folder)/out"
            let figures = try ExportProcess.run(
                ["\(folder)/long/\(LongSession.study)", "--format", format, "--out", out])
            try FileManager.default.removeItem(atPath: out)
            var result = BenchResult(
                bench: "export", case: "memory, \(hours) hours of 1 kHz × 6 as \(format)",
                figure: Double(figures.peakBytes) / 1e6, unit: "MB")
            result.goal = "at most 100 MB"
            result.met = result.figure <= 100
            output.note("\(format): \(figures.seconds) s")
            return result
        }
    }

    // MARK: - Processors

    private func cores(_ folder: String) throws -> [BenchResult] {
        output.note("Writing \(sessions) sessions …")
        let study = "\(folder)/many/bench"
        try FileSystem.makeDirectories("\(study)/P01")
        for number in 0..<sessions {
            try StudyMinutes(number: number).write(to: "\(study)/P01/\(number).attune")
        }
        var alone = Distribution()
        var together = Distribution()
        let processors = ProcessInfo.processInfo.activeProcessorCount
        for _ in 0..<rounds {
            for jobs in [1, processors] {
                let out = "\(folder)/out"
                let figures = try ExportProcess.run(
                    [study, "--format", "csv", "--jobs", "\(jobs)", "--out", out])
                if jobs == 1 { alone.add(figures.seconds) } else { together.add(figures.seconds) }
                try FileManager.default.removeItem(atPath: out)
            }
        }
        var result = BenchResult(
            bench: "export", case: "\(sessions) sessions as csv, \(processors) threads",
            figure: together.quantile(0.5), unit: "s")
        result.peer = "1 thread"
        result.peerFigure = alone.quantile(0.5)
        result.ratio = alone.quantile(0.5) / max(result.figure, 1e-9)
        result.goal = "both processors at work"
        result.met = (result.ratio ?? 0) >= 0.75 * Double(processors)
        return [result]
    }
}
