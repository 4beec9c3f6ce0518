import ArgumentParser
import Foundation
import GRDB
import SessionStore
import SystemCalls
import Timebase

/// `attune-bench reading`: an hour of the study beside what others make of it: how large it is, and how long
/// ten seconds out of its middle take.
struct ReadingBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "reading",
        abstract: "Size and windows of a study hour beside XDF, MCAP and a row a sample.",
        discussion: """
            The signals of one finished session, written again as XDF (each sample with its time), as MCAP with zstd, \
            and as an SQLite table with a row a sample. Ten seconds of all streams are read warm from one reader: by \
            Attune, and out of the rows through the same library. XDF has no index: whoever wants a window loads \
            the file, and pyxdf's time for that is what stands beside the first window. Needs python3.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Windows that are read.")
    var reads = 500

    @Option(help: "How often pyxdf loads the file; the figure is the median.")
    var loads = 3

    @Option(help: "Where files are made: a disk, not a tmpfs.")
    var directory = FileManager.default.temporaryDirectory.path

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    /// What peers.py answers.
    private struct Peers: Decodable {
        var samples: Int
        var bytes: [String: Int]
        var loading: [Double]
    }

    func validate() throws {
        guard (1...100_000).contains(reads), (1...100).contains(loads) else {
            throw ValidationError("--reads is 1 to 100000, --loads 1 to 100.")
        }
    }

    func measure() throws -> [BenchResult] {
        let folder = "\(directory)/attune-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileSystem.makeDirectories(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let hour = "\(folder)/hour.attune"
        _ = try StudyHour(isScattered: false).write(to: hour)
        let finished = try SessionFinisher(path: hour).run()
        output.note("Writing it as others do …")
        let scripts = try benchmarks ?? BenchmarkFolder.find()
        let python = try PeerScript.python("\(scripts)/python_environment.sh")
        let answer = try PeerScript.run(
            python, ["\(scripts)/reading/peers.py", hour, folder, "\(loads)"])
        let peers = try JSONDecoder().decode(Peers.self, from: Data(answer.utf8))
        return sizes(Double(finished.size), peers)
            + (try windows(hour, rows: "\(folder)/rows.db", peers))
    }

    private func sizes(_ size: Double, _ peers: Peers) -> [BenchResult] {
        let own = size / Double(StudyHour.samples)
        let others = [
            ("double.xdf", "XDF, doubles"), ("short.xdf", "XDF, 16-bit integers"),
            ("sample.mcap", "MCAP, a message a sample"),
            ("second.mcap", "MCAP, a message a second"),
            ("rows.db", "SQLite, a row a sample"),
        ]
        return others.compactMap { file, name in
            guard let bytes = peers.bytes[file] else { return nil }
            var result = BenchResult(
                bench: "reading", case: "finished file beside \(name)", figure: own,
                unit: "bytes a sample")
            result.peer = name
            result.peerFigure = Double(bytes) / Double(peers.samples)
            result.ratio = own / (Double(bytes) / Double(peers.samples))
            return result
        }
    }

    private func windows(_ path: String, rows: String, _ peers: Peers) throws -> [BenchResult] {
        let starts = starts()
        let began = Clocks.now()
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        let streams = try reader.streams().filter { !$0.channels.isEmpty }
        var first: Double?
        var own = ReadingTimes()
        var counts: [Int] = []
        for start in starts {
            try own.add {
                var count = 0
                for stream in streams {
                    count += try reader.window(
                        stream.id, from: StudyHour.start + start,
                        to: StudyHour.start + start + Self.length
                    ).count
                }
                counts.append(count)
            }
            first = first ?? Double(Clocks.now() - began) / 1e9
        }
        let other = try rowTimes(rows, starts, counts, streams: streams.count)
        var beside = BenchResult(
            bench: "reading", case: "10 s of all streams beside SQLite, a row a sample",
            figure: own.wall.median, unit: "ms")
        (beside.p10, beside.p90) = (own.wall.p10, own.wall.p90)
        beside.peer = "SQLite, a row a sample"
        beside.peerFigure = other.wall.median
        beside.ratio = other.wall.median / max(own.wall.median, 1e-9)
        var opening = BenchResult(
            bench: "reading", case: "10 s of all streams, the file just opened, beside pyxdf",
            figure: (first ?? 0) * 1e3, unit: "ms")
        var loading = Distribution()
        for seconds in peers.loading { loading.add(seconds * 1e3) }
        opening.peer = "pyxdf, loading the file"
        opening.peerFigure = loading.median
        opening.ratio = loading.median / max(opening.figure, 1e-9)
        return [beside, opening]
    }

    private static let length: Int64 = 10_000_000_000

    /// Nanoseconds from the session's start, the same each time.
    private func starts() -> [Int64] {
        var random: UInt64 = 88_172_645_463_325_252
        return (0..<reads).map { _ in
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int64(random % UInt64(StudyHour.seconds - 20) + 5) * 1_000_000_000
        }
    }

    /// The same windows out of a table with a row a sample.
    /// - Throws: where these are other samples than ours: a few at the borders may be, for the table's times are
    ///   rounded.
    private func rowTimes(
        _ path: String, _ starts: [Int64], _ counts: [Int], streams: Int
    ) throws -> ReadingTimes {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        var times = ReadingTimes()
        try queue.read { database in
            let statement = try database.makeStatement(
                sql: "SELECT t, value FROM sample WHERE stream = ? AND t >= ? AND t < ?")
            for (start, expected) in zip(starts, counts) {
                var found: [(Int64, Int64)] = []
                try times.add {
                    for stream in 1...streams {
                        let rows = try Row.fetchCursor(
                            statement, arguments: [stream, start, start + Self.length])
                        while let row = try rows.next() { found.append((row[0], row[1])) }
                    }
                }
                guard abs(found.count - expected) <= 2 * streams else {
                    throw BenchmarkError("The rows hold \(found.count) samples, not \(expected).")
                }
            }
        }
        return times
    }
}
