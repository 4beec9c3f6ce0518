import ArgumentParser
import Foundation
import SystemCalls

/// `attune-bench console`: how quickly the researcher's pages open and scrub a long session.
struct ConsoleBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "How quickly playback opens and scrubs a session of 4 hours with 1 kHz × 6.",
        discussion: """
            Makes the session (or takes the one that --make wrote before), serves it with the real \
            attune-console, and asks for manifest and tiles as the page does; then opens the page in \
            headless Chromium and drags through it. Frames: the time of script, layout and paint of the \
            page's main thread in its own time, and the frames that were dropped. Needs python3; the \
            part in the browser the environment of Tests/Browser.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Only write the session into this data directory, and end.")
    var make: String?

    @Option(help: "A data directory that --make wrote; without it one is made and removed.")
    var data: String?

    @Option(help: "Hours of the session.")
    var hours = 4.0

    @Flag(help: "Leave out what needs a browser.")
    var withoutBrowser = false

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    /// What measure.py found.
    private struct Found: Decodable {
        struct Figure: Decodable {
            var name: String
            var unit: String
            var values: [Double]
            /// Which share of the values is the figure: 0.5 the median.
            var share: Double
            /// The largest figure that meets the goal.
            var most: Double?
        }

        var figures: [Figure]
    }

    func validate() throws {
        guard (0.01...24).contains(hours) else {
            throw ValidationError("--hours must be between 0.01 and 24.")
        }
    }

    func measure() throws -> [BenchResult] {
        if let make {
            try LongSession(hours: hours).write(to: make)
            output.note("\(make): session \(LongSession.identifier)")
            return []
        }
        if let data { return try measure(data) }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("attune-bench-\(ProcessInfo.processInfo.processIdentifier)")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        output.note("Writing a session of \(hours) hours …")
        try LongSession(hours: hours).write(to: folder)
        return try measure(folder)
    }

    private func measure(_ data: String) throws -> [BenchResult] {
        try found(data).figures.map { figure in
            var values = Distribution()
            for value in figure.values { values.add(value) }
            var result = BenchResult(
                bench: "console", case: figure.name, figure: values.quantile(figure.share),
                unit: figure.unit)
            if figure.values.count > 4 {
                result.p10 = values.p10
                result.p90 = values.p90
            }
            if let most = figure.most {
                result.goal = "at most \(most) \(figure.unit)"
                result.met = result.figure <= most && !figure.values.isEmpty
            }
            return result
        }
    }

    private func found(_ data: String) throws -> Found {
        let folder = try benchmarks ?? BenchmarkFolder.find()
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "\(folder)/console/measure.sh", BenchmarkFolder.programs, data,
            LongSession.identifier, withoutBrowser ? "--without-browser" : "--browser",
        ]
        process.standardOutput = answer
        try process.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "Tests/Benchmarks/console/measure.sh failed with code \(process.terminationStatus)."
            )
        }
        return try JSONDecoder().decode(Found.self, from: text)
    }
}
