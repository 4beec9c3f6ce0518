import ArgumentParser
import Export
import Foundation
import Link
import Playback
import SessionStore
import Timebase

/// `attune sync tap`: the sync test that a lab makes with its own hands.
struct SyncTapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap", abstract: "Measure the lag between two streams by tapping.",
        discussion: """
            Without --file, follows the session that is being recorded: press a key on the participant's \
            keyboard into the chat, or tap the sensor, a few times, about two seconds apart. With --file, \
            does the same with taps in a recording. Tells the lag of each tap, and whether the bounds of \
            the two streams allow it.

            SOURCE is a keyboard, a linked client (the changes of its draft) or a sensor's channel as \
            STREAM:CHANNEL. To tap a sensor against a key, hit the key with the sensor.

            Exit status: 0 when the bounds allow the lag, 1 when they do not or it cannot be judged.
            """)

    @Option(
        help: ArgumentHelp(
            "What is tapped first (default: the session's keyboard).", valueName: "source"))
    var reference: String?
    @Option(
        help: ArgumentHelp(
            "What is compared with it (default: the only linked client).", valueName: "source"))
    var against: String?
    @Option(help: "How many taps.")
    var count = 10
    @Option(
        name: .customLong("window-ms"),
        help: "How far apart the two streams' times of a tap may be.")
    var windowMilliseconds = 250.0
    @Option(
        name: .customLong("timeout-s"), help: "Seconds to wait for the taps, without --file.")
    var timeoutSeconds = 120.0
    @Option(help: "A session file to look into instead of a running session.")
    var file: String?
    @Option(help: "With --file: from this time since the session's start, such as 90 or 1:30.")
    var from: String?
    @Option(help: "With --file: up to this time.")
    var to: String?
    @OptionGroup var times: AlignmentOption
    @OptionGroup var which: WhichSession
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (TapReport.fewestPairs...1000).contains(count) else {
            throw ValidationError("--count wants \(TapReport.fewestPairs) to 1000.")
        }
        guard windowMilliseconds >= 1, windowMilliseconds <= 10_000 else {
            throw ValidationError("--window-ms wants 1 to 10000.")
        }
        guard timeoutSeconds >= 1, timeoutSeconds <= 86_400 else {
            throw ValidationError("--timeout-s wants 1 to 86400.")
        }
        for text in [from, to].compactMap(\.self) where TimeText.nanoseconds(text) == nil {
            throw ValidationError("\"\(text)\" is no time; write 90, 1:30 or 1:02:03.5.")
        }
        if file == nil, from != nil || to != nil {
            throw ValidationError("--from and --to look into a --file.")
        }
        if file != nil, which.asked != nil {
            throw ValidationError("Name a --session or a --file, not both.")
        }
    }

    private var window: Int64 { Int64(clamping: (windowMilliseconds * 1e6).rounded()) }

    func run() throws {
        let report = try file.map(inFile) ?? live()
        if global.json {
            try Output.json(report)
        } else {
            for line in report.lines { print(line) }
        }
        if !report.isWithin { throw ExitCode(1) }
    }

    /// The sources that are meant.
    private func sources(
        _ streams: [TapSource.Stream], _ clients: [String]
    ) throws(TapError) -> (TapSource, TapSource) {
        let first: TapSource
        if let reference {
            first = try .named(reference, streams: streams, clients: clients)
        } else {
            first = try .keyboard(among: streams)
        }
        let second: TapSource
        if let against {
            second = try .named(against, streams: streams, clients: clients)
        } else {
            second = try .client(among: clients, streams: streams)
        }
        guard first != second else {
            throw TapError(.source, "\(first.name) would be compared with itself")
        }
        return (first, second)
    }

    private func inFile(_ path: String) throws -> TapReport {
        let reader = try SessionReader.open(at: path, alignment: times.alignment)
        defer { try? reader.close() }
        let choices = try TapSource.choices(reader)
        let (first, second) = try sources(choices.streams, choices.clients)
        let started = try reader.session().description.started
        let begin = from.flatMap(TimeText.nanoseconds).map { started + $0 } ?? started
        let end =
            to.flatMap(TimeText.nanoseconds).map { started + $0 } ?? Instant(nanoseconds: .max)
        // How many there are in a recording, nobody counted.
        func series(_ source: TapSource, _ other: TapSource) throws -> TapSeries {
            try TapSeries(
                source, reader, from: begin, to: end, typing: other.isEdits, expected: nil)
        }
        return try TapReport(
            try series(first, second), try series(second, first), window: window)
    }

    // MARK: Live

    private func live() throws -> TapReport {
        let client = try global.connect()
        let reply = try client.call(
            ControlInterface.GetSession.self, .init(session: which.session))
        let streams = reply.streams.map {
            TapSource.Stream(name: $0.name, isKeys: $0.kind == "keys", channels: $0.channels)
        }
        let (first, second) = try sources(streams, reply.session.clients)
        var collector = TapCollector(first: first, second: second, count: count, window: window)
        tell(
            second.isEdits || first.isEdits
                ? "Press a letter on the participant's keyboard into the chat, \(count) times, about two "
                    + "seconds apart."
                : "Tap \(first.name) and \(second.name) at once, \(count) times, about two seconds apart."
        )
        // A client's events may belong to a stream of its own.
        let names = [first, second].flatMap { source in
            source.stream.map { [$0] }
                ?? reply.streams.filter { TapSource.edits($0.source) == source }.map(\.name)
        }
        let follower = try global.connect()
        try follower.send(
            ControlInterface.Subscribe.name,
            try JSONValue(
                encoding: ControlInterface.Subscribe.Parameters(
                    session: reply.session.id, streams: names.isEmpty ? nil : names, events: true)),
            wantsMore: true)
        let deadline = Date().addingTimeInterval(timeoutSeconds)
        var looked = Date.distantPast
        while Date() < deadline, !collector.isComplete {
            if let answer = try follower.receive(waitingMilliseconds: 200) {
                switch answer.result {
                case .failure(let error): throw error
                case .success(let parameters):
                    collector.take(
                        try parameters.decode(ControlInterface.Subscribe.Reply.self).item)
                }
                if !answer.continues { break }
            }
            // Looking for taps costs more than taking a piece.
            if Date().timeIntervalSince(looked) > 0.5 {
                looked = Date()
                for line in collector.look() { tell(line) }
            }
        }
        _ = collector.look(isLast: true)
        if collector.missed > 0 {
            tell("\(collector.missed) pieces were missed, since this machine is busy.")
        }
        return try TapReport(collector.firstTaps, collector.secondTaps, window: window)
    }

    private func tell(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
