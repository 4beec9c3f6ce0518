import ArgumentParser
import Foundation
import Link
import SessionStore
import StudyProtocol
import SystemCalls

/// `attune session …`: runs sessions.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Start, mark, pause, stop and list sessions.",
        subcommands: [
            Start.self, Phase.self, Fitting.self, Mark.self, Pause.self, Resume.self, Message.self,
            Alarms.self, Acknowledge.self, Stop.self, List.self, Show.self,
        ])

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start recording.")

        @Argument(help: "Code of the study: letters, digits, '-' and '_'.")
        var study: String

        @Argument(help: "Code of the participant. Never a name.")
        var participant: String

        @Option(name: .customLong("protocol"), help: "Study protocol, by its name.")
        var studyProtocol: String?

        @Option(
            name: .customLong("device"),
            help: "A device to record; repeat for several. Without it, all that are not in use.")
        var devices: [String] = []

        @Flag(help: "Record no device, as for a think-aloud without sensors.")
        var noDevices = false

        @Option(help: "chat, or commentary (looking back on --parent).")
        var kind: String?

        @Option(help: "The session that a commentary looks back on.")
        var parent: String?

        @Flag(help: "A trial run: analyses leave it out unless asked.")
        var pilot = false

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard devices.isEmpty || !noDevices else {
                throw ValidationError("Give --device or --no-devices, not both.")
            }
        }

        func run() throws {
            let session = try global.connect().call(
                ControlInterface.StartSession.self,
                .init(
                    study: study, participant: participant, protocol: studyProtocol,
                    devices: devices.isEmpty && !noDevices ? nil : devices, kind: kind,
                    pilot: pilot,
                    parent: parent)
            ).session
            if global.json { return try Output.json(session) }
            print("Recording \(session.id)")
            print("  to \(session.file)")
            print("  devices: \(session.devices.joined(separator: ", "))")
        }
    }

    struct Phase: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Go to a phase of the protocol.")

        @Argument(help: "The phase.") var phase: String

        @Option(help: "Why, where this departs from the protocol or the fitting is not green.")
        var reason: String?

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let session = try global.connect().call(
                ControlInterface.StartPhase.self,
                .init(session: which.session, phase: phase, reason: reason)
            ).session
            if global.json { return try Output.json(session) }
            print("Phase \(phase)")
        }
    }

    struct Mark: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a mark on this moment.")

        @Argument(help: "What the mark says.") var label: String

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let reply = try global.connect().call(
                ControlInterface.Mark.self, .init(session: which.session, label: label))
            if global.json { return try Output.json(reply) }
            print("Marked '\(label)', and stored")
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop recording; everything is stored when this returns.")

        @Option(help: "completed, aborted, withdrawn or failed.")
        var outcome: String?

        @Option(help: "Why, for the record; needed unless the outcome is completed.")
        var reason: String?

        @Flag(help: "Wait until the file has its final form.")
        var wait = false

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let client = try global.connect()
            if outcome == nil && isatty(STDIN_FILENO) == 1 { try askForOutcome(client) }
            var session = try client.call(
                ControlInterface.StopSession.self,
                .init(session: which.session, outcome: outcome, reason: reason)
            ).session
            while wait && (session.state == .stopped || session.state == .finishing) {
                usleep(100_000)
                session = try client.call(
                    ControlInterface.GetSession.self, .init(session: session.id)
                ).session
            }
            if global.json { return try Output.json(session) }
            print(
                "Stopped after \(Output.duration(milliseconds: session.durationMs)): "
                    + "\(session.samples) samples, \(session.events) events, "
                    + "\(session.gaps) gaps")
            print("  in \(session.file)")
        }

        /// Wants a person to say how a session ended whose protocol still has phases to come.
        private func askForOutcome(_ client: VarlinkClient) throws {
            let session = try client.call(
                ControlInterface.GetSession.self, .init(session: which.session)
            ).session
            guard let name = session.protocol, let path = Places.study(named: name),
                let plan = try? StudyPlan.load(path: path)
            else { return }
            let reached = plan.phases.firstIndex { $0.name == session.phase } ?? -1
            let left = plan.phases.dropFirst(reached + 1).filter { !$0.isOptional }.map(\.name)
            guard !left.isEmpty else { return }
            throw ValidationError(
                "Phases of the protocol are still to come: \(left.joined(separator: ", ")). Say how "
                    + "the session ended: --outcome completed, or --outcome aborted --reason …")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List sessions, newest first.")

        @Argument(help: "Only those of this study.") var study: String?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let sessions = try global.connect().call(
                ControlInterface.ListSessions.self, .init(study: study)
            ).sessions
            if global.json { return try Output.json(sessions) }
            guard !sessions.isEmpty else {
                print("There are no sessions in \(global.dataDirectory).")
                return
            }
            SessionTable.show(sessions)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one session's streams.")

        @OptionGroup var which: WhichSessionArgument
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let reply = try global.connect().call(
                ControlInterface.GetSession.self, .init(session: which.session))
            if global.json { return try Output.json(reply) }
            let session = reply.session
            print("\(session.id)  \(session.state.rawValue)\(session.pilot ? "  (pilot)" : "")")
            print("  study \(session.study), participant \(session.participant)")
            print(
                "  started \(Output.localTime(session.startedUtcNs)), lasts "
                    + Output.duration(milliseconds: session.durationMs))
            if let phase = session.phase { print("  phase \(phase)") }
            if let paused = session.paused { print("  PAUSED: \(paused)") }
            print("  \(session.file)  (\(Output.bytes(session.fileBytes)))")
            if let time = session.backedUpUtcNs { print("  backed up \(Output.localTime(time))") }
            if let waits = session.backupWaits { print("  NOT BACKED UP: \(waits)") }
            print("")
            StreamTable.show(reply.streams)
        }
    }
}

/// Which session a command is about.
struct WhichSession: ParsableArguments {
    @Option(
        name: .customLong("session"),
        help: "Id of the session, or its beginning; not needed while one is recording.")
    var asked: String?

    var session: String { asked ?? "" }
}

/// The same as an argument.
struct WhichSessionArgument: ParsableArguments {
    @Argument(help: "Id of the session, or its beginning; not needed while one is recording.")
    var asked: String?

    var session: String { asked ?? "" }
}

/// Sessions as a table.
enum SessionTable {
    static func show(_ sessions: [SessionInfo]) {
        // Where nothing is backed up there is no backup place.
        let hasBackup = sessions.contains { $0.backedUpUtcNs != nil || $0.backupWaits != nil }
        var rows = [
            ["SESSION", "STUDY", "PARTICIPANT", "STATE", "PHASE", "STARTED", "LASTS", "SAMPLES"]
                + (hasBackup ? ["BACKED UP"] : [])
        ]
        for session in sessions {
            let backup =
                session.backupWaits.map { "waits: \($0)" }
                ?? session.backedUpUtcNs.map(Output.localTime) ?? "-"
            rows.append(
                [
                    String(session.id.prefix(8)), session.study, session.participant,
                    session.paused == nil ? session.state.rawValue : "paused", session.phase ?? "-",
                    Output.localTime(session.startedUtcNs),
                    Output.duration(milliseconds: session.durationMs), "\(session.samples)",
                ] + (hasBackup ? [backup] : []))
        }
        Output.table(rows)
    }
}

/// Streams as a table.
enum StreamTable {
    static func show(_ streams: [StreamInfo]) {
        var rows = [["STREAM", "KIND", "CHANNELS", "SAMPLES", "GAPS", "LOST", "BOUND"]]
        for stream in streams {
            let channels = zip(stream.channels, stream.units).map { "\($0) (\($1))" }
            rows.append([
                stream.name, stream.kind, channels.isEmpty ? "-" : channels.joined(separator: " "),
                "\(max(stream.samples, stream.events))", "\(stream.gaps)", "\(stream.lost)",
                stream.boundMs.map { String(format: "%.2f ms", $0) } ?? "-",
            ])
        }
        Output.table(rows)
    }
}
