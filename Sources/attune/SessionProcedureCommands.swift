import ArgumentParser
import Link

extension SessionCommand {
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pause a session: its clients are told, sensors go on.")

        @Option(help: "Why, for the record and for the participant's page.")
        var reason = "the operator paused the session"

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let session = try global.connect().call(
                ControlInterface.PauseSession.self, .init(session: which.session, reason: reason)
            ).session
            if global.json { return try Output.json(session) }
            print("Paused: \(reason)")
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a session's pause.")

        @Option(help: "Why, for the record.")
        var reason: String?

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let session = try global.connect().call(
                ControlInterface.ResumeSession.self, .init(session: which.session, reason: reason)
            ).session
            if global.json { return try Output.json(session) }
            print("Goes on")
        }
    }

    struct Message: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell the participant something; the session's clients show it.")

        @Argument(help: "The message.") var text: String

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let session = try global.connect().call(
                ControlInterface.SendMessage.self, .init(session: which.session, text: text)
            ).session
            if global.json { return try Output.json(session) }
            print("Sent, and stored")
        }
    }

    struct Alarms: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List alarms: those of sessions, or with --all the station's as well.")

        @Flag(help: "The station's own too.") var all = false

        @Option(name: .customLong("session"), help: "Only those of this session, by its id.")
        var session: String?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let status = try global.connect().call(ControlInterface.GetStatus.self, .init()).status
            let alarms = status.alarms.filter { alarm in
                if let session { return alarm.session?.hasPrefix(session) == true }
                return all || alarm.session != nil
            }
            if global.json { return try Output.json(alarms) }
            if alarms.isEmpty { return print("There are no alarms.") }
            var rows = [["ALARM", "SESSION", "SEVERITY", "STATE", "WHAT"]]
            for alarm in alarms {
                rows.append([
                    alarm.id, alarm.session.map { String($0.prefix(8)) } ?? "-",
                    alarm.severity.rawValue,
                    alarm.isWaiting ? "waits" : alarm.acknowledged ? "acknowledged" : "-",
                    alarm.text,
                ])
            }
            Output.table(rows)
        }
    }

    struct Acknowledge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that you have seen an alarm.")

        @Argument(help: "The alarm's id (attune session alarms).") var alarm: String

        @Option(help: "What you did, for the record.")
        var note: String?

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let client = try global.connect()
            let alarm = try client.call(
                ControlInterface.AcknowledgeAlarm.self,
                .init(session: which.session, alarm: alarm, note: note)
            ).alarm
            if global.json { return try Output.json(alarm) }
            print("Acknowledged \(alarm.id): \(alarm.text)")
            let sessions = try client.call(ControlInterface.GetStatus.self, .init()).status.sessions
            if let session = sessions.first(where: { $0.id == alarm.session }),
                session.paused != nil
            {
                let which = sessions.count > 1 ? " --session \(session.id.prefix(8))" : ""
                print("still paused: attune session resume\(which)")
            }
        }
    }

    struct Fitting: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look at sensors, disk and clients before the session begins.",
            discussion: "Ends with 1 where a check that the protocol asks for is not green.")

        @Option(
            name: .customLong("note"),
            help: ArgumentHelp(
                "Note how the sensors were fitted first; repeat for several.",
                valueName: "name=text"))
        var notes: [String] = []

        @OptionGroup var which: WhichSession
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let client = try global.connect()
            if !notes.isEmpty {
                _ = try client.call(
                    ControlInterface.NoteFitting.self,
                    .init(session: which.session, notes: try named()))
            }
            let checks = try client.call(
                ControlInterface.CheckFitting.self, .init(session: which.session)
            ).checks
            let isReady = !checks.contains { $0.required && $0.state != .green }
            if global.json {
                try Output.json(checks)
            } else {
                var rows = [["CHECK", "OF", "STATE", "NEEDED", "WHAT"]]
                for check in checks {
                    rows.append([
                        check.check, check.source ?? "-", check.state.rawValue,
                        check.required ? "yes" : "-", check.text,
                    ])
                }
                Output.table(rows)
            }
            if !isReady { throw ExitCode(1) }
        }

        private func named() throws -> [String: String] {
            var named: [String: String] = [:]
            for note in notes {
                let parts = note.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw ValidationError(
                        "'\(note)' is no note: write it as hand=left or room-temperature=22.")
                }
                named[parts[0]] = parts[1]
            }
            return named
        }
    }
}
