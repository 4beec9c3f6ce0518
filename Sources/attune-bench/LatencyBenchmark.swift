import ArgumentParser
import Foundation
import SystemCalls
import Timebase
import VirtualDevices

/// `attune-bench latency`: how long a sample takes to a subscriber and to the file.
struct LatencyBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "From a byte readable on a pseudo-terminal to a live subscriber and to COMMIT.",
        discussion: """
            A real attuned records the study's virtual sensors and a sketch whose lines are written \
            at irregular moments. The clock runs from just before the write; it ends when the \
            subscriber (Varlink Subscribe) has the piece, and when a reader of the session file sees \
            the sample, which it looks for every 2 ms.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Seconds of writing lines, about 30 a second.")
    var seconds = 20.0

    @Option(help: "Where the session file is made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Where the rings are made; a station's are on a tmpfs.")
    var runtime = "/dev/shm"

    func measure() throws -> [BenchResult] {
        let daemon = try MeasuredDaemon(
            directory: directory, runtime: runtime,
            devices: StudyDevices.settings + [
                "{profile: line-sketch, path: RUNTIME/probe, name: probe, options: {rate: 30}}"
            ])
        let station = try VirtualStation(try StudyDevices.make(in: daemon.runtime))
        let terminal = try PseudoTerminal(link: "\(daemon.runtime)/probe")
        try station.start()
        defer { try? station.stop() }
        try daemon.start()
        try daemon.waitForDevices()
        // A decoder passes over the first line, which it may have come into in the middle, and what came before
        // the port was opened is nobody's: the first line of the session must not be one of these.
        try daemon.waitForSamples(of: "probe") {
            _ = try terminal.write(Array("0\r\n".utf8), from: 0)
        }
        let session = try daemon.startSession()
        let probe = try LatencyProbe(terminal: terminal)
        try probe.subscribe(try daemon.connect(), session: session.id)
        try probe.watch(session.file)
        usleep(500_000)
        let sent = try probe.write(for: seconds)
        usleep(1_000_000)
        try daemon.stopSession()
        probe.finish()
        daemon.end()
        return try report(probe, sent)
    }

    private func report(_ probe: LatencyProbe, _ sent: Int) throws -> [BenchResult] {
        let received = probe.received
        let stored = probe.stored
        func result(
            _ name: String, _ milliseconds: Distribution, _ count: Int, limit: Double
        ) -> [BenchResult] {
            var median = BenchResult(
                bench: "latency", case: "to \(name), median", figure: milliseconds.median,
                unit: "ms")
            median.p10 = milliseconds.p10
            median.p90 = milliseconds.p90
            let high = milliseconds.quantile(0.99)
            var result = BenchResult(
                bench: "latency", case: "to \(name), p99 of \(sent)", figure: high, unit: "ms")
            result.goal = "at most \(Int(limit)) ms"
            result.met = high <= limit && count == sent
            if count != sent { output.note("\(count) of \(sent) samples came to \(name).") }
            return [median, result]
        }
        return result("a live subscriber", received.distribution, received.count, limit: 20)
            + result("COMMIT", stored.distribution, stored.count, limit: 300)
    }
}
