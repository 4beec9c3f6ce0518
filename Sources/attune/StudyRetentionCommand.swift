import ArgumentParser
import Foundation
import Link

/// `attune study retention …`: sessions whose storage period is over.
struct StudyRetentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "List and delete sessions whose storage period (retentionDays) is over.",
        subcommands: [List.self, Delete.self])

    fileprivate static func due(_ study: String, _ global: GlobalOptions) throws -> [DueInfo] {
        try global.connect().call(StudyInterface.ListDue.self, .init(study: study)).due
    }

    fileprivate static func day(_ nanoseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
        return date.formatted(.iso8601.year().month().day())
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what is due.")

        @Argument(help: "Code of the study.") var study: String
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let due = try StudyRetentionCommand.due(study, global)
            if global.json { return try Output.json(due) }
            guard !due.isEmpty else { return print("Nothing of \(study) is due.") }
            Output.table(
                [["PARTICIPANT", "SESSION", "KIND", "ENDED", "KEPT UNTIL"]]
                    + due.map {
                        [
                            $0.participant, String($0.session.prefix(8)), $0.kind,
                            StudyRetentionCommand.day($0.stoppedUtcNs),
                            StudyRetentionCommand.day($0.retentionUntilUtcNs),
                        ]
                    })
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete what is due, as a withdrawal does.",
            discussion: "Exit status: 0 when nothing of it is left, 1 otherwise.")

        @Argument(help: "Code of the study.") var study: String
        @Flag(help: "Tell what would go, and change nothing.") var dryRun = false
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let due = Dictionary(
                grouping: try StudyRetentionCommand.due(study, global), by: \.participant)
            var isProven = true
            var removals: [RemovalInfo] = []
            for (participant, sessions) in due.sorted(by: { $0.key < $1.key }) {
                let order = RemovalRequest(
                    study: study, participant: participant, scope: "all", reason: "retention",
                    sessions: sessions.map(\.session))
                if !dryRun && !yes {
                    try Confirmation.ask(
                        about: try order.send(global, isTrial: true), participant: participant)
                }
                let removal = try order.send(global, isTrial: dryRun)
                removals.append(removal)
                if !global.json { try RemovalReport.show(removal, global) }
                isProven = isProven && (removal.proven || dryRun)
            }
            if global.json { try Output.json(removals) }
            if due.isEmpty && !global.json { print("Nothing of \(study) is due.") }
            if !isProven { throw ExitCode(1) }
        }
    }
}
