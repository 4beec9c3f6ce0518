import ArgumentParser
import Foundation
import SystemCalls

/// `attune-bench ingest`: from the ring to the session file, and what a terminal can carry.
struct IngestBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "A million samples and 100,000 events a second from ring to COMMIT.",
        discussion: """
            The rings, the sequencer, the store's thread and the session file are those of a station \
            (rings of the usual size, synchronous=FULL). Afterwards the file is read back and every \
            value is compared with what was pushed. Then a real attuned records a virtual BITalino \
            that writes as fast as its pseudo-terminal takes it.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Seconds of each case at the goal's rate.")
    var seconds = 10.0

    @Option(help: "Seconds of each case as fast as it goes, and through the terminal.")
    var fastSeconds = 4.0

    @Option(help: "Where session files are made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Where the rings are made; a station's are on a tmpfs.")
    var runtime = "/dev/shm"

    @Option(
        name: .customLong("case"),
        help: "frames, linked, events or terminal; repeat for several. Without it, all.")
    var cases: [String] = []

    func validate() throws {
        let known = IngestCase.allCases.map { "\($0)" } + ["terminal"]
        for name in cases where !known.contains(name) {
            throw ValidationError("--case is one of \(known.joined(separator: ", ")).")
        }
    }

    func measure() throws -> [BenchResult] {
        var results: [BenchResult] = []
        for kind in IngestCase.allCases where isWanted("\(kind)") {
            results += try paced(kind)
            let outcome = try run(kind, seconds: fastSeconds, isPaced: false)
            results.append(
                BenchResult(
                    bench: "ingest", case: "\(kind.title), as fast as it goes",
                    figure: outcome.isComplete ? outcome.rate : 0, unit: kind.unit))
        }
        if isWanted("terminal") {
            results += try TerminalFlood(directory: directory, seconds: fastSeconds).measure()
        }
        return results
    }

    private func isWanted(_ name: String) -> Bool { cases.isEmpty || cases.contains(name) }

    private func run(_ kind: IngestCase, seconds: Double, isPaced: Bool) throws -> IngestRun.Outcome
    {
        let number = ProcessInfo.processInfo.processIdentifier
        let folder = "\(directory)/attune-bench-\(number)"
        let rings = "\(runtime)/attune-bench-\(number)"
        for path in [folder, rings] { try FileSystem.makeDirectories(path, mode: 0o700) }
        defer {
            for path in [folder, rings] { try? FileManager.default.removeItem(atPath: path) }
        }
        let outcome = try IngestRun(
            kind: kind, seconds: seconds, isPaced: isPaced, directory: folder, runtime: rings
        ).measure()
        for failure in outcome.failures { output.note(failure) }
        return outcome
    }

    private func paced(_ kind: IngestCase) throws -> [BenchResult] {
        let outcome = try run(kind, seconds: seconds, isPaced: true)
        let lost = outcome.pushed - outcome.found + outcome.wrong
        // The rate counts the last commit's time too, so that a short run stays a little below.
        let sufficient = kind.goalRate * seconds / (seconds + 1)
        func result(_ name: String, _ figure: Double, _ unit: String) -> BenchResult {
            BenchResult(
                bench: "ingest", case: "\(kind.title), \(name)", figure: figure, unit: unit)
        }
        var rate = result("for \(Int(seconds)) s", outcome.rate, kind.unit)
        rate.goal = "\(Int(kind.goalRate)) a second, nothing lost"
        rate.met = outcome.isComplete && outcome.rate >= sufficient
        var missing = result("lost or not as pushed", Double(lost), "of \(outcome.pushed)")
        missing.goal = "0"
        missing.met = outcome.isComplete
        var overflows = result("ring overflows", Double(outcome.overflows), "records")
        overflows.goal = "0"
        overflows.met = outcome.overflows == 0
        var commits = result("a commit", outcome.commitMilliseconds.median, "ms")
        commits.p10 = outcome.commitMilliseconds.p10
        commits.p90 = outcome.commitMilliseconds.p90
        return [
            rate, missing, overflows,
            result("processor", outcome.load, "s a second"),
            result("most of the ring in use", outcome.backlog * 100, "%"),
            commits,
            result(
                "file", Double(outcome.fileBytes) / Double(max(1, outcome.found)),
                kind == .events ? "bytes an event" : "bytes a sample"),
        ]
    }
}
