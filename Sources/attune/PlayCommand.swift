import ArgumentParser
import Foundation
import NetworkSensors
import Playback
import SessionStore
import SystemCalls

/// `attune play`: a session, replayed in the terminal.
struct PlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play a session back in the terminal, as lines of text, or to the network.",
        discussion: """
            In a terminal it shows the turns, the rhythm of the keys and the signals as they were; ? \
            lists the keys, q quits. Into a pipe or with --plain it prints a line for each thing that \
            happens: seconds since the start, kind and text, separated by tabs. Times T are seconds \
            (90, 90.5s) or 1:30 or 1:02:03. A session that is still being recorded can be played too.

            With --lsl the session's streams, and its phases, turns and marks, are played to the network as \
            streams of Lab Streaming Layer, for whatever program reads these; what participants wrote is \
            not sent.
            """)

    @Argument(help: "The session's file.")
    var file: String
    @Option(help: "Seconds of the session in a second, 0.1 to 16; 0 prints all lines at once.")
    var speed = 1.0
    @Option(help: ArgumentHelp("Where to begin.", valueName: "T"))
    var from: SessionTime?
    @Option(help: ArgumentHelp("Where to end.", valueName: "T"))
    var until: SessionTime?
    @Flag(help: "Print lines of text even in a terminal.")
    var plain = false
    @Flag(help: "Play to the network, as streams of Lab Streaming Layer.")
    var lsl = false
    @Option(
        help: ArgumentHelp(
            "With --lsl: seconds to wait for somebody who listens before it begins.",
            valueName: "SECONDS"))
    var wait = 0.0
    @Option(help: "With --lsl: path of liblsl (over ATTUNE_LIBLSL).")
    var liblsl: String?
    @OptionGroup var times: AlignmentOption
    @OptionGroup var global: GlobalOptions

    /// What `--json` prints for each thing that happens.
    private struct Line: Encodable {
        var seconds: Double
        var kind: String
        var text: String
        /// 95% bound of the error of its time.
        var boundMs: Double?

        enum CodingKeys: String, CodingKey {
            case seconds, kind, text
            case boundMs = "bound_ms"
        }
    }

    /// A time since the session's start, as typed.
    struct SessionTime: ExpressibleByArgument {
        let nanoseconds: Int64

        init?(argument: String) {
            guard let nanoseconds = TimeText.nanoseconds(argument) else { return nil }
            self.nanoseconds = nanoseconds
        }
    }

    func validate() throws {
        guard speed == 0 || ReplayClock.rates.contains(speed) else {
            throw ValidationError("--speed is between 0.1 and 16, or 0 for all lines at once.")
        }
        if lsl, speed == 0 {
            throw ValidationError("With --lsl, --speed is between 0.1 and 16.")
        }
        if !lsl, wait != 0 || liblsl != nil {
            throw ValidationError("--wait and --liblsl go with --lsl.")
        }
        guard (0...86_400).contains(wait) else {
            throw ValidationError("--wait is between 0 and 86400 seconds.")
        }
        if let from, let until, from.nanoseconds >= until.nanoseconds {
            throw ValidationError("--until must be later than --from.")
        }
    }

    func run() throws {
        do {
            let timeline = try SessionTimeline(path: file, alignment: times.alignment)
            if lsl {
                try playToNetwork(timeline)
            } else if plain || global.json || speed == 0 || !Terminal.isUsable {
                try printLines(timeline)
            } else {
                try show(timeline)
            }
        } catch let error as ExitCode {
            throw error
        } catch {
            try? FileSystem.writeAll(Array("attune: \(error)\n".utf8), to: 2)
            throw ExitCode(1)
        }
    }

    private func playToNetwork(_ timeline: SessionTimeline) throws {
        if timeline.isLive {
            throw NetworkSensorError(
                .settings,
                "The session is still being recorded: 'attune-net --publish' offers it as it is now."
            )
        }
        let replay = try LSLReplay(
            timeline: timeline, library: try LSLLibrary(path: liblsl), speed: speed,
            from: from?.nanoseconds, until: until?.nanoseconds)
        say("offering \(replay.count) streams")
        if wait > 0, try !replay.waitForListeners(seconds: wait) {
            throw NetworkSensorError(
                .network, "Nobody listened within \(wait) s; nothing was sent.")
        }
        let sent = try replay.run()
        say("\(sent.samples) samples and \(sent.markers) markers were sent")
    }

    private func say(_ text: String) {
        // What standard error does not take is lost, and nobody could be told.
        try? FileSystem.writeAll(Array("attune: \(text)\n".utf8), to: 2)
    }

    private func printLines(_ timeline: SessionTimeline) throws {
        let player = PlainPlayer(
            timeline: timeline, speed: speed, from: from?.nanoseconds, until: until?.nanoseconds)
        try player.run { line, happening in
            do {
                let shown = global.json ? try Self.json(line, bound: happening.bound) : line
                try FileSystem.writeAll(Array("\(shown)\n".utf8), to: 1, subject: "standard output")
            } catch let error as SystemError {
                // A reader may have enough, as `head` does.
                guard error.code == EPIPE else { throw error }
                throw ExitCode.success
            }
        }
    }

    /// A printed line as an object.
    private static func json(_ line: String, bound: Int64?) throws -> String {
        let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let object = Line(
            seconds: Double(parts[0].filter { $0 != " " }) ?? 0,
            kind: parts.count > 1 ? String(parts[1]) : "",
            text: parts.count > 2 ? String(parts[2]) : "", boundMs: bound.map { Double($0) / 1e6 })
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }

    private func show(_ timeline: SessionTimeline) throws {
        let player = try Player(
            timeline: timeline, rate: speed, from: from?.nanoseconds, until: until?.nanoseconds,
            at: Clocks.now())
        let screen = try TerminalPlayer(
            player: player, terminal: try Terminal(),
            symbols: Symbols(isUnicode: Terminal.isUnicode), usesColour: Terminal.usesColour)
        if case .signal(let number) = try screen.run() {
            // As a shell reports a program that a signal ended.
            throw ExitCode(128 + number)
        }
    }
}
