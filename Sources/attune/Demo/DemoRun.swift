import Foundation
import SystemCalls
import Timebase

/// What is needed to compare a demo's logs with its tables, then or later: kept beside them.
struct DemoRun: Codable {
    /// The session file.
    var file: String
    /// When the session's start had been answered, and just before its stop was asked for; nanoseconds of
    /// CLOCK_MONOTONIC.
    var startedNanoseconds: Int64
    var stoppingNanoseconds: Int64

    var started: Instant { Instant(nanoseconds: startedNanoseconds) }
    var stopping: Instant { Instant(nanoseconds: stoppingNanoseconds) }

    /// Whether it was long enough for the scripted participant to have said something.
    var expectsTurns: Bool { stopping - started >= 20_000_000_000 }

    func write(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileSystem.write(Array(try encoder.encode(self)), to: "\(folder)/run.json")
    }

    static func read(in folder: String) throws -> DemoRun {
        try JSONDecoder().decode(
            DemoRun.self, from: Data(try FileSystem.read("\(folder)/run.json")))
    }
}
