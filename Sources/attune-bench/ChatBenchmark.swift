import ArgumentParser
import Foundation

/// `attune-bench chat`: many participants' pages on one real attune-chat.
struct ChatBenchmark: Benchmark {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "How quickly attune-chat answers many pages at once.",
        discussion: """
            Real attuned and attune-chat, one session a page; the pages are threads of \
            Tests/Integration/chat_load.py, which speak the page's HTTP: they type in pieces, send, and \
            wait for the scripted client's reply, which is given without its usual delay. Times are \
            those of the pages' side, with the pages on the same machine.
            """)

    @OptionGroup var output: BenchmarkOutput

    @Option(help: "Pages at once.")
    var pages = 50

    @Option(help: "Messages of each page.")
    var messages = 5

    @Option(help: "Seconds from message to message.")
    var pause = 10.0

    @Option(help: "Where Tests/Benchmarks lies; found from the program's place otherwise.")
    var benchmarks: String?

    /// What chat_load.py found; times in milliseconds.
    private struct Found: Decodable {
        var edits: [Double]
        var acks: [Double]
        var replies: [Double]
        var suggestions: [Double]
        var megabytes: Double
        var processorPercent: Double
    }

    func measure() throws -> [BenchResult] {
        let found = try load()
        func time(_ name: String, _ values: [Double], _ share: Double) -> BenchResult {
            var distribution = Distribution()
            for value in values { distribution.add(value) }
            var result = BenchResult(
                bench: "chat",
                case: "\(pages) chats, \(name), p\(Int(share * 100))",
                figure: distribution.quantile(share), unit: "ms")
            result.p10 = distribution.p10
            result.p90 = distribution.p90
            return result
        }
        var suggestions = time("client's turn to its Suggestions", found.suggestions, 0.99)
        suggestions.goal = "at most 100 ms"
        suggestions.met = suggestions.figure <= 100 && !found.suggestions.isEmpty
        return [
            time("draft edits to their answer", found.edits, 0.5),
            time("draft edits to their answer", found.edits, 0.99),
            time("message to its answer", found.acks, 0.5),
            time("message to its answer", found.acks, 0.99),
            time("message to the reply", found.replies, 0.5),
            time("message to the reply", found.replies, 0.99), suggestions,
            BenchResult(
                bench: "chat", case: "\(pages) chats, resident memory", figure: found.megabytes,
                unit: "MB"),
            BenchResult(
                bench: "chat", case: "\(pages) chats, processor", figure: found.processorPercent,
                unit: "% of a core"),
        ]
    }

    private func load() throws -> Found {
        let folder = try benchmarks ?? BenchmarkFolder.find()
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "\(folder)/../Integration/chat_load.py", BenchmarkFolder.programs,
            "\(pages)", "\(messages)", "\(pause)", "--json",
        ]
        process.standardOutput = answer
        try process.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "Tests/Integration/chat_load.py failed with code \(process.terminationStatus).")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Found.self, from: text)
    }
}
