import ArgumentParser
import Foundation
import Glibc
import Link

/// `attune participant …`: what a participant may ask for.
struct ParticipantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "participant", abstract: "Carry out what a participant asks for.",
        subcommands: [Withdraw.self])

    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Carry out that a participant withdraws: keep, delete all, or delete one tier.",
            discussion: """
                The daemon stops a session that is being recorded, deletes, and then reads all that \
                remains of the study to make sure that nothing of theirs is left. Exit status: 0 when \
                that is so, 1 when something was found or could not be done.
                """)

        @Argument(help: "Code of the participant.") var participant: String

        @Option(help: "Code of the study.") var study: String

        @Flag(help: "Stop, and keep what there is.") var keep = false

        @Flag(help: "Delete all that there is of them.") var deleteAll = false

        @Option(
            help: "Delete the data of one tier of consent, such as audio or draft-text.")
        var deleteTier: String?

        @Flag(help: "Tell what would go, and change nothing.") var dryRun = false

        @Flag(help: "Do not ask.") var yes = false

        @Option(help: "Who asked for it, where that is not you.") var actor: String?

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            let ways = (keep ? 1 : 0) + (deleteAll ? 1 : 0) + (deleteTier == nil ? 0 : 1)
            guard ways == 1 else {
                throw ValidationError("Say one of --keep, --delete-all and --delete-tier TIER.")
            }
        }

        func run() throws {
            let scope = keep ? "keep" : deleteTier ?? "all"
            let order = RemovalRequest(
                study: study, participant: participant, scope: scope, actor: actor)
            if dryRun {
                return try RemovalReport.show(try order.send(global, isTrial: true), global)
            }
            if !keep && !yes {
                try Confirmation.ask(
                    about: try order.send(global, isTrial: true), participant: participant)
            }
            let removal = try order.send(global, isTrial: false)
            try RemovalReport.show(removal, global)
            if scope != "keep" && !removal.proven { throw ExitCode(1) }
        }
    }
}

/// A removal, as it is asked for.
struct RemovalRequest {
    var study: String
    var participant: String
    var scope: String
    var reason: String?
    var sessions: [String]?
    var actor: String?

    /// All that remains of a study is read before the answer comes.
    private static let patience = 3_600_000

    func send(_ global: GlobalOptions, isTrial: Bool) throws -> RemovalInfo {
        let client = try global.connect()
        client.timeoutMilliseconds = Self.patience
        return try client.call(
            StudyInterface.Withdraw.self,
            .init(
                study: study, participant: participant, scope: scope, reason: reason,
                sessions: sessions, trial: isTrial, actor: actor)
        ).removal
    }
}

/// Asks on a terminal before something is deleted for good.
enum Confirmation {
    static func ask(about removal: RemovalInfo, participant: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError(
                "Nobody can be asked here: say --yes, or look first with --dry-run.")
        }
        print(
            "\(removal.files.count) files of \(removal.sessions.count) sessions of \(participant) in "
                + "\(removal.study) are deleted for good, or changed. Type the participant's code to "
                + "go on: ", terminator: "")
        guard readLine()?.trimmingCharacters(in: .whitespaces) == participant else {
            print("Nothing was changed.")
            throw ExitCode(1)
        }
    }
}

/// What a removal did, for a person.
enum RemovalReport {
    static func show(_ removal: RemovalInfo, _ global: GlobalOptions) throws {
        if global.json { return try Output.json(removal) }
        let verb = removal.trial ? "would be" : "were"
        if removal.scope == "keep" {
            print(
                "\(removal.participant) has withdrawn; \(removal.sessions.count) sessions are kept."
            )
            return
        }
        let what = removal.scope == "all" ? "deleted" : "changed"
        print(
            "\(removal.files.count) files (\(removal.bytes) bytes) of \(removal.sessions.count) sessions "
                + "\(verb) \(what):")
        for file in removal.files { print("  \(file)") }
        for (table, count) in removal.rows.sorted(by: { $0.key < $1.key }) {
            print("  \(count) rows of \(table)")
        }
        if !removal.trial { showSearch(removal) }
        if !removal.elsewhere.isEmpty { print("Still to come:") }
        for line in removal.elsewhere { print("  \(line)") }
        if !removal.beyond.isEmpty { print("Cannot be recalled from here:") }
        for line in removal.beyond { print("  \(line)") }
    }

    private static func showSearch(_ removal: RemovalInfo) {
        print(
            "Looked through \(removal.searchedFiles) files (\(removal.searchedBytes) bytes, "
                + "\(removal.searchedChunks) chunks of samples decoded) for \(removal.searchedTexts) texts, "
                + "\(removal.searchedSequences) stretches of samples and \(removal.searchedIds) ids"
                + (removal.checkedFiles > 0
                    ? ", and \(removal.checkedFiles) of their files for rows that are left: "
                    : ": ")
                + (removal.found.isEmpty ? "nothing was found." : "this was found:"))
        for line in removal.found { print("  \(line)") }
        if !removal.unsearched.isEmpty {
            print(
                "There was nothing by which copies in other files could be told of: "
                    + removal.unsearched.joined(separator: ", "))
        }
    }
}
