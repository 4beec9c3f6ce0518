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
            session file included. pandas and pyreadstat have the tables in memory already; only their writing \
            counts. A writer of XDF in Python does all of it, from the session file on, and beside that its writing \
            alone. Then the memory of exporting 4 hours of 1 kHz × 6, format by format, and 100 sessions in one call with \
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

    /// A format, who else writes it, and whether the peer begins with the session file as Attune does.
    private struct Peer {
        var format: String
        var name: String
        /// What is compared, where a format is compared twice.
        var detail = ""
        var readsSession = false
        /// What the script's answer calls it.
        var key: String { format + (readsSession ? " whole" : "") }
    }

    private static let peers = [
        Peer(format: "csv", name: "pandas, writing alone"),
        Peer(format: "spss", name: "pyreadstat, writing alone"),
        Peer(format: "xdf", name: "the same in Python", readsSession: true),
        Peer(format: "xdf", name: "Python, writing alone", detail: ", beside writing alone"),
    ]

    private func beside(_ folder: String) throws -> [BenchResult] {
        output.note("Writing an hour of the study …")
        let hour = "\(folder)/hour.attune"
        _ = try StudyHour(isScattered: false).write(to: hour)
        _ = try SessionFinisher(path: hour).run()
        _ = try ExportProcess.run([hour, "--format", "csv", "--out", "\(folder)/tables"])
        var own: [String: Distribution] = [:]
        var others: [String: Distribution] = [:]
        let script = try withoutPeers ? nil : PeerScript(benchmarks ?? BenchmarkFolder.find())
        for round in 0..<rounds {
            output.note("Round \(round + 1) of \(rounds) …")
            for format in ["csv", "spss", "xdf"] {
                let out = "\(folder)/out"
                let figures = try ExportProcess.run([hour, "--format", format, "--out", out])
                own[format, default: Distribution()].add(figures.seconds)
                try FileManager.default.removeItem(atPath: out)
            }
            guard let script else { continue }
            for (key, seconds) in try script.writing("\(folder)/tables", to: "\(folder)/peers") {
                others[key, default: Distribution()].add(seconds)
            }
            others["xdf whole", default: Distribution()]
                .add(try script.whole(hour, to: "\(folder)/peer.xdf"))
        }
        return Self.peers.map { peer in
            var result = BenchResult(
                bench: "export", case: "an hour of the study as \(peer.format)\(peer.detail)",
                figure: own[peer.format]?.quantile(0.5) ?? 0, unit: "s")
            result.p10 = own[peer.format]?.p10
            result.p90 = own[peer.format]?.p90
            guard let other = others[peer.key] else { return result }
            result.peer = peer.name
            result.peerFigure = other.quantile(0.5)
            result.ratio = other.quantile(0.5) / max(result.figure, 1e-9)
            if peer.detail.isEmpty {
                result.goal = "5 times as fast"
                result.met = (result.ratio ?? 0) >= 5
            }
            return result
        }
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
