import ArgumentParser
import Declarations
import Foundation
import Logging
import Recording
import ServiceManagement
import SystemCalls

/// The daemon: records sessions until it is told to end.
@main
struct Attuned: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attuned",
        abstract: "Records a person's body, hands and words on one clock.",
        discussion: """
            Reads the devices of its settings (and those that it recognises), and records the \
            sessions that 'attune session start' asks for. SIGTERM stops all sessions durably.
            """,
        version: Station.version)

    @Option(help: "Settings file; without it, /etc/attune/attuned.yaml if installed.")
    var config: String?

    @Option(help: "Directory of the studies (over the settings).")
    var data: String?

    @Option(help: "Directory of sockets and rings (over the settings).")
    var runtime: String?

    @Flag(help: "Read the settings and profiles, say what is wrong with them, and end.")
    var check = false

    @Flag(help: "Accept test sources in place of keyboards and pointers (demos and tests only).")
    var allowTestSources = false

    @Flag(help: "Allow core dumps, which could hold what a participant typed (for developers).")
    var allowCoreDumps = false

    mutating func run() throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let log = Logger(label: "attuned")
        do {
            if !allowCoreDumps { try ProcessProtection.forbidCoreDumps() }
            let path = config ?? Places.settings(of: "attuned")
            let settings = try path.map { try StationSettings.load(path: $0) } ?? StationSettings()
            let options = StationOptions(
                data: data, runtime: runtime, allowsTestSources: allowTestSources,
                reporter: Places.program("attune"))
            if check {
                try Station.check(settings: settings, options: options)
                print("the settings and all profiles are in order")
                return
            }
            let station = try Station(
                settings: settings, options: options,
                inherited: try ServiceManager.takeInherited(), log: log)
            try station.run()
        } catch {
            FileHandle.standardError.write(Data("attuned: \(error)\n".utf8))
            // A mistake in the settings: starting again would not help (sysexits.h, EX_CONFIG).
            let isMistake =
                (error as? StationError)?.code == .settings || error is DeclarationErrors
            throw ExitCode(isMistake ? 78 : 1)
        }
    }
}
