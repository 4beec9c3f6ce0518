import ArgumentParser
import Foundation
import Link
import StudyProtocol
import SystemCalls

/// `attune study …`: studies and their rosters.
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Make a study: roster, conditions, visits; and look after it.",
        subcommands: [
            New.self, List.self, Roster.self, Add.self, StudyVisitCommand.self, Status.self,
            StudyFreezeCommand.self, StudyKeyCommand.self, StudyRetentionCommand.self,
        ])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a study with its roster, before anybody has come.",
            discussion: """
                Places in the conditions are given by the protocol's permuted blocks. With --from, \
                each participant gets an appointment for each visit: participants take the times of \
                a day in turn, then the next working day, and later visits follow after --days.
                """)

        @Argument(help: "Code of the study: letters, digits, '-' and '_'.") var name: String

        @Option(name: .customLong("protocol"), help: "Study protocol, by its name.")
        var studyProtocol: String

        @Option(help: "How many participants the roster has.") var participants: Int

        @Option(help: "What codes begin with; P gives P01, P02, …") var prefix: String?

        @Option(
            help: """
                Visits of each participant; else one for each condition where the protocol's design \
                is within, and one otherwise.
                """)
        var visits: Int?

        @OptionGroup var schedule: ScheduleOptions
        @OptionGroup var form: RosterForm
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard participants >= 0 else {
                throw ValidationError("--participants cannot be below 0")
            }
            try schedule.check()
        }

        func run() throws {
            let count = visits ?? schedule.visits ?? plannedVisits
            let reply = try global.connect().call(
                StudyInterface.CreateStudy.self,
                .init(
                    study: name, protocol: studyProtocol, participants: participants,
                    prefix: prefix, visits: visits ?? schedule.visits,
                    schedule: schedule.plan(participants: participants, visits: count)))
            if global.json { return try Output.json(reply) }
            if !form.csv {
                print(
                    "Study \(reply.study.study), protocol \(studyProtocol) version "
                        + "\(reply.study.protocolVersion ?? "?"), \(reply.participants.count) "
                        + "participants")
                print("")
            }
            try form.show(reply.participants)
        }

        /// Visits that the protocol's design asks for. The daemon decides; this only places them.
        private var plannedVisits: Int {
            guard let path = Places.study(named: studyProtocol) else { return 1 }
            let plan = try? StudyPlan.load(path: path)
            return plan?.conditions?.visits ?? 1
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the studies.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let studies = try global.connect().call(
                StudyInterface.ListStudies.self, .init()
            ).studies
            if global.json { return try Output.json(studies) }
            guard !studies.isEmpty else {
                print("There are no studies in \(global.dataDirectory).")
                return
            }
            var rows = [["STUDY", "PROTOCOL", "PARTICIPANTS", "LEFT", "VISITS", "SESSIONS"]]
            for study in studies {
                rows.append([
                    study.study,
                    study.protocol.map { "\($0) \(study.protocolVersion ?? "")" } ?? "-",
                    "\(study.participants)", "\(study.left)",
                    study.planned ? "\(study.visits)" : "-", "\(study.sessions)",
                ])
            }
            Output.table(rows)
        }
    }

    struct Roster: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who takes part, in which condition, and how far they are.")

        @Argument(help: "Code of the study.") var study: String

        @OptionGroup var form: RosterForm
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let reply = try global.connect().call(
                StudyInterface.ListParticipants.self, .init(study: study))
            if global.json { return try Output.json(reply) }
            try form.show(reply.participants)
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a participant, with the next place in the conditions.",
            discussion: """
                Where the protocol replaces participants who dropped out, the place of one of them \
                is given again.
                """)

        @Argument(help: "Code of the study.") var study: String

        @Argument(help: "Code of the participant; without it, the next free one.")
        var participant: String?

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let client = try global.connect()
            // Without a code the daemon gives a new one.
            let isKnown = try participant.map { code in
                try client.call(
                    StudyInterface.ListParticipants.self, .init(study: study)
                ).participants.contains { $0.participant == code }
            }
            let reply = try client.call(
                StudyInterface.AddParticipant.self,
                .init(study: study, participant: participant))
            if global.json { return try Output.json(reply) }
            print(
                isKnown == true
                    ? "\(reply.participant) was there already" : "Added \(reply.participant)")
            for visit in reply.visits {
                print("  visit \(visit.visit): \(RosterTable.condition(visit.condition))")
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a participant's status; or, with --at, compare with a shared place.",
            discussion: """
                enrolled, completed, dropped-out or withdrawn. Who dropped out or withdrew is not \
                recorded any more, and gives the place in the conditions free where the protocol \
                says so.

                With --at PLACE (see attune push): which sessions of one study, or of all, are here, \
                there or both, and what is to be removed. Exit status: 0 when nothing is to be done, \
                1 when something is, 2 when the place cannot be read.
                """)

        @Argument(help: "Code of the study.") var study: String?

        @Argument(help: "Code of the participant.") var participant: String?

        @Argument(help: "The status.") var status: String?

        @Option(help: "Why, for the record.") var reason: String?

        @Option(help: "A place to compare with.", completion: .directory) var at: String?

        @Flag(help: "With --at: read and compare all files, here and there.") var verify = false

        @OptionGroup var place: PlaceOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            if let at {
                guard participant == nil, reason == nil else {
                    throw ValidationError("With --at, name a study or none.")
                }
                return try StudyAtPlace(place: place, global: global).run(
                    at: at, study: study, verifies: verify)
            }
            guard let study, let participant, let status else {
                throw ValidationError(
                    "Name study, participant and status; or compare with a place: --at PLACE.")
            }
            let told = try global.connect().call(
                StudyInterface.SetStatus.self,
                .init(
                    study: study, participant: participant, status: status, reason: reason ?? "")
            ).participant
            if global.json { return try Output.json(told) }
            print("\(told.participant) is \(told.status)")
        }
    }
}

/// `attune study visit`: when a participant is to come.
struct StudyVisitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visit", abstract: "Set when a participant is to come, or leave it open.")

    @Argument(help: "Code of the study.") var study: String

    @Argument(help: "Code of the participant.") var participant: String

    @Argument(help: "Number of the visit, from 1.") var visit: Int

    @Option(help: "Local date and time, such as 2026-11-23T09:30; without it, it is left open.")
    var at: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let time = try at.map { text in
            guard let moment = Schedule.moment(text) else {
                throw ValidationError("'\(text)' is no date and time such as 2026-11-23T09:30")
            }
            return moment
        }
        let told = try global.connect().call(
            StudyInterface.PlanVisit.self,
            .init(study: study, participant: participant, visit: visit, plannedUtcNs: time)
        ).participant
        if global.json { return try Output.json(told) }
        print(
            "\(told.participant), visit \(visit): "
                + (time.map { Output.localTime($0) } ?? "no appointment"))
    }
}
