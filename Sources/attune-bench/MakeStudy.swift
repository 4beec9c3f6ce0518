import ArgumentParser
import Foundation
import SessionStore
import SystemCalls
import Timebase

/// `attune-bench study`: a study of many small sessions, to see how what is done with all of them grows.
struct MakeStudy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Make a study of many small sessions (no measurement of its own).",
        discussion: """
            Each session has 90 seconds: rest, chat and questions, with skin conductance, heartbeats, keys, drafts, \
            Suggestions and answers; four sessions a participant. Everything is made up, and the same for the same \
            seed. DIR becomes a data directory with the study 'many', which attune export, attune measures and the \
            console read.
            """)

    @Option(help: "How many sessions.")
    var sessions = 1000

    @Option(help: ArgumentHelp("The directory to make.", valueName: "dir"))
    var out: String

    @Option(help: "Makes another study, just as repeatable.")
    var seed: UInt64 = 1

    @Flag(help: "Print nothing.")
    var quiet = false

    func validate() throws {
        guard (1...100_000).contains(sessions) else {
            throw ValidationError("--sessions is 1 to 100000.")
        }
        guard seed < 1 << 48 else { throw ValidationError("--seed is less than 2^48.") }
    }

    func run() throws {
        let folder = "\(out)/\(ManySession.study)"
        guard !FileSystem.exists(folder) else {
            throw BenchmarkError("\(folder) is there already: name another directory.")
        }
        try FileSystem.makeDirectories(folder)
        let began = Clocks.now()
        let database = try StudyDatabase.open(at: "\(folder)/study.db")
        var known: Set<String> = []
        var bytes: Int64 = 0
        for number in 0..<sessions {
            let session = ManySession(number: number, seed: seed)
            let indexed = try session.write(below: folder)
            if known.insert(session.participant).inserted {
                try database.register(
                    Participant(
                        code: session.participant, createdRealtime: indexed.startedRealtime))
            }
            try database.store(indexed)
            bytes += indexed.size ?? 0
        }
        try database.close()
        guard !quiet else { return }
        let seconds = Double(Clocks.now() - began) / 1e9
        print(
            String(
                format: "%@: %d sessions of %d participants, %.1f MB, %.1f s", folder, sessions,
                known.count, Double(bytes) / 1e6, seconds))
    }
}
