import ArgumentParser
import Foundation
import SessionStore
import SystemCalls
import Timebase
import VirtualDevices

/// `attune-bench load`: what a real daemon takes of the machine at the study's load.
struct LoadBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Processor and memory of attuned while it records the study's sensors.",
        discussion: """
            A real attuned reads virtual devices through pseudo-terminals, every sample or line a \
            reading of its own, and records a session to disk: \(StudyDevices.description).
            LabRecorder's figure was measured on the same kind of machine at the same number of \
            samples, its senders left out.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Seconds that are measured.")
    var seconds = 30.0

    @Option(help: "Seconds of recording before that.")
    var warmUp = 5.0

    @Option(help: "Where the session file is made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Where the rings are made; a station's are on a tmpfs.")
    var runtime = "/dev/shm"

    func measure() throws -> [BenchResult] {
        let daemon = try MeasuredDaemon(
            directory: directory, runtime: runtime, devices: StudyDevices.settings)
        let station = try VirtualStation(try StudyDevices.make(in: daemon.runtime))
        try station.start()
        defer { try? station.stop() }
        try daemon.start()
        try daemon.waitForDevices()
        let session = try daemon.startSession()
        usleep(useconds_t(warmUp * 1e6))

        let figures = ProcessFigures(number: daemon.processNumber)
        let reader = try SessionReader.open(at: session.file)
        let samples = try values(reader)
        let threads = try figures.threadSeconds()
        let before = try figures.processorSeconds()
        let start = Clocks.now()
        usleep(useconds_t(seconds * 1e6))
        let span = Double(Clocks.now() - start) / 1e9
        let used = try figures.processorSeconds() - before
        let rate = Double(try values(reader) - samples) / span
        for (name, after) in try figures.threadSeconds().sorted(by: { $0.value > $1.value }) {
            let share = (after - (threads[name] ?? 0)) / span * 100
            output.note("\(name): \(String(format: "%.3f", share))% of a core")
        }
        let resident = try figures.residentBytes()
        try reader.close()
        try daemon.stopSession()
        daemon.end()

        let share = used / span * 100
        var processor = BenchResult(
            bench: "load", case: "processor, \(StudyDevices.description)", figure: share,
            unit: "% of a core")
        processor.peer = "LabRecorder"
        processor.peerFigure = Self.labRecorderShare
        processor.ratio = share / Self.labRecorderShare
        processor.goal = "at most half of LabRecorder's"
        processor.met = share <= Self.labRecorderShare / 2
        var memory = BenchResult(
            bench: "load", case: "resident memory without the rings",
            figure: Double(resident.withoutRings) / 1e6, unit: "MB")
        memory.goal = "at most 30 MB"
        memory.met = resident.withoutRings <= 30_000_000
        return [
            processor, memory,
            BenchResult(
                bench: "load", case: "of it not shared with files",
                figure: Double(resident.anonymous) / 1e6, unit: "MB"),
            BenchResult(bench: "load", case: "stored", figure: rate, unit: "samples/s"),
        ]
    }

    /// Percent of a core at 374 samples a second over loopback, LabRecorder alone.
    private static let labRecorderShare = 1.34

    /// Values stored so far, of all channels.
    private func values(_ reader: SessionReader) throws -> Int64 {
        try reader.streams().reduce(0) {
            $0 + Int64($1.channels.count) * (try reader.sampleCount(of: $1.id))
        }
    }
}
