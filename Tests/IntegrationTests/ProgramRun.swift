import Foundation
import SystemCalls

/// A program that a test has started; ended with the last reference to it, by its own process id.
final class ProgramRun {
    /// What a program left behind.
    struct Outcome {
        var code: Int32
        var output: String
        var error: String
    }

    let process = Process()
    private let output: String
    private let error: String

    /// - Parameters:
    ///   - place: a directory for what it prints.
    ///   - environment: variables over those of the test.
    init(
        _ program: String, _ arguments: [String], place: String,
        environment: [String: String] = [:]
    ) throws {
        let name = "\(place)/run-\(UUID().uuidString.prefix(8))"
        output = name + ".out"
        error = name + ".err"
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if !environment.isEmpty {
            process.environment = ProcessInfo.processInfo.environment
                .merging(environment) { _, new in new }
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(output)
        process.standardError = try Self.file(error)
        try process.run()
    }

    deinit {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// What it has printed so far.
    var outputText: String { (try? FileSystem.readText(output)) ?? "" }
    var errorText: String { (try? FileSystem.readText(error)) ?? "" }

    /// Waits for its end; one that does not end in time is killed.
    @discardableResult
    func wait(seconds: Double = 120) throws -> Outcome {
        let end = Date(timeIntervalSinceNow: seconds)
        while process.isRunning && Date() < end { usleep(5_000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw IntegrationFailure(
                "\(process.executableURL?.lastPathComponent ?? "") did not end within \(seconds) s: "
                    + "\(outputText)\(errorText)")
        }
        process.waitUntilExit()
        return Outcome(code: process.terminationStatus, output: outputText, error: errorText)
    }
}

/// Something that went wrong in a test's surroundings, in words.
struct IntegrationFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Polls until the condition holds.
func waitFor(
    _ what: String, seconds: Double = 30, _ condition: () throws -> Bool
) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        guard Date() < end else {
            throw IntegrationFailure("waited \(seconds) s in vain for \(what)")
        }
        usleep(20_000)
    }
}
