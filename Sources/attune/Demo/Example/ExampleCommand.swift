import ArgumentParser
import Foundation
import Link
import SystemCalls

/// Records the demo's example: a short chat, then somebody who thinks aloud over it.
///
/// A program of its own, so that nothing of the live session waits for it and Ctrl-C can end it anywhere.
struct ExampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-example", abstract: "Record the example of a running demo.",
        shouldDisplay: false)

    @Option(help: "Directory of the daemon's socket.")
    var runtime: String

    @Option(help: "The device that it takes, by its name.")
    var sensor: String

    @Option(help: "The named pipe of the keyboard, whose name at the station is the same.")
    var keyboard: String

    /// What a demo's example is called.
    static let study = "demo"
    static let participant = "P00"
    static let actor = "the demo's example"
    /// How the last line begins, before the session's and the commentary's id.
    static let ready = "Ready: "

    func run() throws {
        do {
            let station = try ExampleStation(socket: Places.socket(runtime: runtime))
            let keys = try ExampleKeyboard(path: keyboard)
            let session = try station.start(
                devices: [sensor, (keyboard as NSString).lastPathComponent])
            let chat = try ExampleChat(station: station, session: session, keyboard: keys)
            try chat.run()
            try station.finish(session.id)
            let commentary = try station.start(devices: [], parent: session.id)
            let words = try ExampleThinkAloud(
                station: station, commentary: commentary, session: session, moments: chat.moments
            ).run()
            try station.finish(commentary.id)
            try station.add(transcript: words, to: commentary.id)
            print("\(Self.ready)\(session.id) \(commentary.id)")
        } catch {
            Output.error("The example: \(error)")
            throw ExitCode(1)
        }
    }
}
