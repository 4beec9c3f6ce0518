import ArgumentParser
import Foundation
import SessionStore
import SystemCalls
import Timebase

/// `attune-bench store`: what an hour of the study takes as a file, and how fast it is read.
struct StoreBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Size, windows, overviews and finishing of a study hour's file.",
        discussion: """
            \(StudyHour.samples) samples of four sensors and the keys, with noise and jitter, written \
            in pieces of 200 ms as a station does, then finished. XDF's size is that of the field's \
            writer for as many samples. Windows and overviews are read warm, from one reader.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Windows and overviews that are read.")
    var reads = 500

    @Option(help: "Where files are made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    func measure() throws -> [BenchResult] {
        let folder = "\(directory)/attune-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileSystem.makeDirectories(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let results = try hour("\(folder)/hour.attune", isScattered: false)
        return try results + hour("\(folder)/scattered.attune", isScattered: true)
            + events("\(folder)/events.attune")
    }

    private func hour(_ path: String, isScattered: Bool) throws -> [BenchResult] {
        let name = isScattered ? "study hour, each sample a packet" : "study hour"
        func result(
            _ what: String, _ figure: Double, _ unit: String, limit: Double? = nil
        ) -> BenchResult {
            var result = BenchResult(
                bench: "store", case: "\(name), \(what)", figure: figure, unit: unit)
            if let limit {
                result.goal = "at most \(Int(limit)) \(unit)"
                result.met = figure <= limit
            }
            return result
        }
        let writing = try StudyHour(isScattered: isScattered).write(to: path)
        let recorded = try FileSystem.size(path)
        let began = Clocks.now()
        let finished = try SessionFinisher(path: path).run()
        let finishing = Double(Clocks.now() - began) / 1e9
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        try check(reader)

        let bytes = Double(finished.size) / Double(StudyHour.samples)
        var size = result("finished file", bytes, "bytes a sample")
        size.peer = "XDF"
        size.peerFigure = StudyHour.formatOfTheFieldBytes
        size.ratio = bytes / StudyHour.formatOfTheFieldBytes
        size.goal = "at most 0.25 of XDF's"
        size.met = bytes <= StudyHour.formatOfTheFieldBytes / 4
        let timings = try timings(reader)
        func reading(_ what: String, _ times: ReadingTimes, limit: Double?) -> [BenchResult] {
            [
                result("\(what), median", times.wall.median, "ms"),
                result("\(what), p99", times.wall.quantile(0.99), "ms", limit: limit),
                // What is left of it where no other program takes the processor away.
                result(
                    "\(what), p99 of processor time", times.processor.quantile(0.99), "ms"),
            ]
        }
        return [
            size,
            result(
                "while recording", Double(recorded) / Double(StudyHour.samples), "bytes a sample"),
            result("written", Double(StudyHour.samples) / writing, "samples/s"),
            result("finishing", finishing, "s", limit: 5),
        ] + reading("10 s of all streams", timings.windows, limit: 1)
            + reading("an hour at 2,000 pixels", timings.single, limit: 2)
            + reading("the same of all four streams", timings.all, limit: nil)
    }

    private func check(_ reader: SessionReader) throws {
        let stored = try reader.streams().filter { !$0.channels.isEmpty }.reduce(Int64(0)) {
            $0 + (try reader.sampleCount(of: $1.id))
        }
        guard stored + (try reader.count(of: .keystrokes)) == Int64(StudyHour.samples) else {
            throw BenchmarkError("The hour's file holds \(stored) samples, which is wrong.")
        }
    }

    /// How long reading takes, over many windows.
    private struct Timings {
        var windows = ReadingTimes()
        /// An hour of the first stream, and of all one after the other.
        var single = ReadingTimes()
        var all = ReadingTimes()
    }

    private func timings(_ reader: SessionReader) throws -> Timings {
        let streams = try reader.streams().filter { !$0.channels.isEmpty }
        var timings = Timings()
        var random: UInt64 = 88_172_645_463_325_252
        for round in -50..<max(1, reads) {
            // The first rounds only warm.
            if round == 0 { timings = Timings() }
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            let from =
                StudyHour.start + Int64(random % UInt64(StudyHour.seconds - 10)) * 1_000_000_000
            try timings.windows.add {
                for stream in streams {
                    let window = try reader.window(
                        stream.id, from: from, to: from + 10_000_000_000)
                    guard window.count > 0 else { throw BenchmarkError("A window is empty.") }
                }
            }
            try timings.single.add { try overview(reader, streams[0].id) }
            try timings.all.add { for stream in streams { try overview(reader, stream.id) } }
        }
        return timings
    }

    private func overview(_ reader: SessionReader, _ stream: Int64) throws {
        _ = try reader.overview(
            stream, channel: 0, from: StudyHour.start, to: StudyHour.end, pixels: 2000)
    }

    /// Linked clients' events, 20,000 to a commit.
    private func events(_ path: String) throws -> [BenchResult] {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "events", kind: .chat, study: "bench", participant: "none",
                station: "bench", softwareVersion: "bench", bootIdentifier: "bench",
                started: StudyHour.start, startedRealtime: 1_700_000_000_000_000_000))
        let (commits, perCommit) = (20, 20_000)
        let began = Clocks.now()
        for commit in 0..<commits {
            var batch = SessionBatch()
            for index in commit * perCommit..<(commit + 1) * perCommit {
                batch.events.append(
                    SessionEvent(
                        time: StudyHour.start + Int64(index) * 10_000, kind: "tick",
                        payload: "{\"number\":\(index)}", client: "bench",
                        clientSequence: Int64(index + 1)))
            }
            try writer.commit(batch)
        }
        let rate = Double(commits * perCommit) / (Double(Clocks.now() - began) / 1e9)
        try writer.close()
        return [
            BenchResult(bench: "store", case: "events written", figure: rate, unit: "events/s")
        ]
    }
}
