import ArgumentParser
import Foundation
import SystemCalls

/// `attune demo`: a pilot station with virtual devices, from the first sample to the exported file.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Record a pilot session with virtual devices.",
        discussion: """
            Starts the daemon, two virtual sensors, a virtual keyboard, the chat and the console as \
            processes of their own, in a private runtime directory, prints the addresses of the \
            participant's page and of the console, and records a session until Ctrl-C. Meanwhile it \
            records a short example and a commentary of it, and prints where they are played back.

            With --seconds nobody is needed: a scripted participant uses the page in a headless \
            Chromium, or chats over the link where none is installed. Then the session is stopped, \
            finished, checked, summarised and exported, and every value that the devices say they sent \
            is looked up in the exported tables. The exit code is 0 only if all is there. The example \
            is left out where there is less than a minute for it.
            """)

    @Option(help: "Record this long, unattended, and check everything; without it, until Ctrl-C.")
    var seconds: Double?

    @Flag(help: "Chat in this terminal rather than on the participant's page.")
    var terminal = false

    @Option(help: "Where the data goes; without it, a new folder under ./data.")
    var data: String?

    @Option(
        help: "Only compare again what an earlier unattended run left in its folder demo-run-….")
    var compare: String?

    func validate() throws {
        if let seconds, !(3...86_400).contains(seconds) {
            throw ValidationError("--seconds must be between 3 and 86400.")
        }
    }

    func run() throws {
        // Before anything is started: children are given their signals back.
        let signals = DemoSignals()
        do {
            if let compare {
                for line in try DemoComparison(folder: compare).run() { print(line) }
                return
            }
            let places = try DemoPlaces(data: data)
            let station = try DemoStation(
                places: places, seconds: seconds, terminal: terminal, signals: signals)
            defer { station.cleanUp() }
            try station.run()
        } catch let error as DemoError {
            Output.error("demo: \(error)")
            throw ExitCode(error == .interrupted ? 130 : 1)
        } catch {
            Output.error("demo: \(error)")
            throw ExitCode(1)
        }
    }
}
