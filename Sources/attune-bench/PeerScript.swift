import Foundation
import SystemCalls
import Timebase

/// Other people's writers of exports: Tests/Benchmarks/export/peers.py.
struct PeerScript {
    private let script: String
    private let python: String

    /// - Parameter benchmarks: Tests/Benchmarks; makes the environment beside it where there is none.
    init(_ benchmarks: String) throws {
        script = "\(benchmarks)/export/peers.py"
        python = try Self.python("\(benchmarks)/../Readers/python_environment.sh")
    }

    /// Seconds that writing takes, by format, once the tables are in memory.
    func writing(_ tables: String, to out: String) throws -> [String: Double] {
        let text = try Self.run(python, [script, tables, out])
        return try JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
    }

    /// Seconds from the start to the end of a process that reads a session file and writes XDF.
    func whole(_ session: String, to out: String) throws -> Double {
        let began = Clocks.now()
        _ = try Self.run(python, [script, session, out])
        return Double(Clocks.now() - began) / 1e9
    }

    /// The interpreter of an environment, which is made where there is none.
    /// - Parameter environment: the `python_environment.sh` that makes it.
    static func python(_ environment: String) throws -> String {
        try run("/bin/sh", [environment]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What a program prints.
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = answer
        try process.run()
        let text = answer.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(
                "\(arguments[0]) failed; --without-peers measures Attune alone.")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
